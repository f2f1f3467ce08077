/**
 * What all clusters of a daemon share (log flushing, network probes, alarm sinks, power, compiled
 * patterns), and from it the parts of each runner. Made by the daemon. Knows every adapter; decides
 * nothing.
 */

import { join } from 'node:path';
import { createLogSink } from '../alarm/log-sink.ts';
import type { Outbox } from '../alarm/outbox.ts';
import { Ears } from '../attach/ears.ts';
import type { Cluster, ClusterNode } from '../clist/cluster.ts';
import { resolveFenceAgent } from '../clist/fence-agent.ts';
import { resolveSecret } from '../clist/secrets.ts';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import type { OpenedJournal } from '../cluster/journal-file.ts';
import { LOG_ALARM, type OwnAlarms } from '../cluster/own-alarms.ts';
import type { AdoptedParts, CommandOutcome, LineListener, RunnerParts } from '../cluster/parts.ts';
import { askPower } from '../cluster/power.ts';
import { TurnShare } from '../cluster/turn-share.ts';
import type { Home } from '../home/home.ts';
import type { SoundCluster } from '../home/load-home.ts';
import type { NetLevel, Program } from '../language/program.ts';
import { type ClusterLog, openClusterLog } from '../log/cluster-log.ts';
import { FlushTicker } from '../log/flush-ticker.ts';
import { createEngine } from '../machine/machine.ts';
import { compilePatterns, type PatternSet } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { Tally } from '../metrics/tally.ts';
import { Reachability } from '../probe/reachability.ts';
import { systemProbers } from '../probe/system-probers.ts';
import { runCommand } from '../transport/command.ts';
import { createFenceAgents, type FenceAgents } from '../transport/fence-agent.ts';
import { Line } from '../transport/line.ts';
import { createTransport } from '../transport/open.ts';
import type { SshParts } from '../transport/ssh-connection.ts';
import { SshPool } from '../transport/ssh-pool.ts';
import { Access, joinPower } from './access.ts';
import { AlarmSinks, COMMAND_ALARM } from './alarm-sinks.ts';
import { ClusterAlarms } from './cluster-alarms.ts';
import { countedJournal } from './counted-journal.ts';
import { PowerChecks, type PowerChecksOptions } from './power-checks.ts';
import { loggingPower } from './power-news.ts';
import { runOnNode, tell } from './run-on-node.ts';
import { SiteAlarms } from './site-alarms.ts';

export interface SharedOptions {
  readonly home: Home;
  readonly site: Site;
  readonly clock: Clock;
  /** The network of a cluster changed. */
  readonly onLevel: (cluster: string, level: NetLevel, detail: string) => void;
  /** The service of a cluster is late, or answers again. */
  readonly onLate?: (cluster: string, text: string) => void;
  /** For the regular checks of power devices. */
  readonly power: Pick<PowerChecksOptions, 'look' | 'tell'>;
  /** Something about the daemon itself that belongs to no cluster; one clause. */
  readonly onNotice: (text: string) => void;
}

/** What consoles said reaches the disk so late at most; at once with every decision. */
const TRANSCRIPT_FLUSH_MS = 3_000;

export class SharedParts {
  readonly #options: SharedOptions;
  readonly #clock: Clock;
  readonly #ticker: FlushTicker;
  readonly #transcriptTicker: FlushTicker;
  readonly #access: Access;
  readonly #fenceAgents: FenceAgents;
  readonly #ssh: SshPool;
  readonly #share: TurnShare;
  readonly #sinks: AlarmSinks;
  readonly #alarms = new Map<string, ClusterAlarms>();
  /** By cluster: the alarm command that it has itself; empty: none. */
  readonly #ownCommands = new Map<string, readonly string[]>();
  readonly #patterns = new WeakMap<Program, PatternSet>();
  /** By cluster: where those listen who attach. */
  readonly #ears = new Map<string, Ears>();
  readonly #logs = new Map<string, ClusterLog>();
  /** Alarms of no cluster, and the sinks that all share. */
  readonly siteAlarms: SiteAlarms;
  readonly tally = new Tally();
  readonly powerChecks: PowerChecks;
  /** For consoles and commands over ssh. */
  readonly sshParts: SshParts;
  #reachability: Reachability | null = null;

