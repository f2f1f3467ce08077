/**
 * Lines of a records file (`Logs/CLUSTER.jsonl`) as happenings. Called by the history command for
 * each line. Pure. A line that is torn or garbage is told apart from one that is of no interest, and
 * never stops the reading.
 */
import type { Happening, What } from './happening.ts';

export interface RecordLine {
  /** Null: the line is no record of this cluster. */
  readonly wall: number | null;
  readonly happening: Happening | null;
}

const UNREADABLE: RecordLine = { wall: null, happening: null };

type Fields = Readonly<Record<string, unknown>>;

export function readRecordLine(line: string, cluster: string): RecordLine {
  const fields = parse(line);
  if (fields === null || fields.cluster !== cluster) return UNREADABLE;
  const wall = typeof fields.time === 'string' ? Date.parse(fields.time) : Number.NaN;
  if (Number.isNaN(wall)) return UNREADABLE;
  const what = whatOf(fields);
  const evidence = text(fields.evidence);
  return { wall, happening: what === null ? null : { wall, source: 'records', what, evidence } };
}

function parse(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function whatOf(fields: Fields): What | null {
  const what = text(fields.what);
  const node = typeof fields.node === 'string' ? fields.node : null;
  switch (fields.topic) {
    case 'transition':
      return { kind: 'state', state: text(fields.state), why: text(fields.why) };
    case 'alarm':
      return alarmOf(fields);
    case 'operator':
      return { kind: 'operator', request: what, answer: text(fields.why) };
    case 'evidence':
      return { kind: 'proof', node, what };
    case 'console':
      return /^\S+ is now (firmware|held|running|ended) /.test(what)
        ? { kind: 'seen', node, what }
        : null;
    case 'net':
      return { kind: 'seen', node: null, what };
    case 'dialogue':
      return what === 'boot: done' ? { kind: 'typed-boot' } : null;
    case 'start':
      return { kind: 'note', what };
    case 'stall':
    case 'shadow':
      return fields.level === 'debug' ? null : { kind: 'note', what };
    case 'log':
      return lossOf(fields);
    default:
      return null;
  }
}

function alarmOf(fields: Fields): What {
  const name = text(fields.name);
  if (fields.event === 'cleared') return { kind: 'cleared', name };
  return { kind: 'alarm', name, text: text(fields.text) };
}

function lossOf({ lostBytes, code }: Fields): What | null {
  if (typeof lostBytes !== 'number') return null;
  return { kind: 'note', what: `${lostBytes} bytes of the records were lost: ${text(code)}` };
}
