/**
 * The keys of a cluster: what may stand between `cluster NAME` and its first node.
 * A key reads its own line into the draft; called by `parseClist`. To add one, add a row.
 */
import type { ProbeTarget } from './cluster.ts';
import type { ClusterDraft, NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { PROBE_USAGE, readProbe } from './probe-keys.ts';
import {
  readDate,
  readDuration,
  readHost,
  readHostPort,
  readNumber,
  readScriptName,
  readTypable,
} from './values.ts';

export interface Key<Draft> {
  /** How the line looks; shown as the hint. */
  readonly usage: string;
  readonly repeatable: boolean;
  readonly read: (line: LineReader, draft: Draft) => void;
}

export const ON_SILENCE_CHOICES =
  'power: a power device must say off before the standby boots (needs `power` on both nodes); ' +
  'confirm: an operator confirms that the node is off, until then nothing happens; ' +
  'trust: silence counts as off when all signs agree, as in 2001 (the disk is lost if they lie)';

export const CLUSTER_KEYS: Readonly<Record<string, Key<ClusterDraft>>> = {
  script: { usage: 'script NAME', repeatable: false, read: readScript },
  service: {
    usage: 'service tcp HOST:PORT, or service ping HOST',
    repeatable: false,
    read: readService,
  },
  reference: {
    usage: 'reference tcp HOST:PORT, or reference ping HOST',
    repeatable: true,
    read: readReference,
  },
  probe: { usage: PROBE_USAGE, repeatable: false, read: readProbe },
  'on-silence': {
    usage: 'on-silence power, or confirm, or trust',
    repeatable: false,
    read: readOnSilence,
  },
  'service-lost': {
    usage: 'service-lost takeover, or alarm',
    repeatable: false,
    read: readServiceLost,
  },
  promise: { usage: 'promise 8m', repeatable: false, read: readPromise },
  'prompt-quiet': { usage: 'prompt-quiet 500ms', repeatable: false, read: readPromptQuiet },
  'parking-survived-power-cycle': {
    usage: 'parking-survived-power-cycle 2026-11-20',
    repeatable: false,
    read: readParkingSurvived,
  },
  bound: { usage: 'bound STATE 10 in 2h', repeatable: true, read: readBound },
  set: { usage: 'set NAME VALUE', repeatable: true, read: readSetting },
  'alarm-command': {
    usage: 'alarm-command /path/to/program argument ...',
    repeatable: false,
    read: readAlarmCommand,
  },
};

function readScript(line: LineReader, draft: ClusterDraft): void {
  draft.script = line.read('the name of a chat script', (text) =>
    text.endsWith('.chat')
      ? {
          ok: false,
          code: 'bad-name',
          message: 'a script is named without its ending',
          hint: `write ${text.slice(0, -'.chat'.length)}`,
        }
      : readScriptName(text, 'script'),
  );
}

function readService(line: LineReader, draft: ClusterDraft): void {
  const value = readTarget(line);
  if (value !== null) draft.service = { value, span: line.valueSpan };
}

function readReference(line: LineReader, draft: ClusterDraft): void {
  const value = readTarget(line);
  if (value !== null) draft.references.push({ value, span: line.valueSpan });
}

function readTarget(line: LineReader): ProbeTarget | null {
  const kind = line.choice(['tcp', 'ping'] as const);
  if (kind === 'ping') {
    const host = line.read('a host', (text) =>
      /^[^:]+:\d+$/.test(text)
        ? {
            ok: false,
            code: 'bad-address',
            message: 'a ping has no port',
            hint: 'write `tcp HOST:PORT`, or leave the port out',
          }
        : readHost(text),
    );
    return host === null ? null : { kind, host };
  }
  const address = kind === null ? null : line.read('HOST:PORT', readHostPort);
  return address === null ? null : { kind: 'tcp', ...address };
}

function readOnSilence(line: LineReader, draft: ClusterDraft): void {
  const value = line.choice(['power', 'confirm', 'trust'] as const, ON_SILENCE_CHOICES);
  if (value !== null) draft.onSilence = { value, span: line.valueSpan };
}

function readServiceLost(line: LineReader, draft: ClusterDraft): void {
  draft.serviceLost = line.choice(['takeover', 'alarm'] as const) ?? draft.serviceLost;
}

function readPromise(line: LineReader, draft: ClusterDraft): void {
  draft.promiseMs = readPositive(line) ?? draft.promiseMs;
}

function readPromptQuiet(line: LineReader, draft: ClusterDraft): void {
  const value = readPositive(line);
  if (value !== null && (value < 50 || value > 10_000)) {
    line.fail('bad-duration', line.valueSpan, 'expected between 50ms and 10s');
  }
  draft.promptQuietMs = value ?? draft.promptQuietMs;
}

function readPositive(line: LineReader): number | null {
  const value = line.read('a length of time', readDuration);
  if (value === 0) line.fail('bad-duration', line.valueSpan, 'expected more than nothing');
  return value;
}

function readParkingSurvived(line: LineReader, draft: ClusterDraft): void {
  draft.parkingSurvivedPowerCycle = line.read('the day on which it was shown', readDate);
}

function readBound(line: LineReader, draft: ClusterDraft): void {
  const state = line.read('the name of a state', (text) => readScriptName(text, 'state'));
  if (state === null) return;
  const entries = line.read('how often', (text) => readNumber(text, 1, 1000, 'a number'));
  if (entries === null || line.choice(['in']) === null) return;
  const withinMs = readPositive(line);
  if (withinMs === null || line.failed) return;
  const before = draft.bounds.get(state);
  if (before === undefined) {
    draft.bounds.set(state, { entries, withinMs, span: line.valueSpan });
  } else {
    const message = `the bound of '${state}' already stands in line ${before.span.line}`;
    line.fail('duplicate-key', line.valueSpan, message, 'remove one of the lines');
  }
}

/** Also for nodes. Types are checked later, against the script. */
export function readSetting(line: LineReader, draft: ClusterDraft | NodeDraft): void {
  const name = line.read('the name of a setting', (text) => readScriptName(text, 'setting'));
  if (name === null) return;
  const value = line.read('its value', (text) => readTypable(text, 'a setting'));
  if (value === null) return;
  const before = draft.settings.get(name);
  if (before === undefined) {
    draft.settings.set(name, { value, span: line.valueSpan });
  } else {
    const message = `'${name}' is already set in line ${before.span.line}`;
    line.fail('duplicate-key', line.valueSpan, message, 'remove one of the lines');
  }
}

function readAlarmCommand(line: LineReader, draft: ClusterDraft): void {
  draft.alarmCommand = readProgram(line) ?? draft.alarmCommand;
}

/** A program by its whole path, and its arguments; null: wrong, and reported. */
export function readProgram(line: LineReader): readonly string[] | null {
  const program = line.next('the path of a program');
  if (program === null) return null;
  if (!program.text.startsWith('/')) {
    const message = 'expected the whole path of the program';
    line.fail('bad-path', program.span, message, 'it starts with /');
    return null;
  }
  return [program.text, ...line.rest().map((word) => word.text)];
}
