/**
 * One case of the drill: what is done to the cluster, and what has to follow. The list stands in
 * cases-*.ts; `Conduct` carries a case out and knows what there is to say and to watch.
 */
import type { OnSilence, ServiceLost } from '../clist/cluster.ts';
import type { Conduct } from './conduct.ts';
import type { Fault } from './fault.ts';

/** What the cluster's CList promises; what is expected depends on it. */
export interface Policy {
  readonly onSilence: OnSilence;
  readonly serviceLost: ServiceLost;
  readonly hasMirror: boolean;
}

export interface DrillCase {
  /** For the command line. */
  readonly name: string;
  readonly title: string;
  /** What has to follow, in words. */
  expected(policy: Policy): string;
  /** Null: it fits; else why this cluster cannot have it. */
  inapplicable?(policy: Policy): string | null;
  /** What could be lost if it goes wrong; null: nothing beyond a reboot. */
  readonly risk: string | null;
  /** With the nodes as they are then: all that has to be possible. */
  faults(active: string, standby: string): readonly Fault[];
  /** Throws `CaseFailed`. */
  run(conduct: Conduct): Promise<void>;
}

export class CaseFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CaseFailed';
  }
}