  constructor(options: SharedOptions) {
    const { clock, site, onNotice } = options;
    this.#sinks = new AlarmSinks(clock);
    this.siteAlarms = new SiteAlarms({ site, sinks: this.#sinks, clock, onNotice });
    this.#options = options;
    this.#clock = clock;
    this.#ticker = new FlushTicker(clock);
    this.#share = new TurnShare(clock, setImmediate);
    this.#transcriptTicker = new FlushTicker(clock, TRANSCRIPT_FLUSH_MS);
    this.sshParts = {
      clock,
      reveal: (secret) => resolveSecret(secret).reveal(),
      trustFile: join(options.home.state, 'ssh_known_hosts'),
    };
    this.#ssh = new SshPool(this.sshParts);
    this.#access = new Access(clock, (address, breakMethod) =>
      createTransport(address, breakMethod, clock, this.#ssh),
    );
    const agents = createFenceAgents({
      clock,
      locate: (agent) => resolveFenceAgent(agent),
      reveal: (secret) => resolveSecret(secret).reveal(),
    });
    this.#fenceAgents = joinPower(agents, this.#access.power);
    const { check } = this.#fenceAgents;
    this.powerChecks = new PowerChecks({ clock, check, ...options.power }, site.powerCheckMs);
  }

  get fenceAgents(): FenceAgents {
    return this.#fenceAgents;
  }

  /** Begins to probe the networks of these clusters. */
  start(targets: readonly Cluster[]): void {
    const { onLevel, onLate, onNotice } = this.#options;
    const probers = systemProbers(this.#clock, onNotice);
    const tell = onLate === undefined ? { onLevel } : { onLevel, onLate };
    this.#reachability = new Reachability({ clock: this.#clock, targets, ...probers, ...tell });
    this.#reachability.start();
    this.powerChecks.update(targets);
  }

  /**
   * After a reload: what is known of networks whose addresses did not change is kept. Returns the
   * clusters of which nothing is known.
   */
  update(targets: readonly Cluster[]): readonly string[] {
    this.powerChecks.update(targets);
    return this.#reachability?.update(targets) ?? [];
  }

  stop(): void {
    this.#reachability?.stop();
    this.powerChecks.stop();
  }

  /** The service of a cluster is silent and not dead yet: one clause, or null. */
  late(cluster: string): string | null {
    return this.#reachability?.late(cluster) ?? null;
  }

  /** After a stall: what was not answered meanwhile means nothing. */
  voidSilence(): void {
    this.#reachability?.voidSilence();
  }

  /** Command sinks that belong to clusters, each program once; for test alarms. */
  get clusterCommands(): readonly Outbox[] {
    const own = [...this.#alarms.values()].flatMap(({ command }) => command ?? []);
    return [...new Map(own.map((outbox) => [outbox.name, outbox])).values()];
  }

  get alarmCount(): number {
    const counts = [...this.#alarms.values()].map((alarms) => alarms.list().length);
    return counts.reduce((sum, count) => sum + count, this.siteAlarms.list().length);
  }

  /** After a reload: alarms go where the site says now. What waits still goes where it said before. */
  applySite(site: Site): void {
    this.siteAlarms.apply(site);
    this.powerChecks.setInterval(site.powerCheckMs);
    for (const cluster of this.#alarms.keys()) {
      this.#useCommand(cluster, this.#ownCommands.get(cluster) ?? []);
    }
  }

  /** Null: no parts were made of such a cluster. */
  alarmsOf(cluster: string): ClusterAlarms | null {
    return this.#alarms.get(cluster) ?? null;
  }

  /** `own`: the runner's own alarms, once there is a runner. */
  partsOf(sound: SoundCluster, opened: OpenedJournal, own: () => OwnAlarms): RunnerParts {
    const { cluster, program, target } = sound;
    this.#access.use(sound);
    const { name } = cluster;
    const nodes = [cluster.nodes[0].name, cluster.nodes[1].name] as const;
    const clock = this.#clock;
    const log = openClusterLog({
      directory: this.#options.home.logs,
      cluster: name,
      nodes,
      clock,
      ticker: this.#ticker,
      transcriptTicker: this.#transcriptTicker,
      onTrouble: logTrouble(name, own),
    });
    const ears = new Ears(log, clock);
    this.#ears.set(name, ears);
    this.#logs.set(name, log);
    this.tally.begin(name, opened.recollection.owner ?? nodes[0]);
    return {
      cluster: name,
      nodes,
      engine: createEngine(program, target, this.patternsOf(program)),
      recollection: opened.recollection,
      clock,
      turn: setImmediate,
      share: this.#share,
      line: (node, listener) => ears.with(node, this.#line(name, cluster.nodes[node], listener)),
      journal: countedJournal(name, opened.journal, this.tally, () =>
        this.#reachability?.booted(name),
      ),
      reacted: (to, ms) => this.tally.reacted(to, ms),
      log,
      alarms: this.#alarmsOf(cluster, opened, log, own),
      run: (argv, withinMs, done) => this.#run(argv, withinMs, done),
      power: this.#powerOf(cluster),
      runOn: (node, argv, withinMs, done) =>
        runOnNode(cluster.nodes[node], argv, withinMs, this.sshParts, done),
    };
  }

  /** What is another one when the same nodes are described anew. Logs and journal stay. */
  adoptedParts(sound: SoundCluster): AdoptedParts {
    const { cluster, program, target } = sound;
    this.#access.use(sound);
    const ears = this.#ears.get(cluster.name);
    this.#useCommand(cluster.name, cluster.alarmCommand);
    return {
      engine: createEngine(program, target, this.patternsOf(program)),
      power: this.#powerOf(cluster),
      runOn: (node, argv, withinMs, done) =>
        runOnNode(cluster.nodes[node], argv, withinMs, this.sshParts, done),
      line: (node, listener) => {
        const line = this.#line(cluster.name, cluster.nodes[node], listener);
        return ears === undefined ? line : ears.with(node, line);
      },
    };
  }

  /** Null: there are no parts of such a cluster. */
  earsOf(cluster: string): Ears | null {
    return this.#ears.get(cluster) ?? null;
  }

  patternsOf(program: Program): PatternSet {
    const known = this.#patterns.get(program);
    if (known !== undefined) return known;
    const compiled = compilePatterns(program);
    this.#patterns.set(program, compiled);
    return compiled;
  }

  #powerOf({ name, nodes }: Cluster): RunnerParts['power'] {
    const ask = (node: NodeIndex, action: 'off' | 'status') =>
      askPower(nodes[node].power, action, this.#fenceAgents, this.#clock);
    const log = this.#logs.get(name);
    return log === undefined ? ask : loggingPower(ask, log, this.#clock);
  }

  #line(cluster: string, node: ClusterNode, listener: LineListener): Line {
    return new Line({
      create: () => this.#access.transport(node, (text) => listener.onDropped(text)),
      clock: this.#clock,
      paceMs: node.paceMs,
      seed: `${cluster}/${node.name}`,
      ...(node.console.kind === 'serial' ? { speed: `CList says ${node.console.baud}` } : {}),
      ...listener,
    });
  }

  #alarmsOf(
    { name, alarmCommand }: Cluster,
    opened: OpenedJournal,
    log: ClusterLog,
    own: () => OwnAlarms,
  ): ClusterAlarms {
    const clock = this.#clock;
    const alarms: ClusterAlarms = new ClusterAlarms({
      cluster: name,
      clock,
      opened,
      log,
      others: [createLogSink(log, clock), this.siteAlarms.shared],
      makeCommand: (argv) =>
        this.#sinks.command(argv, (alarm, text) => {
          if (text === null) own().clear(alarm);
          else own().raise(alarm, text, `clusterd status ${name}`);
        }),
      onReplaced: () => own().clear(COMMAND_ALARM),
      onClosed: () => {
        if (this.#alarms.get(name) === alarms) this.#alarms.delete(name);
      },
    });
    this.#alarms.set(name, alarms);
    this.#useCommand(name, alarmCommand);
    return alarms;
  }

  /** Its own one, else that of the site. */
  #useCommand(cluster: string, own: readonly string[]): void {
    this.#ownCommands.set(cluster, own);
    const argv = own.length === 0 ? this.siteAlarms.site.alarmCommand : own;
    this.#alarms.get(cluster)?.use(argv);
  }

  #run(
    argv: readonly string[],
    withinMs: number,
    done: (outcome: CommandOutcome) => void,
  ): () => void {
    return tell(runCommand({ argv, withinMs }, this.#clock), done);
  }
}

/** One alarm for all files of a cluster's log, until the last one can be written again. */
function logTrouble(cluster: string, own: () => OwnAlarms) {
  const troubled = new Map<string, string>();
  return (path: string, code: string | null): void => {
    if (code === null) troubled.delete(path);
    else troubled.set(path, code);
    if (troubled.size === 0) {
      own().clear(LOG_ALARM);
      return;
    }
    const files = [...troubled].map(([file, why]) => `${file}: ${why}`).join(', ');
    own().raise(LOG_ALARM, `cannot be written: ${files}`, `clusterd status ${cluster}`);
  };
}
