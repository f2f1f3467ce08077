/** What `clusterd sim` prints about many runs, and about one that failed. */
import type { FailedRun } from '../simulation/simulate-many.ts';
import type { SimulatedScript } from '../simulation/simulated-script.ts';
import { formatChecksum, type Totals } from '../simulation/totals.ts';

const HOUR_MS = 3_600_000;
const LABEL_COLUMNS = 14;
const COLUMNS = 100;

export function formatTotals(
  scripts: readonly SimulatedScript[],
  totals: Totals,
  tookMs: number,
  { jobs }: { readonly jobs: number },
): string {
  const seconds = tookMs / 1000;
  const perSecond = (count: number) => (count / seconds).toFixed(1);
  const cores = jobs === 1 ? 'one core' : `${jobs} processes`;
  const hours = (totals.simulatedMs / HOUR_MS).toFixed(1);
  const lines = [
    row('scripts', scripts.map(({ name }) => name).join(', ')),
    row('runs', `${totals.runs} in ${seconds.toFixed(1)} s on ${cores}, ${hours} simulated hours`),
    row('takeovers', `${totals.takeovers}, ${perSecond(totals.takeovers)} per second`),
    row('attended', `${totals.attended} runs in which a person had to do something`),
    row('restarted', `${totals.restarted} runs in which the daemon was started again`),
    row('outage', `${(totals.longestOutageMs / 1000).toFixed(1)} s at most, by one trouble alone`),
    row('troubles', counts(totals.mains)),
    row('faults', counts(totals.struck)),
    row('excused', counts(totals.excuses)),
    row('violations', `${sum(totals.violations)} ${counts(totals.violations)}`.trim()),
    row('checksum', formatChecksum(totals.checksum)),
  ];
  return `${lines.join('\n')}\n`;
}

/** What shapes a run besides its seed. */
export interface Shape {
  readonly home?: string;
  readonly script?: string;
  readonly faults?: string;
  readonly silence?: string;
  readonly promise: number;
}

export function formatFailure(failed: FailedRun, shape: Shape): string {
  const { script, seed, violations, checksum, story } = failed;
  const told = violations.map(
    ({ kind, at, what }) => `VIOLATION (${kind}) after ${(at / 1000).toFixed(1)} s: ${what}\n`,
  );
  const words = wordsOf(script, shape).join(' ');
  const again = `clusterd sim ${words} --seed ${seed} --runs 1 --verbose`;
  return (
    `${told.join('')}${script}, seed ${seed}, checksum ${checksum}; every byte of it: ${again}\n` +
    `${story}\n`
  );
}

/** The words that give another call the same runs. */
export function wordsOf(script: string, shape: Shape): string[] {
  const { home, faults, silence, promise } = shape;
  return [
    ...(home === undefined ? [] : ['--home', home]),
    ...['--script', shape.script ?? script],
    ...(faults === undefined ? [] : ['--faults', faults]),
    ...(silence === undefined ? [] : ['--silence', silence]),
    ...['--promise', `${promise}ms`],
  ];
}

function sum(of: Readonly<Record<string, number>>): number {
  return Object.values(of).reduce((total, number) => total + number, 0);
}

/** The most frequent first. */
function counts(of: Readonly<Record<string, number>>): string {
  const entries = Object.entries(of).sort(
    ([one, many], [other, more]) => more - many || (one < other ? -1 : 1),
  );
  return entries.map(([name, number]) => `${name} ${number}`).join(', ') || 'none';
}

function row(label: string, text: string): string {
  return wrap(text)
    .map((line, index) => `${(index === 0 ? label : '').padEnd(LABEL_COLUMNS)}${line}`)
    .join('\n');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(', ')) {
    const longer = line === '' ? word : `${line}, ${word}`;
    if (line !== '' && longer.length > COLUMNS - LABEL_COLUMNS) {
      lines.push(`${line},`);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
