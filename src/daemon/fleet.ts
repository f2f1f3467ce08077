/**
 * The clusters that the daemon watches: opened at the start, and one by one later, when CList or a
 * script has changed. Made by the daemon; the reload drives it. Knows journals, claims and runners;
 * decides nothing about when.
 * Must never touch another cluster than the one it was asked about.
 */
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../cluster/daemon-error.ts';
import { type OpenedJournal, openJournal } from '../cluster/journal-file.ts';
import { JOURNAL_ALARM, JOURNAL_DAMAGE_ALARM } from '../cluster/own-alarms.ts';
import { ClusterRunner } from '../cluster/runner.ts';
import { HostClaims } from '../control/host-claims.ts';
import type { Home } from '../home/home.ts';
import type { RefusedCluster, SoundCluster } from '../home/load-home.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { claimsOf, objectionTo } from './cluster-claims.ts';
import type { SharedParts } from './shared-parts.ts';

export interface FleetOptions {
  readonly home: Home;
  readonly clock: Clock;
  /** Where the daemons of this host tell each other what they drive. */
  readonly lockDirectories: readonly string[];
  readonly shared: SharedParts;
  readonly refused: readonly RefusedCluster[];
  readonly onNotice: (text: string) => void;
  /** A cluster is not watched any more. */
  readonly onRemoved: (cluster: string) => void;
}

export interface Watched {
  readonly sound: SoundCluster;
  readonly runner: ClusterRunner;
}

/** Of a cluster that is watched. */
export interface Description {
  readonly sound: SoundCluster;
  /** Nodes whose wire is another one. */
  readonly reconnect: readonly NodeIndex[];
  /** One clause, for the log. */
  readonly why: string;
}

