/**
 * Tells for each cluster whether its service is alive, dead or cannot be judged (blind).
 * Owned by the daemon, which hands each change of level to the cluster's runner. Asks every address
 * once, however many clusters name it. No I/O of its own: the probers do that.
 */
import type { ProbeTarget } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import type { NetLevel } from '../language/program.ts';
import { ClusterReach, type Judgement, type ReachTiming } from './cluster-reach.ts';
import { findCommonCause } from './common-cause.ts';
import type { ProbeQuestion, Prober, ProberFactory } from './prober.ts';

/** The part of a CList entry that this needs; a `Cluster` fits. */
export interface ReachTarget {
  readonly name: string;
  readonly service: ProbeTarget | null;
  readonly references: readonly ProbeTarget[];
  readonly probe: ReachTiming;
}

export interface ReachabilityOptions {
  readonly clock: Clock;
  readonly targets: readonly ReachTarget[];
  readonly ping: ProberFactory;
  readonly tcp: ProberFactory;
  /** Called on each change; every cluster begins as blind. */
  readonly onLevel: (cluster: string, level: NetLevel, detail: string) => void;
  /** The service has become late, or answers again; one clause. Nothing follows from it. */
  readonly onLate?: (cluster: string, text: string) => void;
}

interface Watched {
  readonly target: ReachTarget;
  readonly reach: ClusterReach;
  wasLate: boolean;
}

const JUDGE_EVERY_MS = 500;

export class Reachability {
  readonly #options: ReachabilityOptions;
  readonly #probers: Readonly<Record<ProbeTarget['kind'], Prober>>;
  readonly #watched = new Map<string, Watched>();
  /** What an answer means, by the address's key. */
  readonly #listeners = new Map<string, ((answered: boolean, detail: string) => void)[]>();
  #targets: readonly ReachTarget[];
  #cancel: (() => void) | null = null;

