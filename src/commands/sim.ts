/**
 * `clusterd sim`: whole clusters on a simulated clock, with everything that can go wrong, judged
 * after every step; and `--play`: a story, move by move, against the daemon's own engine.
 * Touches nothing outside: no console, no journal, no log.
 */
import { InvalidArgumentError, Option } from 'commander';
import { readDuration } from '../clist/values.ts';
import { didYouMean } from '../language/diagnostics.ts';
import {
  chooseFaults,
  DEFAULT_FAULTS,
  FAULT_NAMES,
  FAULTS,
  type Faults,
} from '../simulation/faults.ts';
import type { Plan } from '../simulation/plan.ts';
import { formatRun } from '../simulation/run-text.ts';
import { type FailedRun, simulateMany } from '../simulation/simulate-many.ts';
import { simulate } from '../simulation/simulated-run.ts';
import type { SimulatedScript } from '../simulation/simulated-script.ts';
import { addTotals, emptyTotals, type Totals } from '../simulation/totals.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  UsageError,
  withHome,
} from './command.ts';
import { simulateInJobs } from './sim-jobs.ts';
import { playFile } from './sim-play.ts';
import { loadScripts } from './sim-scripts.ts';
import { formatFailure, formatTotals } from './sim-text.ts';

export interface SimOptions extends HomeOption {
  readonly seed: number;
  readonly runs: number;
  readonly script?: string;
  readonly faults?: string;
  readonly silence?: Plan['onSilence'];
  readonly promise: number;
  readonly jobs: number;
  readonly json?: boolean;
  readonly keepGoing?: boolean;
  readonly verbose?: boolean;
  readonly listFaults?: boolean;
  readonly play?: string;
  readonly progress?: boolean;
}

const HELP = `
Each run has its own seed: a cluster comes to rest, something happens to production, and with it, in
most runs, some of the faults; then everything is mended, and people follow the alarms. Judged: never
two mounts, never a boot while the other node could run, what the script handles by itself is handled
in time, no alarm lost, the journal says what the daemon lives by, nothing grows.

  clusterd sim                              200 runs of each script in CLUSTER_HOME
  clusterd sim --runs 1000000 --jobs 2      a long one; ^C ends it
  clusterd sim --seed 4711 --runs 1 --verbose      one run, every byte; the same on every machine
  clusterd sim --faults killed,loss=0.01    only these kinds of fault, with this rate
  clusterd sim --play story.json            plays a story; the format: src/simulation/story.ts

Exit status: 0 no violation, or the story ended as it expects; 1 otherwise; 2 called wrongly.`;

const RUNS = 200;
const PROMISE_MS = 180_000;

export const addSim: AddCommand = (program, context) => {
  withHome(program.command('sim'))
    .description('attack simulated clusters with everything that can go wrong, from a seed')
    .option('--seed <n>', 'the seed of the first run; the others follow', wholeNumber, 1)
    .option('--runs <n>', 'how many runs of each script', wholeNumber, RUNS)
    .option('--script <file>', 'a script; without it all scripts in CLUSTER_HOME')
    .option('--faults <names>', 'only these kinds, NAME or NAME=RATE, with commas; none: no faults')
    .option('--list-faults', 'every kind of fault with unit, range and rate')
    .addOption(
      new Option('--silence <policy>', 'one policy instead of all three').choices([
        'power',
        'confirm',
        'trust',
      ]),
    )
    .option('--promise <time>', 'production is back within so long', duration, PROMISE_MS)
    .option('--jobs <n>', 'processes side by side', wholeNumber, 1)
    .option('--keep-going', 'go on after a run that failed')
    .option('--verbose', 'the story of each run, every byte')
    .option('--json', 'for programs')
    .option('--play <story>', 'play a story file')
    .addOption(new Option('--progress', 'totals as JSON lines, for --jobs').hideHelp())
    .addHelpText('after', HELP)
    .action((options: SimOptions) => runSim(options, context));
};

