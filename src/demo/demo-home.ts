/**
 * The demo's own CLUSTER_HOME: a temporary directory with copies of the shipped scripts and a CList
 * for this run. Made and removed by the demo; kept when there is something to look at.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { DEMO_CLUSTER } from './demo-clist.ts';

/** The service address is this host's own: a real ssh could shut it down. */
const SSH = `#!/bin/sh
# Stands in for ssh in the demo, so that nothing reaches this host.
exec "$CLUSTERD_DEMO_NODE" "$CLUSTERD_DEMO_SSH" "$@"
`;

export interface DemoHome {
  readonly directory: string;
  /** The cluster's readable log. */
  readonly log: string;
  /** The same happenings as JSON. */
  readonly records: string;
  /** Programs that the daemon finds before those of this host. */
  readonly programs: string;
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

export function makeDemoHome(packageRoot: string, clist: string): DemoHome {
  const directory = mkdtempSync(join(tmpdir(), 'clusterd-demo-'));
  const logs = join(directory, 'Logs');
  mkdirSync(logs);
  cpSync(join(packageRoot, 'chat-scripts'), join(directory, 'chat-scripts'), { recursive: true });
  writeFileSync(join(directory, 'CList'), clist);
  const programs = join(directory, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'ssh'), SSH, { mode: 0o755 });
  return {
    directory,
    log: join(logs, `${DEMO_CLUSTER}.log`),
    records: join(logs, `${DEMO_CLUSTER}.jsonl`),
    programs,
    output: join(directory, 'daemon.out'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
