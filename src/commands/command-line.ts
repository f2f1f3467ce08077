/**
 * The words behind `clusterd`: one program, one file per command. Called by main with the process's
 * arguments, by tests with their own. Gives back the exit status and never exits.
 */
import { Command, CommanderError } from 'commander';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { addAck } from './ack.ts';
import { addAttach } from './attach.ts';
import { addCheck } from './check.ts';
import { type AddCommand, type CommandContext, type ExitStatus, UsageError } from './command.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addGraph } from './graph.ts';
import { addHistory } from './history.ts';
import { addInstall } from './install.ts';
import { addLog } from './log.ts';
import { addOperatorWords } from './operator-words.ts';
import { addReload } from './reload.ts';
import { addReopen } from './reopen.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addSim } from './sim.ts';
import { addStart } from './start.ts';
import { addStatus } from './status.ts';
import { addStop } from './stop.ts';
import type { Terminal } from './terminal.ts';
import { addTestAlarm } from './test-alarm.ts';
import { addUninstall } from './uninstall.ts';
import { versionOf } from './version.ts';

/** In the order in which `--help` shows them. */
const COMMANDS: readonly AddCommand[] = [
  addRun,
  addStart,
  addStop,
  addReload,
  addReopen,
  addCheck,
  addDoctor,
  addStatus,
  addLog,
  addHistory,
  addAttach,
  addGraph,
  addReplay,
  addSim,
  addOperatorWords,
  addAck,
  addTestAlarm,
  addDemo,
  addInstall,
  addUninstall,
];

const REFUSED = 1;
const USAGE = 2;

export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitStatus> {
  const context: CommandContext = { terminal, exitStatus: 0 };
  try {
    await buildProgram(context).parseAsync([...words], { from: 'user' });
    return context.exitStatus;
  } catch (error) {
    return explain(error, terminal);
  }
}

function buildProgram(context: CommandContext): Command {
  const { terminal } = context;
  const program = new Command('clusterd')
    .description('Watches two-node clusters through their consoles and fails over with proof.')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .version(`clusterd ${versionOf(terminal.packageRoot)}`, '--version')
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(true);
  for (const add of COMMANDS) add(program, context);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

function explain(error: unknown, terminal: Terminal): ExitStatus {
  if (error instanceof CommanderError) {
    // Commander has written what it has to say; help that was asked for is no mistake.
    return error.exitCode === 0 ? 0 : USAGE;
  }
  if (error instanceof UsageError) {
    terminal.err(`clusterd: ${error.message}\n`);
    return USAGE;
  }
  if (error instanceof DaemonError) {
    terminal.err(`clusterd: ${error.message}\n  ${error.hint}\n`);
    return REFUSED;
  }
  const trace = error instanceof Error ? error.stack : null;
  terminal.err(`clusterd: a fault of clusterd itself: ${trace ?? messageOf(error)}\n`);
  return REFUSED;
}
