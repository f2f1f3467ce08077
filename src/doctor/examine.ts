/**
 * Examines one cluster: everything that it needs at night, tried without disturbing production. Called
 * by the daemon for the clusters that it watches, and by the command where no daemon runs.
 */
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import type { SoundCluster } from '../home/load-home.ts';
import type { FenceAgents } from '../transport/fence-agent.ts';
import type { DoctorCheck, DoctorReport } from './check.ts';
import { lookAtConsoles } from './consoles.ts';
import {
  lookAtAdmin,
  type MissingPart,
  type RunOverSsh,
  tellAlarms,
  tellMissing,
  tellSecrets,
} from './files.ts';
import { lookAtNetwork } from './network.ts';
import { lookAtPower } from './power.ts';

export interface Subject {
  readonly clock: Clock;
  readonly sound: SoundCluster;
  readonly runner: ClusterRunner;
  readonly site: Site;
  readonly agents: FenceAgents;
  readonly runOverSsh: RunOverSsh;
  /** What is not there, as the daemon finds it at its start. */
  readonly missing: readonly MissingPart[];
  readonly operator: string;
  /** RETURN on the active node although nobody knows what it does. */
  readonly tap: boolean;
}

export class Examination {
  readonly #subject: Subject;
  readonly #checks: DoctorCheck[] = [];
  readonly done: Promise<void>;
  #isDone = false;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.done = this.#run().finally(() => {
      this.#isDone = true;
    });
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get report(): DoctorReport {
    const { name, nodes } = this.#subject.sound.cluster;
    const places = [name, nodes[0].name, nodes[1].name];
    const rank = ({ where }: DoctorCheck) => (places.indexOf(where) + 4) % 4;
    const checks = [...this.#checks].sort((one, other) => rank(one) - rank(other));
    return { cluster: name, checks, isDone: this.#isDone };
  }

  async #run(): Promise<void> {
    const { clock, sound, runner, site, agents, missing, runOverSsh } = this.#subject;
    const { cluster } = sound;
    const tell = (check: DoctorCheck) => void this.#checks.push(check);
    tellMissing(cluster.name, missing, tell);
    tellSecrets(cluster, tell);
    tellAlarms(cluster, site, tell);
    const active = runner.status()?.active ?? cluster.nodes[0].name;
    await Promise.all([
      lookAtNetwork(cluster, clock, tell),
      lookAtPower({ clock, cluster, runner, agents, tell }),
      lookAtAdmin(cluster, active, clock, runOverSsh, tell),
      lookAtConsoles({ ...this.#subject, cluster, tell }),
    ]);
  }
}
