/** What many nights came to, in lines for people. */
import type { Outcome } from './night.ts';
import { kindOf } from './plan.ts';

export function formatReport(outcomes: readonly Outcome[], takeovers: ReadonlyMap<string, number>) {
  const kills = outcomes.flatMap(({ hitIn }) => hitIn);
  const twice = outcomes.filter(({ hitIn }) => hitIn.length > 1).length;
  const back = outcomes.filter(({ backMs }) => backMs !== null);
  const alone = back.filter(({ orders }) => orders.length === 0);
  const violations = outcomes.filter((one) => one.violations.length > 0);
  return [
    `${outcomes.length} takeovers hit by ${kills.length} kills, ${twice} of them twice`,
    `mounted twice or transactions lost: ${violations.length}`,
    `production back: ${back.length}; without a person: ${alone.length}`,
    `on the node that was struck: ${back.filter(({ isSameNode }) => isSameNode).length}`,
    '',
    'seconds from the stroke to production, unkilled, then killed: median, longest',
    ...kindLines(outcomes, takeovers),
    '',
    'kills by the state that they hit',
    ...countLines(kills.map((state) => state ?? '(start-up)')),
    ...personLines(outcomes),
    ...outcomes.filter(isWrong).map(({ night, story, violations: cries }) => {
      return `\nNIGHT ${night.number} WENT WRONG\n${cries.join('\n')}\n${story}`;
    }),
  ].join('\n');
}

/** Two mounts, a lost transaction, or no production although a person did all that was asked. */
export function isWrong({ backMs, violations }: Outcome): boolean {
  return backMs === null || violations.length > 0;
}

function kindLines(outcomes: readonly Outcome[], takeovers: ReadonlyMap<string, number>): string[] {
  const kinds = [...new Set(outcomes.map(({ night }) => kindOf(night)))];
  return kinds.map((kind) => {
    const times = outcomes
      .filter(({ night }) => kindOf(night) === kind)
      .map(({ backMs }) => backMs ?? Number.POSITIVE_INFINITY)
      .sort((one, other) => one - other);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    const row = [takeovers.get(kind) ?? 0, median, times.at(-1) ?? 0];
    const figures = row.map((ms) => (ms / 1000).toFixed(1).padStart(7)).join('');
    return `  ${`${kind} (${times.length})`.padEnd(46)}${figures}`;
  });
}

function countLines(words: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([word, count]) => `  ${String(count).padStart(4)}  ${word}`);
}

function personLines(outcomes: readonly Outcome[]): string[] {
  const called = outcomes.filter(({ orders }) => orders.length > 0);
  if (called.length === 0) return [];
  const lines = called.map(({ night, hitIn, orders }) => {
    const said = orders.map(({ alarm, text, type }) => `${alarm}: ${text} | type: ${type}`);
    const wanted = night.isAttended ? ' (attended by its policy)' : '';
    const hit = hitIn.map((state) => state ?? 'start-up').join(', ');
    return `  night ${night.number}, ${kindOf(night)}${wanted}, killed in ${hit}: ${said.join(' / ')}`;
  });
  return ['', 'a person was needed', ...lines];
}
