/** What is known of a node, in the words of the status page and of its list. Pure. */
import { assertNever } from '../language/assert-never.ts';
import { visible } from '../log/visible.ts';
import type { NodeStatus } from '../machine/describe.ts';
import { formatAge } from './age.ts';

/** What its console showed last, however long ago. */
const CONDITIONS: Readonly<Record<string, string>> = {
  unknown: 'nothing that tells what it does',
  running: 'a running system',
  firmware: 'its firmware prompt',
  held: 'a system stopped by a BREAK, which could go on',
  ended: 'the end of its system',
  leaving: 'that it boots',
  resetting: 'a reset',
};

/** `connected for 3 d, last heard 12 s ago`. */
export function consoleOf(node: NodeStatus): string {
  const { channel, channelDetail, channelForMs, silentForMs } = node;
  const detail = channelDetail === '' ? '' : ` (${visible(channelDetail)})`;
  const word = channel === 'connected' ? 'connected' : channel.toUpperCase();
  const heard = silentForMs === null ? 'never heard' : `last heard ${formatAge(silentForMs)} ago`;
  return `${word} for ${formatAge(channelForMs)}${detail}, ${heard}${lineOf(node)}`;
}

/** `, DSR down`: only what is not as it should be. */
function lineOf({ modem, lineTrouble }: NodeStatus): string {
  const down = Object.keys(modem).filter((line) => modem[line] === false);
  const modemWords = down.length === 0 ? '' : `, ${down.join(' ').toUpperCase()} down`;
  return lineTrouble === null ? modemWords : `${modemWords}; ${visible(lineTrouble)}`;
}

export function shownBy({ condition }: NodeStatus): string {
  return conditionWords(condition);
}

export function conditionWords(condition: string): string {
  return CONDITIONS[condition] ?? visible(condition);
}

/** Whether the machine on this line has shown that it is the one that CList names. */
export function identityOf(node: NodeStatus): string {
  const { identity, identityShown, identityShownIs, identityForMs, condition, name } = node;
  const age = formatAge(identityForMs ?? 0);
  const whose = identityShownIs === null ? '' : `, which is ${identityShownIs}'s`;
  switch (identity) {
    case 'proven':
      return `proven ${age} ago: its console showed it`;
    case 'carried':
      return `carried: shown ${age} ago on the same line, nothing has spoken against it since`;
    case 'contradicted':
      return `CONTRADICTED for ${age}: the line of ${name} shows ${visible(identityShown ?? '?')}${whose}`;
    case 'unknown':
      return condition === 'running'
        ? 'not asked: a running system does not show it'
        : 'not yet shown';
    default:
      return assertNever(identity);
  }
}

/** What the script tries there regularly, in its own words, and whether a BREAK gets through. */
export function testedLines({ tested, breakWorkedForMs }: NodeStatus): readonly string[] {
  const tests = tested.map(({ dialogue, failure, ageMs }) => {
    const end = failure === '' ? 'passed' : `FAILED (${visible(failure)})`;
    return `${visible(dialogue)} ${end} ${formatAge(ageMs)} ago`;
  });
  const breaks =
    breakWorkedForMs === null ? [] : [`BREAK seen to work ${formatAge(breakWorkedForMs)} ago`];
  return [...tests, ...breaks];
}

export function evidenceLines(node: NodeStatus): readonly string[] {
  if (node.evidence.length === 0) return ['none against it: it may write to the disk'];
  return node.evidence.map((one) => {
    const { grade, ageMs, note } = one;
    return `${grade}, ${formatAge(ageMs)} old, ${endOf(one)}: ${visible(note)}`;
  });
}

function endOf({ stale, endsInMs }: NodeStatus['evidence'][number]): string {
  if (stale) return 'must be renewed before it counts';
  if (endsInMs === null) return 'holds until contradicted';
  return `good for another ${formatAge(endsInMs)}`;
}

/** In one word or two: could it take over? For the list. */
export function readinessOf({ inService, channel, evidence, condition }: NodeStatus): string {
  if (!inService) return 'out of service';
  if (channel !== 'connected') return channel;
  const [strongest] = evidence;
  if (strongest !== undefined) return strongest.grade;
  return condition === 'unknown' ? 'not proven' : condition;
}
