/**
 * The running daemon: the clusters of one CLUSTER_HOME with everything that they share, and the
 * answers to what operators ask. Made by `run`.
 * Must never let one cluster's trouble keep another from running.
 */

import { mkdirSync } from 'node:fs';
import type { AttachDesk } from '../attach/attach-desk.ts';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { OperatorAnswer } from '../cluster/replies.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import { StallWatch } from '../cluster/stall-watch.ts';
import { type DaemonLock, lockDaemon } from '../control/daemon-lock.ts';
import { giveToGroup } from '../control/operator-group.ts';
import {
  type DaemonSummary,
  type OperatorWord,
  type Reply,
  type Request,
  refusal,
  type WatchedCluster,
  WORDS_WITH_NODE,
} from '../control/protocol.ts';
import type { Stream } from '../control/stream.ts';
import type { Home } from '../home/home.ts';
import type { LoadedHome, RefusedCluster, SoundCluster } from '../home/load-home.ts';
import { didYouMean } from '../language/diagnostics.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { acknowledge } from './acknowledge.ts';
import { createAttachDesk } from './attachments.ts';
import { Examinations, reportOfRefused } from './examinations.ts';
import { Fleet } from './fleet.ts';
import { HomeWatch } from './home-watch.ts';
import { inTurns } from './in-turns.ts';
import { LifeSigns } from './life-signs.ts';
import { loadApart } from './load-apart.ts';
import { Metrics } from './metrics.ts';
import { powerOf } from './power-news.ts';
import { type ReloadAnswer, Reloader } from './reloader.ts';
import { SharedParts } from './shared-parts.ts';

export interface DaemonOptions {
  readonly home: Home;
  readonly loaded: LoadedHome;
  readonly clock: Clock;
  /** Where the daemons of this host tell each other what they drive. */
  readonly lockDirectories: readonly string[];
  /** Of the program that runs; for metrics. */
  readonly version: string;
  /** The group of the operators; null: the daemon's own. */
  readonly group: string | null;
  /** Something to say that belongs to no cluster's log. */
  readonly onNotice: (text: string) => void;
  /** An operator asked for the end over the control socket. */
  readonly onShutdown: () => void;
}

