/**
 * The words behind `clusterd`: one program, one file per command. Called by main with the process's
 * arguments, by tests with their own. Gives back the exit status and never exits.
 */
import { Command, CommanderError } from 'commander';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { type AddCommand, type CommandContext, type ExitStatus, UsageError } from './command.ts';
import type { Terminal } from './terminal.ts';
import { versionOf } from './version.ts';

/**
 * Commands that come alone, without the modules of all others: the daemon holds them as long as it
 * runs, and a check is waited for.
 */
const ALONE: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import('./run.ts')).addRun,
  check: async () => (await import('./check.ts')).addCheck,
  sim: async () => (await import('./sim.ts')).addSim,
};

const REFUSED = 1;
const USAGE = 2;

export async function runCommandLine(
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitStatus> {
  const context: CommandContext = { terminal, exitStatus: 0 };
  try {
    const program = buildProgram(context, await commandsFor(words));
    await program.parseAsync([...words], { from: 'user' });
    return context.exitStatus;
  } catch (error) {
    return explain(error, terminal);
  }
}

async function commandsFor([word = '']: readonly string[]): Promise<readonly AddCommand[]> {
  const alone = Object.hasOwn(ALONE, word) ? ALONE[word] : undefined;
  return alone === undefined ? (await import('./all-commands.ts')).COMMANDS : [await alone()];
}

function buildProgram(context: CommandContext, commands: readonly AddCommand[]): Command {
  const { terminal } = context;
  const program = new Command('clusterd')
    .description('Watches two-node clusters through their consoles and fails over with proof.')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .version(`clusterd ${versionOf(terminal.packageRoot)}`, '--version')
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand(true);
  for (const add of commands) add(program, context);
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
