/**
 * What `clusterd history` prints: an incident as a block with its times, everything else as a line,
 * what is missing at the end. Pure. Every free text is made safe to show.
 */
import type { Happening, What } from '../history/happening.ts';
import type { Entry, Incident, IncidentKind } from '../history/incident.ts';
import { isOwnership, PHASE_WORDS, phaseHappenings } from '../history/phases.ts';
import { assertNever } from '../language/assert-never.ts';
import { visible } from '../log/visible.ts';
import { formatLocal } from '../log/wall-time.ts';
import { formatAge } from './age.ts';
import { conditionWords } from './node-words.ts';

export interface History {
  readonly cluster: string;
  readonly entries: readonly Entry[];
  readonly gaps: readonly string[];
  /** What the records say and the journal, which counts, does not. */
  readonly unconfirmed: readonly Happening[];
}

export function formatHistory({ cluster, entries, gaps, unconfirmed }: History): string {
  const blocks = entries.flatMap((entry) =>
    entry.kind === 'incident'
      ? [...incidentLines(entry.incident), '']
      : eventLines(entry.happening),
  );
  const lines = blocks.length === 0 ? [`${cluster}: nothing happened in that time`] : blocks;
  if (lines.at(-1) !== '') lines.push('');
  const doubts = unconfirmed.map(
    ({ wall, what }) => `  not in the journal, which counts: ${timeOf(wall)} ${textOf(what)}`,
  );
  const missing = gaps.map((gap) => `  ${visible(gap)}`);
  if (missing.length + doubts.length > 0) lines.push('What is missing:', ...missing, ...doubts);
  return `${lines.join('\n').trimEnd()}\n`;
}

const HEADS: Readonly<Record<IncidentKind, string>> = {
  takeover: 'TAKEOVER',
  switchover: 'SWITCHOVER, planned',
  restart: 'RESTART',
  boot: 'BOOT',
  hold: 'HOLD',
  attempt: 'ATTEMPT, nothing was booted',
  inquiry: 'INQUIRY, nothing was done',
};

function incidentLines(incident: Incident): string[] {
  const { startWall, endWall, happenings } = incident;
  const lasted =
    endWall === null ? 'has not ended' : `${seconds(endWall - startWall)} until it was calm again`;
  const nodes = nodesOf(incident);
  const head = `${timeOf(startWall)}  ${headOf(incident)}${nodes === '' ? '' : ` ${nodes}`}: ${lasted}`;
  const phases = new Map(
    [...phaseHappenings(incident)].map(([name, happening]) => [happening, PHASE_WORDS[name]]),
  );
  const first = happenings.find(({ what }) => what.kind === 'state');
  const rows = happenings.filter((one) => isTold(one.what) || phases.has(one));
  const repeated = new Set<string>();
  return [
    head,
    ...rows.flatMap((one) => {
      const phase = phases.get(one) ?? (one === first ? beginOf(incident) : '');
      const offset = `+${seconds(one.wall - startWall)}`.padStart(10);
      const isNew = one.evidence !== '' && !repeated.has(one.evidence);
      repeated.add(one.evidence);
      const evidence = isNew && !saysTheSame(one);
      return [
        `${offset}  ${phase.padEnd(17)}  ${textOf(one.what)}`,
        ...(evidence ? [`${' '.repeat(31)}on: ${visible(one.evidence)}`] : []),
      ];
    }),
  ];
}

function headOf({ kind, happenings }: Incident): string {
  const isShadow = happenings.some(
    ({ what }) => what.kind === 'note' && what.what.startsWith('WOULD NOW'),
  );
  return kind === 'inquiry' && isShadow ? 'SHADOW MODE, nothing was sent' : HEADS[kind];
}

/** The word for the first change of state. A new beginning is none: it looks, and nothing is wrong. */
function beginOf({ kind, startWall, happenings }: Incident): string {
  if (kind === 'hold' || kind === 'switchover') return 'asked for';
  const first = happenings.find(({ what }) => what.kind === 'state')?.what;
  if (first?.kind === 'state' && first.why.endsWith('the daemon starts')) return 'looks anew';
  const isAnew = happenings.some(
    ({ wall, what }) => wall === startWall && what.kind === 'note' && BEGINNING.test(what.what),
  );
  return isAnew ? 'looks anew' : 'fault seen';
}