async function runSim(options: SimOptions, context: CommandContext): Promise<void> {
  if (options.listFaults === true) return listFaults(options, context);
  if (options.play !== undefined) return playFile(options.play, options, context);
  const faults = faultsOf(options);
  const scripts = loadScripts(options, context);
  if (scripts === null) return;
  if (options.verbose === true) return tellRuns(scripts, faults, options, context);
  const began = context.terminal.clock.now().at;
  const totals = emptyTotals();
  const failed: FailedRun[] = [];
  const onFailed = (failure: FailedRun) => {
    failed.push(failure);
    const isTold = options.json !== true && options.progress !== true;
    if (isTold) context.terminal.out(formatFailure(failure, options));
  };
  for (const script of scripts) {
    if (failed.length > 0 && options.keepGoing !== true) break;
    const part =
      options.jobs > 1
        ? await simulateInJobs(script, options, context, onFailed)
        : simulateHere(script, faults, options, context, onFailed);
    addTotals(totals, part);
  }
  if (failed.length > 0) context.exitStatus = 1;
  report(scripts, totals, failed, began, options, context);
}

function simulateHere(
  script: SimulatedScript,
  faults: Faults,
  options: SimOptions,
  { terminal }: CommandContext,
  onFailed: (failed: FailedRun) => void,
): Totals {
  let told = terminal.clock.now().at;
  return simulateMany({
    script,
    limits: limitsOf(faults, options),
    firstSeed: options.seed,
    runs: options.runs,
    keepsGoing: options.keepGoing === true,
    onFailed,
    onRun: (totals) => {
      const { at } = terminal.clock.now();
      if (options.progress !== true || at - told < PROGRESS_MS) return true;
      told = at;
      terminal.out(`${JSON.stringify({ totals })}\n`);
      return true;
    },
  });
}

const PROGRESS_MS = 5_000;

function limitsOf(faults: Faults, { silence, promise }: SimOptions) {
  return { faults, promiseMs: promise, ...(silence === undefined ? {} : { onSilence: silence }) };
}

/** The whole story of each run, as it is wanted of a single seed. */
function tellRuns(
  scripts: readonly SimulatedScript[],
  faults: Faults,
  options: SimOptions,
  context: CommandContext,
): void {
  const { terminal } = context;
  for (const script of scripts) {
    for (let seed = options.seed; seed < options.seed + options.runs; seed++) {
      const result = simulate(seed, script, { ...limitsOf(faults, options), keepsLines: true });
      terminal.out(formatRun(result, true));
      terminal.out(`${script.name}, seed ${seed}: checksum ${result.hash}\n`);
      if (result.violations.length > 0) context.exitStatus = 1;
    }
  }
}

function report(
  scripts: readonly SimulatedScript[],
  totals: Totals,
  failed: readonly FailedRun[],
  began: number,
  options: SimOptions,
  { terminal }: CommandContext,
): void {
  const tookMs = terminal.clock.now().at - began;
  if (options.progress === true) terminal.out(`${JSON.stringify({ totals, failed })}\n`);
  else if (options.json === true) {
    const names = scripts.map(({ name }) => name);
    terminal.out(`${JSON.stringify({ scripts: names, tookMs, totals, failed }, null, 2)}\n`);
  } else terminal.out(formatTotals(scripts, totals, tookMs, options));
}

function faultsOf({ faults }: SimOptions): Faults {
  if (faults === undefined) return DEFAULT_FAULTS;
  const chosen = chooseFaults(faults);
  if (chosen.ok) return chosen.faults;
  const hint = didYouMean(chosen.word, FAULT_NAMES) ?? 'clusterd sim --list-faults shows all';
  throw new UsageError(`--faults: ${chosen.message}; ${hint}`);
}

function listFaults({ json }: SimOptions, { terminal }: CommandContext): void {
  if (json === true) {
    terminal.out(`${JSON.stringify(FAULTS, null, 2)}\n`);
    return;
  }
  terminal.out(
    `${'name'.padEnd(18)}${'rate'.padEnd(7)}${'range'.padEnd(10)}${'unit'.padEnd(15)}\n`,
  );
  for (const name of FAULT_NAMES) {
    const { unit, range, default: rate, what } = FAULTS[name];
    const columns = [name.padEnd(18), String(rate).padEnd(7), range.join('..').padEnd(10)];
    terminal.out(`${columns.join('')}${unit.padEnd(15)}${what}\n`);
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('expected a whole number');
}

function duration(text: string): number {
  const read = readDuration(text);
  if (read.ok) return read.value;
  throw new InvalidArgumentError(read.message);
}
