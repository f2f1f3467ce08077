/**
 * What the timeline of the demo consists of, and how records of the daemon's log and happenings of
 * the simulated site become part of it. Called by the demo. Pure; what is noise becomes null.
 */
import type { Happening } from '../sim/happening.ts';
import type { DaemonRecord } from './daemon-record.ts';

/** How much a line stands out. */
export type Tone =
  | 'quiet'
  | 'plain'
  | 'transition'
  | 'evidence'
  | 'warning'
  | 'alarm'
  | 'good'
  | 'fault'
  | 'act';

export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Whose words these are; `you`: a command that a person would type. */
  readonly source: 'clusterd' | 'site' | 'client' | 'demo' | 'you';
  /** What it is, for programs: `state fencing`, `evidence`, `site n2`. */
  readonly mark: string;
  readonly tone: Tone;
  readonly text: string;
  readonly details: readonly { readonly label: string; readonly text: string }[];
}

/** These say at length what transitions and evidence say in short. */
const NOISE: readonly string[] = ['dialogue', 'console', 'typing', 'late', 'start'];

export function entryOfRecord(record: DaemonRecord): TimelineEntry | null {
  const { level, topic, what = '', node } = record;
  const wall = Date.parse(record.time);
  const base = { wall, source: 'clusterd', details: [] } as const;
  if (level === 'debug' || NOISE.includes(topic)) return null;
  if (topic === 'alarm') return alarmEntry(record, wall);
  if (topic === 'transition') return transitionEntry(record, wall);
  const subject = node == null || what.includes(node) ? '' : `${node}: `;
  const calm = topic === 'evidence' ? 'evidence' : 'plain';
  const tone = level === 'warn' ? 'warning' : calm;
  const { why, evidence } = record;
  const details = topic === 'channel' ? [] : detailsOf(what, { why, evidence });
  return { ...base, mark: topic, tone, text: `${subject}${what}`, details };
}

function alarmEntry(record: DaemonRecord, wall: number): TimelineEntry {
  const { event, name = '', text = '', type = '' } = record;
  const base = { wall, source: 'clusterd', mark: `alarm ${name}` } as const;
  if (event === 'cleared') {
    return {
      ...base,
      tone: 'good',
      mark: `cleared ${name}`,
      text: `cleared: ${name}`,
      details: [],
    };
  }
  const details = [{ label: 'type', text: type }];
  return { ...base, tone: 'alarm', text: `ALARM ${name}: ${text}`, details };
}

function transitionEntry(record: DaemonRecord, wall: number): TimelineEntry {
  const { state, what = '', why = '', evidence, next } = record;
  const details = detailsOf('', { why, evidence, next });
  const mark = `state ${state}`;
  return { wall, source: 'clusterd', mark, tone: 'transition', text: `==> ${what}`, details };
}

interface Told {
  readonly why?: string | undefined;
  readonly evidence?: string | undefined;
  readonly next?: string | undefined;
}

/** Without what is empty or said twice: a reason is often the line that is its own evidence. */
function detailsOf(said: string, { why = '', evidence = '', next = '' }: Told) {
  const essence = evidence.replace(/^.* failed: /, '');
  const inWhy = !evidence.includes(why) && why.includes(essence);
  const all = [
    { label: 'why', text: said.includes(why) || evidence.includes(why) ? '' : why },
    { label: 'evidence', text: said.includes(essence) || inWhy ? '' : evidence },
    { label: 'next', text: next },
  ];
  return all.filter(({ text }) => text !== '');
}

const FAULTS = /^(panics|hangs|power off|stopped by BREAK|the dump (fails|has failed))/;
const GOOD = /^(login prompt|root mounted)/;

export function entryOfHappening({ wall, node, what }: Happening): TimelineEntry {
  const mark = node === null ? 'site' : `site ${node}`;
  const tone = what.startsWith('REFEREE')
    ? 'alarm'
    : FAULTS.test(what)
      ? 'fault'
      : GOOD.test(what)
        ? 'good'
        : 'plain';
  const text = node === null ? what : `${node}: ${what}`;
  return { wall, source: 'site', mark, tone, text, details: [] };
}
