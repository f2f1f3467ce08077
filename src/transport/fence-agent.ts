/**
 * Power switches, through the fence agents of ClusterLabs (FenceAgentAPI): options as name=value
 * lines on standard input, and `status` that exits with 0 for on and 2 for off. Called by cluster/'s
 * power effect, which adds the devices up. What `off` says of itself is never the answer: the device
 * is asked afterwards. Must never take anything else than a clear off for off, and never let a secret
 * out of the agent's standard input.
 */
import type { PowerDevice, Secret } from '../clist/cluster.ts';
import { looksSecret } from '../clist/masking.ts';
import { boxOfDevice, WITHIN_MS_DEFAULT } from '../clist/power-place.ts';
import type { Clock } from '../clock/clock.ts';
import {
  type CommandResult,
  OUTPUT_BYTES_MAX,
  type RunningCommand,
  runCommand,
} from './command.ts';
import { DeviceTurns, type Urgency } from './device-turns.ts';

export interface FenceAgentAnswer {
  readonly outcome: 'off' | 'on' | 'no-answer';
  /** One clause for log and operator, without secrets. */
  readonly detail: string;
}

export interface FenceAgentParts {
  readonly clock: Clock;
  /** The words to run for an agent's name; may throw. */
  readonly locate: (agent: string) => readonly string[];
  /** The value of a secret; may throw. */
  readonly reveal: (secret: Secret) => string;
  /** For devices that name none: no answer within it is no answer. Default 20 s. */
  readonly withinMs?: number;
}

/** `put-off`: somebody fences with this device just now; nothing was found out. */
export interface FenceAgentCheck {
  readonly outcome: FenceAgentAnswer['outcome'] | 'put-off';
  readonly detail: string;
}

export interface FenceAgents {
  /** Tells the device to switch off. `off`: it says it did, which `status` has to confirm. */
  off(device: PowerDevice): Promise<FenceAgentAnswer>;
  status(device: PowerDevice): Promise<FenceAgentAnswer>;
  /**
   * Would it work? Asks `status`, and gives way to the others. `isThorough`: `monitor` first, where
   * the agent has it, which says more of what is wrong.
   */
  check(device: PowerDevice, isThorough: boolean): Promise<FenceAgentCheck>;
}

type Action = 'off' | 'status' | 'monitor' | 'metadata';

const STATUS_ON = 0;
const STATUS_OFF = 2;
const LOG_HEAD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ /;
const ADVICE = /Please use '-h' for usage$/;
const METADATA_MS = 20_000;
/** How agents print it, `Status: OFF`; the label differs. */
const SAYS_OFF = /^(?:[^\n]*[:=] *)?off\.?\s*$/im;
const SAYS_ON = /^(?:[^\n]*[:=] *)?on\.?\s*$/im;

export function createFenceAgents(parts: FenceAgentParts): FenceAgents {
  const turns = new DeviceTurns();
  const monitors = new Map<string, Promise<boolean>>();
  const call = (device: PowerDevice, action: Action, urgency: Urgency, read: Reader) =>
    ask(parts, turns, { device, action, urgency, read });
  const fence = async (device: PowerDevice, action: Action, read: Reader) => {
    const answer = await call(device, action, 'fence', read);
    return answer ?? { outcome: 'no-answer' as const, detail: `${action}: was put off` };
  };
  return {
    off: (device) => fence(device, 'off', readOff),
    status: (device) => fence(device, 'status', readStatus),
    async check(device, isThorough) {
      if (isThorough && (await hasMonitor(parts, device.agent, monitors))) {
        const well = await call(device, 'monitor', 'check', readMonitor);
        if (well === null) return PUT_OFF;
        if (well.outcome === 'no-answer') return well;
      }
      return (await call(device, 'status', 'check', readStatus)) ?? PUT_OFF;
    },
  };
}

const PUT_OFF: FenceAgentCheck = { outcome: 'put-off', detail: 'the device is in use' };

type Reader = (result: CommandResult) => FenceAgentAnswer['outcome'];

interface Question {
  readonly device: PowerDevice;
  readonly action: Action;
  readonly urgency: Urgency;
  readonly read: Reader;
}