  constructor(options: ReachabilityOptions) {
    this.#options = options;
    this.#targets = options.targets;
    const onResult = (key: string, answered: boolean, detail: string) => {
      for (const listener of this.#listeners.get(key) ?? []) listener(answered, detail);
    };
    this.#probers = { ping: options.ping(onResult), tcp: options.tcp(onResult) };
  }

  start(): void {
    if (this.#cancel !== null) return;
    this.#applyTargets();
    this.#cancel = this.#options.clock.after(JUDGE_EVERY_MS, this.#onTimer);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const prober of Object.values(this.#probers)) prober.stop();
    this.#listeners.clear();
    this.#watched.clear();
  }

  /**
   * After a reload. What is known of clusters whose addresses and times did not change is kept;
   * returns the names of the others, which begin as blind again.
   */
  update(targets: readonly ReachTarget[]): readonly string[] {
    this.#targets = targets;
    if (this.#cancel === null) return [];
    const before = new Map(this.#watched);
    this.#applyTargets();
    const isOther = (name: string) => before.get(name)?.reach !== this.#watched.get(name)?.reach;
    return targets.map(({ name }) => name).filter(isOther);
  }

  /** The process stood still: no silence counts that began before now. */
  voidSilence(): void {
    const { at } = this.#options.clock.now();
    for (const { target, reach } of this.#watched.values()) {
      const before = reach.judgement;
      reach.voidSilence(at);
      this.#tell(target.name, before, reach.judgement);
    }
  }

  /** A node of the cluster boots. */
  booted(cluster: string): void {
    this.#watched.get(cluster)?.reach.booted(this.#options.clock.now().at);
  }

  /** For status: the service does not answer and is not dead yet; null: it is not late. */
  late(cluster: string): string | null {
    return this.#watched.get(cluster)?.reach.late ?? null;
  }

  /** For status; null for a cluster that is not watched. */
  judgement(cluster: string): Judgement | null {
    return this.#watched.get(cluster)?.reach.judgement ?? null;
  }

  readonly #onTimer = (): void => {
    this.#cancel = this.#options.clock.after(JUDGE_EVERY_MS, this.#onTimer);
    const { at } = this.#options.clock.now();
    const silences = [...this.#watched.values()]
      .filter(({ target }) => target.service !== null)
      .map(({ target, reach }) => ({ cluster: target.name, since: reach.silentSince(at) }));
    const commonCause = findCommonCause(silences);
    for (const watched of this.#watched.values()) {
      const { target, reach } = watched;
      const before = reach.judgement;
      this.#tell(target.name, before, reach.judge(at, commonCause.get(target.name) ?? null));
      this.#tellLate(watched);
    }
  };

  /** What becomes dead or cannot be judged is told as that. */
  #tellLate(watched: Watched): void {
    const { target, reach, wasLate } = watched;
    watched.wasLate = reach.late !== null;
    if (wasLate === watched.wasLate) return;
    if (reach.late !== null) this.#options.onLate?.(target.name, `service late: ${reach.late}`);
    else if (reach.judgement.level === 'alive') {
      this.#options.onLate?.(target.name, 'service answers again: it was only late');
    }
  }

  #tell(cluster: string, before: Judgement, after: Judgement): void {
    if (before.level === after.level) return;
    this.#options.onLevel(cluster, after.level, after.detail);
  }

  #applyTargets(): void {
    const { at } = this.#options.clock.now();
    const known = new Map(this.#watched);
    this.#watched.clear();
    this.#listeners.clear();
    for (const target of this.#targets) {
      const before = known.get(target.name);
      const reach =
        before !== undefined && isSame(before.target, target)
          ? before.reach
          : new ClusterReach(serviceName(target), target.probe, at);
      const wasLate = reach === before?.reach && before.wasLate;
      this.#watched.set(target.name, { target, reach, wasLate });
      this.#listen(target, reach);
    }
    this.#probers.ping.ask(this.#questions('ping'));
    this.#probers.tcp.ask(this.#questions('tcp'));
  }

  #listen(target: ReachTarget, reach: ClusterReach): void {
    const now = () => this.#options.clock.now().at;
    if (target.service === null) return;
    this.#on(target.service, (answered, detail) => reach.serviceResult(now(), answered, detail));
    for (const reference of target.references) {
      this.#on(reference, (answered) => reach.referenceResult(now(), answered));
    }
  }

  #on(target: ProbeTarget, listener: (answered: boolean, detail: string) => void): void {
    const key = keyOf(target);
    const others = this.#listeners.get(key);
    // Thousands of clusters may have one reference.
    if (others === undefined) this.#listeners.set(key, [listener]);
    else others.push(listener);
  }

  /** Each address once, at the shortest interval that anybody wants. */
  #questions(kind: ProbeTarget['kind']): readonly ProbeQuestion[] {
    const questions = new Map<string, ProbeQuestion>();
    for (const { service, references, probe } of this.#targets) {
      if (service === null) continue;
      for (const address of [service, ...references]) {
        if (address.kind !== kind) continue;
        const key = keyOf(address);
        const port = address.kind === 'tcp' ? address.port : 0;
        const wanted = questions.get(key)?.intervalMs ?? Number.POSITIVE_INFINITY;
        const intervalMs = Math.min(wanted, probe.intervalMs);
        questions.set(key, { key, host: address.host, port, intervalMs });
      }
    }
    return [...questions.values()];
  }
}

/** Also unique among pings alone and among tcp alone. */
function keyOf(target: ProbeTarget): string {
  return target.kind === 'ping' ? target.host : `${target.host} ${target.port}`;
}

function serviceName({ service }: ReachTarget): string | null {
  if (service === null) return null;
  return service.kind === 'ping' ? service.host : `${service.host} port ${service.port}`;
}

function isSame(a: ReachTarget, b: ReachTarget): boolean {
  const essence = ({ service, references, probe }: ReachTarget) =>
    JSON.stringify([service, references, probe]);
  return essence(a) === essence(b);
}
