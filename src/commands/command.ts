/**
 * What the command files share: how a command is declared, finds its CLUSTER_HOME and says how it
 * ended. Called by each of them; used by command-line.ts.
 */
import type { Command } from 'commander';
import { findHome, type Home } from '../home/home.ts';
import type { Terminal } from './terminal.ts';

/** 0: done. 1: refused, or errors were found. 2: the command was called wrongly. */
export type ExitStatus = number;

export interface CommandContext {
  readonly terminal: Terminal;
  /** Set by the command that ran. */
  exitStatus: ExitStatus;
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void;

export interface HomeOption {
  readonly home?: string;
}

export function withHome(command: Command): Command {
  return command.option('--home <dir>', 'CLUSTER_HOME: where CList, chat-scripts and Logs are');
}

export function homeOf(options: HomeOption, context: CommandContext): Home {
  return findHome(options.home, context.terminal);
}

/** A wrong call that commander cannot see. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