/** Null: a check that gave way. */
async function ask(
  parts: FenceAgentParts,
  turns: DeviceTurns,
  { device, action, urgency, read }: Question,
): Promise<FenceAgentAnswer | null> {
  const withinMs = device.withinMs ?? parts.withinMs ?? WITHIN_MS_DEFAULT;
  const secrets = plainSecrets(device);
  try {
    const argv = parts.locate(device.agent);
    const stdin = formatInput(device, action, (secret) => {
      const value = parts.reveal(secret);
      secrets.push(value);
      return value;
    });
    const start = (): RunningCommand =>
      runCommand({ argv, stdin, withinMs, leavesNothing: true }, parts.clock);
    const result = await turns.take(boxOfDevice(device), urgency, start);
    if (result === null) return null;
    return { outcome: read(result), detail: describe(action, result, withinMs, secrets) };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'failed';
    return { outcome: 'no-answer', detail: `${action}: ${mask(why, secrets)}` };
  }
}

/** Written openly in CList: still not to be repeated when an agent prints how it called another. */
function plainSecrets({ options }: PowerDevice): string[] {
  return options.flatMap(({ name, value }) =>
    typeof value === 'string' && looksSecret(name) ? [value] : [],
  );
}

/** What the agent says of itself, asked once; no device is touched. Unknown counts as not there. */
function hasMonitor(
  { clock, locate }: FenceAgentParts,
  agent: string,
  known: Map<string, Promise<boolean>>,
): Promise<boolean> {
  const before = known.get(agent);
  if (before !== undefined) return before;
  const look = async () => {
    try {
      // Its end has the actions: of a long text the end is kept.
      const request = { argv: locate(agent), stdin: 'action=metadata\n', withinMs: METADATA_MS };
      const { outcome, output } = await runCommand(request, clock).result;
      if (outcome === 'exited') return /<action\b[^>]*\bname="monitor"/.test(output);
    } catch {
      // Not there: the check itself says so.
    }
    known.delete(agent);
    return false;
  };
  const found = look();
  known.set(agent, found);
  return found;
}

/** The action stands last: of an argument that is given twice, agents use the last. */
function formatInput(
  device: PowerDevice,
  action: string,
  reveal: (secret: Secret) => string,
): string {
  const lines = device.options.map(({ name, value }) => {
    if (!/^[A-Za-z_][\w-]*$/.test(name) || name === 'action' || name === 'option') {
      throw new Error(`the option ${JSON.stringify(name)} cannot be given to a fence agent`);
    }
    const text = typeof value === 'string' ? value : reveal(value);
    if (/[\n\r\0]/.test(text)) throw new Error(`the value of ${name} is more than one line`);
    return `${name}=${text}\n`;
  });
  return `${lines.join('')}action=${action}\n`;
}

function readOff(result: CommandResult): FenceAgentAnswer['outcome'] {
  return result.outcome === 'exited' && result.status === 0 ? 'off' : 'no-answer';
}

/** Some agents answer `monitor` as if it were `status`. */
function readMonitor(result: CommandResult): FenceAgentAnswer['outcome'] {
  if (result.outcome === 'exited' && result.status === 0) return 'on';
  return readStatus(result);
}

/**
 * A shell ends with 2 on a syntax error, Python when it cannot find the agent or its arguments: so
 * the number alone is not believed, an agent must also say off, and nothing else. Of one that said
 * more than is kept that cannot be known.
 */
function readStatus({ outcome, status, output }: CommandResult): FenceAgentAnswer['outcome'] {
  if (outcome !== 'exited') return 'no-answer';
  if (status === STATUS_ON) return SAYS_OFF.test(output) ? 'no-answer' : 'on';
  if (status !== STATUS_OFF || SAYS_ON.test(output)) return 'no-answer';
  return output.length < OUTPUT_BYTES_MAX && SAYS_OFF.test(output) ? 'off' : 'no-answer';
}

function describe(
  action: string,
  { outcome, status, output }: CommandResult,
  withinMs: number,
  secrets: readonly string[],
): string {
  const last = lastWords(output);
  const said =
    last === '' ? ', it said nothing' : `, it said: ${mask(last, secrets).slice(0, 120)}`;
  if (outcome === 'not-started') return `${action}: not started${said}`;
  if (outcome === 'timeout') return `${action}: no answer within ${withinMs / 1000} s${said}`;
  const much = output.length < OUTPUT_BYTES_MAX ? '' : ', and more than can be judged (verbose?)';
  return `${action}: exit status ${status}${said}${much}`;
}

/** What a person can use: agents of the Python library end with the time and with an advice. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(LOG_HEAD, '').trim());
  return lines.filter((line) => line !== '' && !ADVICE.test(line)).at(-1) ?? '';
}

function mask(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    // The output is latin1: what an agent prints as UTF-8 looks like this in it.
    const printed = Buffer.from(secret, 'utf8').toString('latin1');
    masked = masked.replaceAll(secret, '[secret]').replaceAll(printed, '[secret]');
  }
  return masked.replace(/[^\x20-\x7e]+/g, ' ').trim();
}
