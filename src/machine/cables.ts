/**
 * What the lines of the two nodes have shown of the machines behind them, in words for people: whether
 * the consoles are swapped, lead to one machine, or to a stranger. One alarm says it for as long as a
 * line is contradicted. Called wherever an identity is learned or forgotten; decides nothing.
 */
import { isIdentityOf } from './engine.ts';
import type { NodeIndex } from './protocol.ts';
import { clearAlarm, raiseAlarm } from './reactions.ts';
import type { Run } from './run.ts';
import { otherNode } from './state.ts';

/** With a colon, as no alarm of a script has. */
export const CABLES_ALARM = 'identity:lines';

const NODES: readonly NodeIndex[] = [0, 1];

/** What is wrong with the lines, one sentence without its full stop; null: nothing that is known. */
export function cablesWords(run: Pick<Run, 'engine' | 'state'>): string | null {
  const wrong = NODES.filter((node) => run.state.nodes[node].facts.identity === 'contradicted');
  const crossed = wrong.filter((node) => showsOther(run, node));
  const [first] = crossed;
  if (first === undefined) return strangerWords(run, wrong);
  const shown = crossed.map((node) => shownWords(run, node)).join(', and ');
  const other = otherNode(first);
  const names = `${name(run, 0)} and ${name(run, 1)}`;
  if (isProvenSince(run, other, run.state.nodes[first].facts.identityAt)) {
    return `${shown}, and so did its own line later: both lead there, or were moved meanwhile`;
  }
  return `the consoles of ${names} are swapped: ${shown}`;
}

/** Said once for each line that shows something new, and taken back when none is contradicted. */
export function tellCables(run: Run): void {
  const words = cablesWords(run);
  if (words === null) return clearAlarm(run, CABLES_ALARM);
  raiseAlarm(run, CABLES_ALARM, words, `clusterd status ${run.engine.target.cluster}`);
}

function name(run: Pick<Run, 'engine'>, node: NodeIndex): string {
  return run.engine.target.nodes[node].name;
}

function showsOther({ engine, state }: Pick<Run, 'engine' | 'state'>, node: NodeIndex): boolean {
  return isIdentityOf(engine, otherNode(node), state.nodes[node].facts.contradictedBy);
}

/** The other line was found right later than this one was found wrong. */
function isProvenSince({ state }: Pick<Run, 'state'>, node: NodeIndex, at: number): boolean {
  const { facts } = state.nodes[node];
  return facts.identity === 'proven' && facts.identityAt > at;
}

function shownWords(run: Pick<Run, 'engine' | 'state'>, node: NodeIndex): string {
  const shown = run.state.nodes[node].facts.contradictedBy ?? '?';
  return `the line of ${name(run, node)} shows ${shown}, which is ${name(run, otherNode(node))}'s`;
}

function strangerWords(
  run: Pick<Run, 'engine' | 'state'>,
  wrong: readonly NodeIndex[],
): string | null {
  if (wrong.length === 0) return null;
  return wrong
    .map((node) => {
      const shown = run.state.nodes[node].facts.contradictedBy ?? '?';
      const { identity } = run.engine.target.nodes[node];
      return `the line of ${name(run, node)} shows ${shown}, not ${identity}: another machine, or one that lost its identity`;
    })
    .join('; ');
}
