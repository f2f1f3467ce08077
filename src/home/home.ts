/**
 * CLUSTER_HOME: the directory with CList, chat-scripts, Logs and state. Called by every command.
 * Named by `--home`, else by the environment variable CLUSTER_HOME, else the working directory if
 * it has a CList, else what `clusterd install` has written down for this host, else the directory in
 * which the program itself is.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';
import { pidPath, socketPath } from '../control/daemon-paths.ts';

export interface Home {
  readonly directory: string;
  readonly clist: string;
  readonly scripts: string;
  readonly logs: string;
  readonly state: string;
  readonly socket: string;
  readonly pidFile: string;
  /** The cluster that a daemon runs alone, in a process of its own; null: all of CList. */
  readonly onlyCluster: string | null;
}

/** Where a command was called; the terminal of every command is one. */
export interface Place {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly packageRoot: string;
  /** Of this host, as installed; null: none. */
  readonly installedHome: string | null;
}

/** Throws DaemonError `no-home` when what was named is no directory. */
export function findHome(named: string | undefined, place: Place): Home {
  const fromEnvironment = place.environment.CLUSTER_HOME ?? '';
  if (named !== undefined) return homeAt(named, '--home', place);
  if (fromEnvironment !== '') return homeAt(fromEnvironment, 'CLUSTER_HOME', place);
  const here = existsSync(join(place.workingDirectory, 'CList'));
  if (here) return describeHome(place.workingDirectory);
  return describeHome(place.installedHome ?? place.packageRoot);
}

/** `CLUSTER_HOME=DIR` of a file that the shell can read, too; null when it is not there. */
export function readInstalledHome(defaultsFile: string): string | null {
  try {
    const text = readFileSync(defaultsFile, 'utf8');
    return /^CLUSTER_HOME=["']?([^"'\s]+)/m.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

function homeAt(named: string, how: string, place: Place): Home {
  const directory = resolve(place.workingDirectory, named);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) {
    return describeHome(directory);
  }
  throw new DaemonError('no-home', `${how} names ${directory}, which is no directory`, {
    context: { directory },
    hint: 'name the directory that holds CList and chat-scripts',
  });
}

function describeHome(directory: string): Home {
  const state = join(directory, 'state');
  return {
    directory,
    clist: join(directory, 'CList'),
    scripts: join(directory, 'chat-scripts'),
    logs: join(directory, 'Logs'),
    state,
    socket: socketPath(state),
    pidFile: pidPath(state),
    onlyCluster: null,
  };
}

/** The same directory for a daemon that runs this cluster alone. */
export function homeOfOne(home: Home, cluster: string): Home {
  const { state } = home;
  const socket = socketPath(state, cluster);
  return { ...home, socket, pidFile: pidPath(state, cluster), onlyCluster: cluster };
}