/** As the machine logs it when it begins. */
const BEGINNING = /: every node is unknown until proven again$/;

/** A reason is often the very line that is its evidence. */
function saysTheSame({ what, evidence }: Happening): boolean {
  const why = what.kind === 'state' ? what.why : '';
  return textOf(what).includes(visible(evidence)) || (why !== '' && evidence.includes(why));
}

function nodesOf({ kind, from, to }: Incident): string {
  if (kind === 'takeover' || kind === 'switchover')
    return `${visible(from ?? '?')} -> ${visible(to ?? '?')}`;
  return to === null ? '' : visible(to);
}

/** What a console showed meanwhile is told where it is a phase. */
function isTold(what: What): boolean {
  if (what.kind === 'seen' || what.kind === 'typed-boot' || what.kind === 'cleared') return false;
  if (what.kind === 'compacted') return false;
  return what.kind !== 'proof' || !isOwnership(what.what);
}

function eventLines({ wall, what, evidence }: Happening): string[] {
  const rest = evidence === '' ? '' : ` (${visible(evidence)})`;
  return [`${timeOf(wall)}  ${textOf(what)}${rest}`];
}

export function textOf(what: What): string {
  switch (what.kind) {
    case 'state':
      return `${visible(what.state)}: ${visible(what.why)}`;
    case 'deed':
      return deedText(what);
    case 'production':
      return `production runs on ${visible(what.node)}: ${visible(what.why)}`;
    case 'owner':
      return `${visible(what.node)} owns the disk: ${visible(what.why)}`;
    case 'alarm':
      return `ALARM ${visible(what.name)}: ${visible(what.text)}`;
    case 'cleared':
      return `cleared: ${visible(what.name)}`;
    case 'acknowledged':
      return `acknowledged by ${visible(what.by)}: ${visible(what.name)} ${visible(what.note)}`.trimEnd();
    case 'service':
      return `${visible(what.node)} ${what.inService ? 'back in' : 'out of'} service: ${visible(what.by)}`;
    case 'attested':
      return `${visible(what.by)} confirmed that ${visible(what.node)} is off`;
    case 'released':
      return `released by ${visible(what.by)}`;
    case 'armed':
      return `${what.armed ? 'armed' : 'disarmed'} by ${visible(what.by)}`;
    case 'doubt':
      return `OWNER IN DOUBT: ${visible(what.why)}`;
    case 'compacted':
      return 'the journal was compacted: of the time before, it keeps decisions only';
    case 'operator':
      return `operator ${visible(what.request)}: ${visible(what.answer)}`;
    case 'typed-boot':
      return 'the boot was typed';
    case 'seen':
      return seenText(visible(what.what));
    case 'proof':
    case 'note':
      return visible(what.what);
    default:
      return assertNever(what);
  }
}

/** Records name what a console showed by the engine's word for it. */
function seenText(what: string): string {
  const [, node, condition = ''] = /^(\S+) is now (\w+) \(was \w+\)$/.exec(what) ?? [];
  return node === undefined ? what : `${node} showed ${conditionWords(condition)}`;
}

function deedText({ deed, node, path }: Extract<What, { kind: 'deed' }>): string {
  const name = visible(node);
  switch (deed) {
    case 'break':
      return `BREAK to ${name}`;
    case 'boot':
      return `${name} may boot: it owns the disk from now on${path === '' ? '' : `, from ${visible(path)}`}`;
    case 'fence':
      return `fence ${name}: prove that it cannot run`;
    case 'park':
    case 'reset':
    case 'power-off':
    case 'resume':
      return `${deed} ${name}`;
    default:
      return assertNever(deed);
  }
}

/** Local time; within an incident counts the tenth of a second. */
function timeOf(wall: number): string {
  return formatLocal(wall).slice(0, -'.000'.length);
}

function seconds(ms: number): string {
  return Math.abs(ms) < 120_000 ? `${(ms / 1000).toFixed(1)} s` : formatAge(ms);
}