export class Daemon {
  readonly #options: DaemonOptions;
  readonly #shared: SharedParts;
  readonly #stallWatch: StallWatch;
  readonly #attached: AttachDesk;
  readonly #life: LifeSigns;
  readonly #metrics: Metrics;
  readonly #startedWall: number;
  readonly #fleet: Fleet;
  readonly #reloader: Reloader;
  readonly #homeWatch: HomeWatch;
  readonly #examinations: Examinations;
  #lock: DaemonLock | null = null;
  #hangUpTold: ReloadAnswer | null = null;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#startedWall = options.clock.now().wall;
    this.#shared = new SharedParts({
      home: options.home,
      site: options.loaded.site,
      clock: options.clock,
      onLevel: (cluster, level, detail) =>
        this.#fleet.watched.get(cluster)?.runner.net(level, detail),
      onLate: (cluster, text) => this.#fleet.watched.get(cluster)?.runner.note('net', text),
      power: powerOf((cluster) => this.#fleet.watched.get(cluster)?.runner ?? null),
      onNotice: options.onNotice,
    });
    this.#examinations = new Examinations({ clock: options.clock, shared: this.#shared });
    const { refused } = options.loaded;
    const onRemoved = (name: string) => this.#attached.forget(name, `${name} is watched no more`);
    this.#fleet = new Fleet({ ...options, shared: this.#shared, refused, onRemoved });
    this.#attached = createAttachDesk(options, this.#shared, this.#fleet.watched);
    const { clock, home, loaded, onNotice } = options;
    this.#reloader = new Reloader({
      clock,
      fleet: this.#fleet,
      load: () => loadApart(home),
      site: loaded.site,
      onSite: (site) => {
        this.#shared.applySite(site);
        this.#life.apply(site);
        void this.#metrics.apply(site);
      },
      onNotice,
    });
    const noticed = () => void this.#reloader.noticed();
    const unseen = (why: string) => onNotice(`edits of CList are not noticed any more: ${why}`);
    this.#homeWatch = new HomeWatch(home, clock, noticed, unseen);
    this.#stallWatch = new StallWatch({
      clock: options.clock,
      onStall: (lateMs) => this.#stalled(lateMs),
    });
    this.#life = new LifeSigns({
      site: options.loaded.site,
      only: options.home.onlyCluster,
      clock: options.clock,
      shared: this.#shared,
      onNotice: options.onNotice,
      faults: () => [...this.#fleet.watched.values()].map(({ runner }) => runner.fault),
      notWatchedCount: () => this.#fleet.notWatched.length,
    });
    this.#metrics = new Metrics({
      ...options,
      only: options.home.onlyCluster,
      tally: this.#shared.tally,
      siteAlarms: this.#shared.siteAlarms,
      startedWall: this.#startedWall,
      clusters: () => this.#describers(),
    });
  }

  /** Throws DaemonError `already-running` and whatever keeps all clusters from running. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    makeDirectories(options.home);
    daemon.#lock = await daemon.#openToOperators();
    daemon.#stallWatch.start();
    await daemon.#metrics.apply(options.loaded.site);
    await daemon.#fleet.start(options.loaded.sound);
    daemon.#life.start();
    return daemon;
  }

  get notWatched(): readonly RefusedCluster[] {
    return this.#fleet.notWatched;
  }

  get watchedCount(): number {
    return this.#fleet.watched.size;
  }

  /** SIGHUP: the logs are opened anew, and what stands in CLUSTER_HOME is applied. */
  async hangUp(): Promise<void> {
    this.reopenLogs();
    const answer = await this.#reloader.reload('SIGHUP');
    // Several signals may have had one reading.
    if (this.#hangUpTold === answer) return;
    this.#hangUpTold = answer;
    for (const line of answer.lines) this.#options.onNotice(`reload: ${line}`);
  }

  reopenLogs(): void {
    for (const { runner } of this.#fleet.watched.values()) runner.reopenLogs();
  }

  /** Resolves when every journal and log is on the disk and the lock is given back. */
  async stop(): Promise<void> {
    this.#attached.close('the daemon ends');
    this.#reloader.end();
    await this.#homeWatch.close();
    this.#stallWatch.stop();
    this.#life.stop();
    await this.#metrics.stop();
    this.#shared.stop();
    await Promise.all([this.#fleet.stop(), this.#shared.siteAlarms.close()]);
    await this.#lock?.release();
  }

  #stalled(lateMs: number): void {
    this.#shared.tally.stalls += 1;
    this.#shared.voidSilence();
    for (const { runner } of this.#fleet.watched.values()) runner.stall(lateMs);
  }

  // ---- operators ----

  async #openToOperators(): Promise<DaemonLock> {
    const { home, clock, onNotice } = this.#options;
    const given = await giveToGroup(this.#options.group, [home.state, home.logs]);
    const answer = (request: Request) => this.#answer(request);
    const lock = await lockDaemon(home.state, answer, clock, given.group, home.onlyCluster);
    if (given.trouble !== null) onNotice(given.trouble);
    const { trouble } = lock.server;
    if (trouble !== null) onNotice(`operators have the names that they say: ${trouble}`);
    return lock;
  }

  async #answer(request: Request): Promise<Reply | Stream> {
    switch (request.kind) {
      case 'ping':
        return { ok: true, kind: 'ping', daemon: this.#summary() };
      case 'status':
        return this.#status(request.cluster);
      case 'operator':
        return this.#operator(request);
      case 'attach':
        return this.#attached.attach(request);
      case 'acknowledge':
        return acknowledge(request, this.#shared, [...this.#fleet.watched.keys()]);
      case 'doctor':
        return this.#doctor(request);
      case 'test-alarm':
        return this.#life.testNow(request.operator);
      case 'reload':
        return { ok: true, kind: 'reload', ...(await this.#reloader.reload(request.operator)) };
      case 'reopen':
        this.#noteAll(`${request.operator} has the logs opened anew`);
        this.reopenLogs();
        return { ok: true, kind: 'reopen', text: 'the logs are opened anew' };
      case 'shutdown':
        this.#noteAll(`${request.operator} ends the daemon`);
        this.#options.onShutdown();
        return { ok: true, kind: 'shutdown', text: 'the daemon ends' };
    }
  }

  #summary(): DaemonSummary {
    return {
      pid: process.pid,
      home: this.#options.home.directory,
      startedWall: this.#startedWall,
      clusters: this.#fleet.watched.size,
      edited: this.#reloader.edited,
      waiting: this.#reloader.waiting,
    };
  }

  /** A few in each turn: a status of thousands would keep their consoles waiting. */
  async #status(cluster: string | null): Promise<Reply> {
    const { wall } = this.#options.clock.now();
    const clusters: WatchedCluster[] = [];
    const wanted = this.#describers(cluster);
    await inTurns(this.#options.clock, wanted, (describe) => clusters.push(describe()));
    if (cluster !== null && clusters.length === 0) return this.#unknownCluster(cluster);
    const siteAlarms = this.#shared.siteAlarms.list();
    return { ok: true, kind: 'status', daemon: this.#summary(), wall, clusters, siteAlarms };
  }

  #describers(only: string | null = null): (() => WatchedCluster)[] {
    const isWanted = (name: string) => only === null || name === only;
    const watched = [...this.#fleet.watched]
      .filter(([name]) => isWanted(name))
      .map(
        ([, { runner }]) =>
          () =>
            this.#describe(runner),
      );
    const others = this.#fleet.notWatched
      .filter(({ name }) => isWanted(name))
      .map(
        ({ name, why }) =>
          (): WatchedCluster => ({ kind: 'not-watched', cluster: name, why }),
      );
    return [...watched, ...others];
  }

  #describe(runner: ClusterRunner): WatchedCluster {
    return {
      kind: 'watched',
      cluster: runner.cluster,
      status: runner.status(),
      fault: runner.fault,
      ownAlarms: runner.own.list(),
      power: this.#shared.powerChecks.list(runner.cluster),
      late: this.#shared.late(runner.cluster),
      attached: this.#attached.list(runner.cluster),
      acknowledged: this.#shared.alarmsOf(runner.cluster)?.acknowledged() ?? [],
    };
  }

  async #operator(request: Extract<Request, { kind: 'operator' }>): Promise<Reply> {
    const watched = this.#fleet.watched.get(request.cluster);
    if (watched === undefined) return this.#unknownCluster(request.cluster);
    const node = nodeOf(request, watched.sound);
    if (typeof node === 'object' && node !== null) return node;
    const { operator } = request;
    const { request: word } = request;
    const answer = await answerOf(watched.runner, word, node, operator);
    return { ok: true, kind: 'operator', ...answer };
  }

  #doctor(request: Extract<Request, { kind: 'doctor' }>): Reply {
    const watched = this.#fleet.watched.get(request.cluster);
    const { site } = this.#shared.siteAlarms;
    if (watched !== undefined) {
      return { ok: true, kind: 'doctor', report: this.#examinations.take(watched, site, request) };
    }
    const refused = this.#fleet.notWatched.find(({ name }) => name === request.cluster);
    if (refused === undefined) return this.#unknownCluster(request.cluster);
    return { ok: true, kind: 'doctor', report: reportOfRefused(refused) };
  }

  #unknownCluster(name: string): Reply {
    const refused = this.#fleet.notWatched.find((one) => one.name === name);
    if (refused !== undefined) {
      return refusal('unknown-cluster', `${name} is not watched: ${refused.why}`, 'clusterd check');
    }
    const names = [...this.#fleet.watched.keys()];
    const hint = didYouMean(name, names) ?? 'clusterd status shows all clusters';
    return refusal('unknown-cluster', `CList has no cluster '${name}'`, hint);
  }

  #noteAll(text: string): void {
    for (const { runner } of this.#fleet.watched.values()) runner.note('operator', text);
  }
}

async function answerOf(
  runner: ClusterRunner,
  word: OperatorWord,
  node: NodeIndex | null,
  operator: string,
): Promise<OperatorAnswer> {
  if (word === 'restart') return runner.restart(operator);
  if (word === 'arm' || word === 'disarm') return runner.arm(word === 'arm', operator);
  return runner.ask({ request: word, node, operator });
}

/** The node that was named, null where none is needed, or why it does not fit. */
function nodeOf(
  request: Extract<Request, { kind: 'operator' }>,
  sound: SoundCluster,
): NodeIndex | null | Reply {
  const { node, request: word } = request;
  if (!WORDS_WITH_NODE.includes(word)) return null;
  const names = sound.cluster.nodes.map((one) => one.name);
  const index = node === null ? -1 : names.indexOf(node);
  if (index === 0 || index === 1) return index;
  const hint = `its nodes are ${names.join(' and ')}`;
  return refusal('unknown-node', `${request.cluster} has no node '${node ?? ''}'`, hint);
}

function makeDirectories(home: Home): void {
  try {
    for (const directory of [home.state, home.logs]) {
      mkdirSync(directory, { recursive: true, mode: 0o750 });
    }
  } catch (error) {
    throw new DaemonError('state-directory', messageOf(error), {
      hint: `clusterd writes its state and logs below ${home.directory}: make that possible`,
      cause: error,
    });
  }
}
