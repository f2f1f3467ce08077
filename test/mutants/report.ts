/** The results as a table for README.md and for people. */
import type { Caught } from './hunt-mutant.ts';
import type { Mutant } from './mutant.ts';

export interface Row {
  readonly mutant: Mutant;
  readonly caught: Caught;
}

const WHAT_MAX = 110;

export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ mutant, caught }) => {
    const cells = [mutant.name, mutant.breaks, whoCaught(mutant, caught), afterRuns(caught)];
    return `| ${[...cells, caught.seconds.toFixed(1)].join(' | ')} |`;
  });
  return [
    '| mutant | what it does wrong | caught by | after runs | seconds |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function whoCaught({ equivalent }: Mutant, { by, kind, what, seed, policy }: Caught): string {
  if (by === null) return equivalent === undefined ? '**survived**' : `equivalent: ${equivalent}`;
  const place = seed === null ? '' : `, on-silence ${policy}, seed ${seed}`;
  return `${by}, \`${kind}\`${place}: ${shortened(what)}`;
}

function shortened(what: string): string {
  const text = what.replaceAll('|', '/').replaceAll(/\s+/g, ' ');
  return text.length > WHAT_MAX ? `${text.slice(0, WHAT_MAX)}...` : text;
}

function afterRuns({ by, runs }: Caught): string {
  if (by === null) return `none of ${runs}`;
  return runs === 0 ? 'before any' : String(runs);
}

/** Counts by what caught them. */
export function formatSummary(rows: readonly Row[]): string {
  const survivors = rows.filter((row) => row.caught.by === null && !row.mutant.equivalent);
  const equivalents = rows.filter((row) => row.caught.by === null && row.mutant.equivalent);
  const by = (who: Caught['by']) => rows.filter(({ caught }) => caught.by === who).length;
  return (
    `${rows.length} mutants: ${by('check')} caught by check, ${by('proof')} by the proof, ` +
    `${by('simulation')} by the simulation, ${by('crash')} by an exception; ` +
    `${equivalents.length} equivalent, ${survivors.length} survived`
  );
}
