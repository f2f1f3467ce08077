/**
 * The format of a story: a script, and what consoles, networks, devices and people do to it, move by
 * move. Written by the prover for what it finds, or by hand; played by story-player.ts against the
 * daemon's own engine. A file is JSON:
 *
 *   { "clusterd-story": 1, "script": "x.chat", "claim": "one sentence",
 *     "on-silence": "confirm", "service-lost": "alarm", "settings": { "tap-interval": "10s" },
 *     "moves": [ { "do": "text", "node": "active", "text": "panic[cpu0]/thread=1: x" },
 *                { "do": "silence", "for": "state" } ],
 *     "expect": { "state": "taking-over", "boot": "let-through" } }
 *
 * `script` is found beside the story, else in the chat-scripts of CLUSTER_HOME. In the beginning both
 * consoles are connected, the journal is empty, and the first node owns the disk. `node` is a role at
 * that moment, or n1 or n2. The moves:
 *
 *   text        a whole line comes from a console
 *   prompt      text without a line end comes, then the console falls quiet
 *   answer      what the alternative at this place of a script (FILE:LINE:COLUMN) waits for comes
 *   silence     nothing comes. `for` "try": until the current try of an expectation is over;
 *               "quiet": until the engine has taken the quiet for one; "state": until the state does
 *               something by itself: an `every`, an `after`, a level that lasted; or a time, "90s"
 *   noise       a console does not fall quiet until the wait is over
 *   net         the service address becomes "alive", "dead" or "blind"
 *   operator    a request: release, go, hold, switchover, or confirm, owner, out-of-service and
 *               in-service with a node
 *   power       the power device answers "off", "on" or "no-answer"
 *   command     a local command ends with this status
 *   disconnect, connect   a console's connection ends, or is there again
 *   restart     the daemon is killed and started again: it knows what its journal says
 *
 * Between the moves the engine has everything that it could wait for without anybody's decision:
 * its typing is echoed, its journal is on the disk, the terminal servers answer.
 */
import { z } from 'zod';

const node = z.enum(['active', 'standby', 'n1', 'n2']);
const time = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'expected a time such as 90s');

const move = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('text'), node, text: z.string() }),
  z.strictObject({ do: z.literal('prompt'), node, text: z.string() }),
  z.strictObject({ do: z.literal('answer'), node, at: z.string() }),
  z.looseObject({
    do: z.literal('silence'),
    for: z.union([z.enum(['state', 'try', 'quiet']), time]),
  }),
  z.strictObject({ do: z.literal('noise'), node }),
  z.strictObject({ do: z.literal('net'), level: z.enum(['alive', 'dead', 'blind']) }),
  z.strictObject({
    do: z.literal('operator'),
    request: z.enum([
      'hold',
      'release',
      'switchover',
      'go',
      'confirm',
      'owner',
      'out-of-service',
      'in-service',
    ]),
    node: node.optional(),
  }),
  z.strictObject({ do: z.literal('power'), outcome: z.enum(['off', 'on', 'no-answer']) }),
  z.strictObject({ do: z.literal('command'), status: z.int() }),
  z.strictObject({ do: z.literal('disconnect'), node }),
  z.strictObject({ do: z.literal('connect'), node }),
  z.strictObject({ do: z.literal('restart') }),
]);

const story = z.strictObject({
  'clusterd-story': z.literal(1),
  script: z.string(),
  claim: z.string().optional(),
  'on-silence': z.enum(['power', 'confirm', 'trust']).default('confirm'),
  'service-lost': z.enum(['takeover', 'alarm']).default('alarm'),
  settings: z.record(z.string(), z.string()).default({}),
  moves: z.array(move),
  expect: z
    .strictObject({
      state: z.string().optional(),
      boot: z.enum(['let-through', 'refused', 'never']).optional(),
    })
    .optional(),
});

export type Story = z.infer<typeof story>;
export type Move = z.infer<typeof move>;

export type StoryReading =
  | { readonly ok: true; readonly story: Story }
  /** One line each; moves count from 1. */
  | { readonly ok: false; readonly problems: readonly string[] };

export function readStory(text: string): StoryReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`it is not JSON: ${String(error)}`] };
  }
  const parsed = story.safeParse(json);
  if (parsed.success) return { ok: true, story: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${placeOf(path)}${message}`);
  return { ok: false, problems };
}

function placeOf(path: readonly PropertyKey[]): string {
  const [first, second, ...rest] = path;
  if (first === undefined) return '';
  const tail = rest.map(String).join('.');
  if (first === 'moves' && typeof second === 'number') {
    return `move ${second + 1}${tail === '' ? '' : ` (${tail})`}: `;
  }
  return `${path.map(String).join('.')}: `;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s` -> 90000; what is no time, such as the value of another setting, is null. */
export function timeMs(text: string): number | null {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1);
}
