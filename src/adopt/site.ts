/** What an adoption works with: given by the command, and by tests. */

import type { SshTarget } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import type { SoundCluster } from '../home/load-home.ts';
import type { AttachedConsole } from './attached-console.ts';
import type { NodeShell } from './node-shell.ts';

export interface AdoptSite {
  readonly sound: SoundCluster;
  /** Where the record is kept. */
  readonly recordPath: string;
  readonly clock: Clock;
  readonly operator: string;
  /** How the daemon sees the cluster. Throws DaemonError when it does not run. */
  status(): Promise<WatchedCluster | null>;
  shell(target: SshTarget): NodeShell;
  /** Lends the console of a node. Throws AdoptError, DaemonError. */
  attach(node: string): Promise<AttachedConsole>;
  out(text: string): void;
  /** Shows a question after the table; true: the person wants it. */
  consent(question: string): Promise<boolean>;
}
