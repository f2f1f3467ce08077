/** `clusterd drill`: the acceptance drill of a cluster, on machines that may fail for it. */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { drillSimulated } from '../demo/simulated-drill.ts';
import { DRILL_CASES } from '../drill/cases.ts';
import type { DrillCase } from '../drill/drill-case.ts';
import { type FaultSource, FaultSources, type Witness } from '../drill/fault-source.ts';
import { perform } from '../drill/perform.ts';
import { PersonFaults } from '../drill/person-faults.ts';
import { ProgramFaults } from '../drill/program-faults.ts';
import { formatReport, formatReportJson, isPassed, type Report } from '../drill/report.ts';
import { SimulatedFaults, SimulatedWitness } from '../drill/simulated-faults.ts';
import { didYouMean } from '../language/diagnostics.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  UsageError,
  withHome,
} from './command.ts';
import { versionOf } from './version.ts';

interface Options extends HomeOption {
  readonly case?: readonly DrillCase[];
  readonly list?: boolean;
  readonly faults?: string;
  readonly yes?: string;
  readonly report?: string;
  readonly json?: boolean;
  readonly simulated?: boolean;
  readonly lanes: number;
}

const HELP = `
Each case breaks something and watches what the cluster does about it, from rest to rest: by its log,
its journal and its status, as anybody could. The daemon must run and the cluster be armed. Put load
on it first. Cases that can lose something say what, and are done only when you agree. Between the
cases the drill says hold and release, so that its takeovers do not use up the script's bounds.

Who breaks things: the simulator (--faults sim:PORT, its control port), a program of yours
(--faults PROGRAM; it is run as PROGRAM power-off n1: 0 done, 3 it cannot), else you: the drill says
what to do and waits. Ends with 0 when nothing failed, with 1 otherwise.

  clusterd drill --simulated              all cases on simulated pairs; needs nothing
  clusterd drill --list                   the cases
  clusterd drill db1 --case panic         one case, on real machines
  clusterd drill db1 --report db1.json    all, and the record to be filed`;

export const addDrill: AddCommand = (program, context) => {
  withHome(program.command('drill'))
    .description('try the list of crashes on a cluster, before the night it is needed')
    .argument('[cluster]')
    .option('--case <name>', 'only this case; may be repeated', readCase)
    .option('--list', 'show the cases and end')
    .option('--faults <who>', 'sim:PORT, or a program; default: you')
    .option('--yes <cluster>', 'its name again: agrees to all risks, without questions')
    .option('--report <file>', 'write the report there, too, as JSON')
    .option('--json', 'print the report as JSON')
    .option('--simulated', 'on simulated pairs instead')
    .addOption(
      new Option('--lanes <count>', 'with --simulated: so many pairs side by side')
        .argParser(readLanes)
        .default(4),
    )
    .addHelpText('after', HELP)
    .action(async (cluster: string | undefined, options: Options) => {
      context.exitStatus = await drill(cluster, options, context);
    });
};

async function drill(
  cluster: string | undefined,
  options: Options,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const cases = options.case ?? DRILL_CASES;
  if (options.list === true) {
    terminal.out(formatCases(cases));
    return 0;
  }
  const report =
    options.simulated === true
      ? await drillSimulated({ cases, lanes: options.lanes, terminal, ...voice(options, context) })
      : await drillReal(named(cluster), cases, options, context);
  terminal.out(options.json === true ? formatReportJson(report) : formatReport(report));
  if (options.report !== undefined) write(options.report, report);
  return isPassed(report) ? 0 : 1;
}

function named(cluster: string | undefined): string {
  if (cluster !== undefined) return cluster;
  throw new UsageError('name the cluster, or say --simulated');
}

/** What is happening goes to the terminal at once; with --json beside the report. */
function voice(options: Options, { terminal }: CommandContext) {
  const start = terminal.clock.now().at;
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) process.exitCode = 130;
    interrupted = true;
    terminal.err('\nthe drill ends after this case; what was broken is put right first\n');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) terminal.onSignal(signal, interrupt);
  const out = options.json === true ? terminal.err : terminal.out;
  return {
    tell: (text: string) => {
      const at = ((terminal.clock.now().at - start) / 1000).toFixed(1).padStart(7);
      out(`${at}  ${text}\n`);
    },
    stopped: () => (interrupted ? 'the drill was ended' : null),
  };
}

async function drillReal(
  cluster: string,
  cases: readonly DrillCase[],
  options: Options,
  context: CommandContext,
): Promise<Report> {
  const { terminal } = context;
  const { sources, witness } = sourcesOf(options, context);
  return perform({
    home: homeOf(options, context),
    cluster,
    cases,
    sources: new FaultSources(sources),
    witness,
    operator: terminal.operator,
    version: versionOf(terminal.packageRoot),
    clock: terminal.clock,
    agree: (drillCase) => agree(drillCase, cluster, options, context),
    ...voice(options, context),
  });
}

function sourcesOf(
  { faults }: Options,
  { terminal }: CommandContext,
): { sources: readonly FaultSource[]; witness: Witness | null } {
  const { clock } = terminal;
  const person = new PersonFaults(
    terminal.isInteractive ? (text) => terminal.question(text) : null,
  );
  if (faults === undefined) return { sources: [person], witness: null };
  const port = /^sim:(\d{1,5})$/.exec(faults)?.[1];
  if (port === undefined)
    return { sources: [new ProgramFaults(faults, person, clock)], witness: null };
  const simulator = new SimulatedFaults(Number(port), clock);
  return { sources: [simulator, person], witness: new SimulatedWitness(Number(port), clock) };
}

async function agree(
  { name, risk }: DrillCase,
  cluster: string,
  options: Options,
  { terminal }: CommandContext,
): Promise<string | null> {
  if (options.yes === cluster) return null;
  if (!terminal.isInteractive)
    return `not agreed to: it could lose ${risk}; --yes ${cluster} agrees`;
  const answer = await terminal.question(
    `\n  ${name} could lose: ${risk}\n  Type the cluster's name to agree, RETURN to leave it out: `,
  );
  return answer.trim() === cluster ? null : 'not agreed to';
}

function formatCases(cases: readonly DrillCase[]): string {
  return cases
    .map(
      ({ name, title, risk }) =>
        `${name.padEnd(18)} ${title}${risk === null ? '' : `\n${' '.repeat(19)}could lose: ${risk}`}\n`,
    )
    .join('');
}

function write(path: string, report: Report): void {
  try {
    writeFileSync(path, formatReportJson(report));
  } catch (error) {
    throw new DaemonError('log', `the report cannot be written to ${path}: ${messageOf(error)}`, {
      hint: 'the drill is over: its result stands above',
    });
  }
}

function readCase(name: string, before: readonly DrillCase[] = []): readonly DrillCase[] {
  const found = DRILL_CASES.find((one) => one.name === name);
  if (found !== undefined) return [...before, found];
  const names = DRILL_CASES.map((one) => one.name);
  throw new InvalidArgumentError(didYouMean(name, names) ?? `there are: ${names.join(', ')}`);
}

function readLanes(text: string): number {
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError('expected a number from 1 to 9.');
  return Number(text);
}