const STARTS_PER_TURN = 10;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #watched = new Map<string, Watched>();
  #notWatched: RefusedCluster[];
  #claims: HostClaims | null = null;
  #telling: Promise<void> = Promise.resolve();
  #isToBeTold = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#notWatched = [...options.refused];
  }

  get watched(): ReadonlyMap<string, Watched> {
    return this.#watched;
  }

  get notWatched(): readonly RefusedCluster[] {
    return this.#notWatched;
  }

  /** Opens all that no other process has, begins to probe their networks, then starts them. */
  async start(all: readonly SoundCluster[]): Promise<void> {
    await this.#watchAll(await this.#claim(all));
    const { shared } = this.#options;
    shared.start(this.#targets());
    await this.#startRunners();
  }

  /** Resolves when every journal and log is on the disk. */
  async stop(): Promise<void> {
    await Promise.all([...this.#watched.values()].map(({ runner }) => runner.end()));
    await this.#claims?.release();
  }

  // ---- one at a time, after a reload ----

  /** Null, or why it cannot be watched; then it is among those that are not. */
  async add(sound: SoundCluster): Promise<string | null> {
    const { name } = sound.cluster;
    this.forget(name);
    const [objection] = await this.objectionsTo([sound]);
    if (objection != null) return this.#refuse(name, objection);
    const opened = await this.#openJournal(sound);
    if (opened === null) return this.#notWatched.find((one) => one.name === name)?.why ?? '';
    this.#watch(sound, opened).start();
    this.#toldOthers();
    return null;
  }

  /** Its journal and logs are given back; its consoles and machines stay as they are. */
  async remove(name: string): Promise<void> {
    const watched = this.#watched.get(name);
    this.#watched.delete(name);
    this.#options.onRemoved(name);
    await watched?.runner.end();
    this.#toldOthers();
  }

  /**
   * The same nodes under other descriptions: their machines begin again, consoles stay connected.
   * Done when it returns, so that two clusters can exchange a console in one turn. `objectionsTo`
   * has been asked before.
   */
  change(changes: readonly Description[]): void {
    const { shared } = this.#options;
    for (const { sound } of changes) {
      const runner = this.#watched.get(sound.cluster.name)?.runner;
      if (runner !== undefined) this.#watched.set(sound.cluster.name, { sound, runner });
    }
    const moved = new Set(shared.update(this.#targets()));
    for (const { sound, reconnect, why } of changes) {
      const { name } = sound.cluster;
      const runner = this.#watched.get(name)?.runner;
      if (moved.has(name)) runner?.forgetNet();
      runner?.adopt(shared.adoptedParts(sound), reconnect, why);
    }
    this.#toldOthers();
  }

  /** Not watched for a reason that holds no more, or for another one. */
  forget(name: string): void {
    this.#notWatched = this.#notWatched.filter((one) => one.name !== name);
  }

  #refuse(name: string, why: string): string {
    this.forget(name);
    this.#notWatched = [...this.#notWatched, { name, why }];
    return why;
  }

  /**
   * For each, why another process of this host keeps us from it, or null. Claimed first, then looked
   * at: of two daemons that want it at once, none may miss the other.
   */
  async objectionsTo(sounds: readonly SoundCluster[]): Promise<readonly (string | null)[]> {
    const host = this.#claims;
    if (host === null || sounds.length === 0) return sounds.map(() => null);
    await this.#telling;
    const own = await this.#ownClaims();
    const { state } = this.#options.home;
    const wanted = await Promise.all(sounds.map(({ cluster }) => claimsOf(cluster, state)));
    await host.renew([...own, ...wanted.flat()]);
    const objections = wanted.map((its) => objectionTo(its, host));
    const isFree = (_: unknown, index: number) => objections[index] === null;
    if (!objections.every((why) => why === null)) {
      await host.keep([...own, ...wanted.filter(isFree).flat()]);
    }
    return objections;
  }

  async #ownClaims(): Promise<string[]> {
    const { state } = this.#options.home;
    const all = [...this.#watched.values()].map(({ sound }) => claimsOf(sound.cluster, state));
    return (await Promise.all(all)).flat();
  }

  /** Probes and other daemons learn what is watched by then: once, however much has changed. */
  #toldOthers(): void {
    if (this.#isToBeTold) return;
    this.#isToBeTold = true;
    this.#telling = this.#telling.then(() => this.#tellOthers());
  }

  async #tellOthers(): Promise<void> {
    this.#isToBeTold = false;
    this.#options.shared.update(this.#targets());
    try {
      await this.#claims?.keep(await this.#ownClaims());
    } catch (error) {
      this.#options.onNotice(`locks: ${messageOf(error)}`);
    }
  }

  #targets() {
    return [...this.#watched.values()].map(({ sound }) => sound.cluster);
  }

  /** A few at a time: a thousand consoles that connect at once would stall the first ones. */
  async #startRunners(): Promise<void> {
    const runners = [...this.#watched.values()].map(({ runner }) => runner);
    for (const [index, runner] of runners.entries()) {
      if (index % STARTS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      runner.start();
    }
  }

  /** The clusters of which no other process on this host has the journal or a console. */
  async #claim(all: readonly SoundCluster[]): Promise<SoundCluster[]> {
    const { home, clock, lockDirectories: directories, onNotice } = this.#options;
    const claims = await Promise.all(all.map(({ cluster }) => claimsOf(cluster, home.state)));
    const { wall } = clock.now();
    const wanted = claims.flat();
    const host = await HostClaims.take({ home: home.directory, wall, wanted, directories });
    this.#claims = host;
    if (host.trouble !== null) {
      onNotice(`another clusterd on the same consoles would not be noticed: ${host.trouble}`);
    }
    const objections = claims.map((its) => objectionTo(its, host));
    all.forEach(({ cluster: { name } }, index) => {
      const why = objections[index] ?? null;
      if (why !== null) this.#refuse(name, why);
    });
    const isFree = (_: unknown, index: number) => objections[index] === null;
    if (!objections.every((why) => why === null)) await host.keep(claims.filter(isFree).flat());
    return all.filter(isFree);
  }

  /** Journals are opened side by side; the clusters keep the order of CList. */
  async #watchAll(all: readonly SoundCluster[]): Promise<void> {
    const journals = await Promise.all(all.map((sound) => this.#openJournal(sound)));
    all.forEach((sound, index) => {
      const opened = journals[index];
      if (opened === undefined || opened === null) return;
      this.#watch(sound, opened);
    });
  }

  #watch(sound: SoundCluster, opened: OpenedJournal): ClusterRunner {
    const { shared } = this.#options;
    const runner: ClusterRunner = new ClusterRunner(
      shared.partsOf(sound, opened, () => runner.own),
    );
    this.#watched.set(sound.cluster.name, { sound, runner });
    this.#tellOfJournal(runner, opened);
    return runner;
  }

  async #openJournal({ cluster }: SoundCluster): Promise<OpenedJournal | null> {
    try {
      return await openJournal({
        directory: this.#options.home.state,
        cluster: cluster.name,
        nodes: [cluster.nodes[0].name, cluster.nodes[1].name],
        clock: this.#options.clock,
      });
    } catch (error) {
      this.#refuse(cluster.name, messageOf(error));
      return null;
    }
  }

  #tellOfJournal(runner: ClusterRunner, opened: OpenedJournal): void {
    const type = `clusterd status ${runner.cluster}`;
    for (const note of opened.notes) runner.note('journal', note);
    if (opened.problems.length > 0) {
      runner.own.raise(JOURNAL_DAMAGE_ALARM, opened.problems.join('; '), type);
    }
    opened.journal.onTrouble((trouble, lost) => {
      if (trouble !== null) runner.own.raise(JOURNAL_ALARM, trouble, type);
      else runner.own.clear(JOURNAL_ALARM);
      if (lost > 0)
        runner.note('journal', `${lost} records were given up, the disk was full too long`);
    });
  }
}
