/**
 * `power`: a node's power devices and what they are told. Called by `NODE_KEYS`.
 * Words of clusterd stand before the agent (`level 2 within 60s shares nothing`), options of the agent
 * behind it: so no agent can have an option that means something here.
 */
import { readPowerVia } from './access-keys.ts';
import type { PowerDevice, Shares } from './cluster.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { type OptionWord, readOptions } from './options.ts';
import { WITHIN_MS_DEFAULT } from './power-place.ts';
import { readSecretValue } from './secret-value.ts';
import { formatDuration, readDuration, readNumber } from './values.ts';

type Manner = { -readonly [Key in 'level' | 'withinMs' | 'shares']?: PowerDevice[Key] };

const SHARES: readonly Shares[] = ['power', 'network', 'nothing'];
const WITHIN_MS = { low: 1_000, high: 85_000 };
/** Options that agents have for times, in seconds: together, what a call may take. */
const OWN_TIMES = ['power_timeout', 'power_wait', 'delay'];

export function readPower(line: LineReader, draft: NodeDraft): void {
  const manner: Manner = {};
  const agent = readAgent(line, manner);
  if (agent === null) return;
  if (agent === 'via') return readPowerVia(line, draft, manner);
  const options = readOptions(line, 'plug=3 or password=@file:PATH', (option) =>
    readPowerOption(line, option),
  );
  const value: PowerDevice = {
    agent,
    options: [...options].map(([name, option]) => ({ name, value: option })),
    ...manner,
  };
  warnOfTimes(line, value);
  draft.power.push({ value, span: line.valueSpan });
}

/** The words before the agent, and the agent; null: wrong, and reported. */
function readAgent(line: LineReader, manner: Manner): string | null {
  for (;;) {
    const word = line.next('the name of a fence agent');
    if (word === null) return null;
    const read = READERS[word.text];
    if (read === undefined) return line.accept(word, readAgentName(word.text));
    if (manner[read.field] !== undefined) {
      line.fail('duplicate-key', word.span, `'${word.text}' stands here twice`, 'remove one');
      return null;
    }
    if (!read.into(line, manner)) return null;
  }
}

function readAgentName(text: string) {
  if (/^(\/[^\0]*)?[A-Za-z0-9_.-]+$/.test(text)) return { ok: true, value: text } as const;
  const hint = 'its name, for example fence_apc, or its whole path';
  return { ok: false, code: 'bad-name', message: 'this is no fence agent', hint } as const;
}

interface MannerReader {
  readonly field: keyof Manner;
  /** False: wrong, and reported. */
  readonly into: (line: LineReader, manner: Manner) => boolean;
}

const READERS: Readonly<Record<string, MannerReader>> = Object.assign(Object.create(null), {
  level: {
    field: 'level',
    into(line, manner) {
      const level = line.read('the level', (text) => readNumber(text, 1, 9, 'a level'));
      if (level !== null) manner.level = level;
      return level !== null;
    },
  },
  within: {
    field: 'withinMs',
    into(line, manner) {
      const word = line.next('a length of time');
      const ms = word === null ? null : line.accept(word, readDuration(word.text));
      if (word === null || ms === null) return false;
      const { low, high } = WITHIN_MS;
      if (ms >= low && ms <= high) {
        manner.withinMs = ms;
        return true;
      }
      const range = `between ${formatDuration(low)} and ${formatDuration(high)}`;
      line.fail('bad-duration', word.span, `expected ${range} for one call of the agent`);
      return false;
    },
  },
  shares: {
    field: 'shares',
    into(line, manner) {
      const shares = line.choice(SHARES);
      if (shares !== null) manner.shares = shares;
      return shares !== null;
    },
  },
} satisfies Record<string, MannerReader>);

function readPowerOption(line: LineReader, { name, text, word }: OptionWord) {
  if (name === 'action') {
    line.fail('bad-option', word.span, 'the action is added by clusterd', 'leave it out');
    return null;
  }
  if (name in READERS) {
    const message = `'${name}' is no option of an agent`;
    line.fail('bad-option', word.span, message, `write it before the agent: power ${name} ${text}`);
    return null;
  }
  return readSecretValue(line, word, name, text);
}

/** An agent that is stopped before its own time is over never says anything. */
function warnOfTimes(line: LineReader, { options, withinMs }: PowerDevice): void {
  const own = options.filter(({ name }) => OWN_TIMES.includes(name));
  const seconds = own.map(({ value }) => Number(value)).filter((one) => Number.isFinite(one));
  const ownMs = 1000 * seconds.reduce((sum, one) => sum + one, 0);
  const limitMs = withinMs ?? WITHIN_MS_DEFAULT;
  if (ownMs < limitMs || withinMs === WITHIN_MS.high) return;
  const message = `the agent may take ${ownMs / 1000} s by its own options, and is stopped after ${limitMs / 1000} s`;
  const enoughMs = Math.min(WITHIN_MS.high, ownMs + 10_000);
  line.warn('power-time', line.valueSpan, message, `power within ${formatDuration(enoughMs)} ...`);
}
