/**
 * Where a command runs: its streams, environment and operator. Made by main for the real process and
 * by tests with strings. Commands touch the process through nothing else.
 */

import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system.ts';
import { readInstalledHome } from '../home/home.ts';
import { ProcessScreen } from './process-screen.ts';
import type { Screen } from './screen.ts';

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

export interface Terminal {
  /** Text as it is, with its line ends. */
  out(text: string): void;
  err(text: string): void;
  /** A person sits there: questions may be asked. */
  readonly isInteractive: boolean;
  question(text: string): Promise<string>;
  /** The whole terminal for one picture; null or absent: there is none. */
  openScreen?(): Screen | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Where the program itself is installed; its CList is the last resort. */
  readonly packageRoot: string;
  /** The CLUSTER_HOME of this host, as `clusterd install` wrote it down; null: none. */
  readonly installedHome: string | null;
  /** The name that the operator has on this machine. */
  readonly operator: string;
  readonly clock: Clock;
  /** The returned function stops listening. */
  onSignal(signal: Signal, listener: () => void): () => void;
}

export function processTerminal(packageRoot: string): Terminal {
  // Whoever read us may have gone (`| head`); a daemon does not end because of that.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    question: askOnTerminal,
    openScreen: () => (hasScreen() ? new ProcessScreen() : null),
    environment: process.env,
    workingDirectory: process.cwd(),
    packageRoot,
    installedHome: readInstalledHome('/etc/default/clusterd'),
    operator: operatorName(),
    clock: systemClock,
    onSignal(signal, listener) {
      process.on(signal, listener);
      return () => process.off(signal, listener);
    },
  };
}

function hasScreen(): boolean {
  const isDumb = (process.env.TERM ?? 'dumb') === 'dumb';
  return !isDumb && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

async function askOnTerminal(text: string): Promise<string> {
  const readline = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await readline.question(text);
  } finally {
    readline.close();
  }
}

/** Users without an entry in passwd exist in containers. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
