/**
 * A long simulation in several processes: each is this very program with a part of the seeds. A run
 * does not depend on the others, so the totals are those of one process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { FailedRun } from '../simulation/simulate-many.ts';
import type { SimulatedScript } from '../simulation/simulated-script.ts';
import { addTotals, emptyTotals, type Totals } from '../simulation/totals.ts';
import type { CommandContext } from './command.ts';
import type { SimOptions } from './sim.ts';
import { wordsOf } from './sim-text.ts';

/** Seeds that a process gets at once: what it finds is told when it is through with them. */
const PART_RUNS = 1000;

interface Part {
  readonly totals: Totals;
  readonly failed?: readonly FailedRun[];
}

export async function simulateInJobs(
  script: SimulatedScript,
  options: SimOptions,
  context: CommandContext,
  onFailed: (failed: FailedRun) => void,
): Promise<Totals> {
  const totals = emptyTotals();
  const end = options.seed + options.runs;
  let next = options.seed;
  const work = async () => {
    while (next < end && (totals.failedRuns === 0 || options.keepGoing === true)) {
      const seed = next;
      const runs = Math.min(PART_RUNS, end - seed, Math.ceil(options.runs / options.jobs));
      next += runs;
      const part = await simulatePart(script, { ...options, seed, runs }, context);
      addTotals(totals, part.totals);
      for (const failed of part.failed ?? []) onFailed(failed);
      if (context.terminal.isInteractive) context.terminal.err(`${totals.runs} runs\r`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return totals;
}

async function simulatePart(
  script: SimulatedScript,
  options: SimOptions,
  { terminal }: CommandContext,
): Promise<Part> {
  const words = [join(terminal.packageRoot, 'dist', 'main.js'), 'sim', '--progress'];
  words.push(...wordsOf(script.name, options));
  words.push('--seed', String(options.seed), '--runs', String(options.runs));
  if (options.keepGoing === true) words.push('--keep-going');
  const child = spawn(process.execPath, words, {
    cwd: terminal.workingDirectory,
    env: { ...terminal.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return lastLineOf(child);
}

/** The last line is the whole part; those before it are progress. */
async function lastLineOf(child: ChildProcess): Promise<Part> {
  let last: Part | null = null;
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      last = JSON.parse(line) as Part;
    }
  }
  if (last?.failed !== undefined) return last;
  throw new DaemonError('no-clusters', 'a simulating process ended before its time', {
    hint: 'run the same with --jobs 1 to see why',
  });
}
