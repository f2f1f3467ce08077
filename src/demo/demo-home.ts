/**
 * The demo's own CLUSTER_HOME: a temporary directory with copies of the shipped scripts and a CList
 * for this run. Made and removed by the demo; kept when there is something to look at.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { DEMO_CLUSTER } from './demo-clist.ts';

export interface DemoHome {
  readonly directory: string;
  /** The cluster's readable log. */
  readonly log: string;
  /** The same happenings as JSON. */
  readonly records: string;
  /** What the daemon wrote to its terminal. */
  readonly output: string;
  remove(): void;
}

/** Throws DaemonError `no-clusters`. */
export function readShippedList(packageRoot: string): string {
  try {
    return readFileSync(join(packageRoot, 'CList'), 'utf8');
  } catch (error) {
    throw new DaemonError('no-clusters', `the shipped CList is gone: ${messageOf(error)}`, {
      hint: 'put it back: it lists the demo',
    });
  }
}

/** `makeList` is told the directory in which the keys for ssh may be put. */
export function makeDemoHome(packageRoot: string, makeList: (keys: string) => string): DemoHome {
  const directory = mkdtempSync(join(tmpdir(), 'clusterd-demo-'));
  const logs = join(directory, 'Logs');
  mkdirSync(logs);
  cpSync(join(packageRoot, 'chat-scripts'), join(directory, 'chat-scripts'), { recursive: true });
  writeFileSync(join(directory, 'CList'), makeList(join(directory, 'ssh')));
  return {
    directory,
    log: join(logs, `${DEMO_CLUSTER}.log`),
    records: join(logs, `${DEMO_CLUSTER}.jsonl`),
    output: join(directory, 'daemon.out'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
