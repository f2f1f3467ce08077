/**
 * Looks at everything before anything is changed, and says all that is in the way at once: the daemon,
 * the cluster, the machine behind the address of the active node, the prompt of the standby, and every
 * value. Called by adopt.ts and undo.ts. Writes nothing; on the standby only harmless lines.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import type { ClusterStatus } from '../machine/describe.ts';
import type { Engine } from '../machine/engine.ts';
import { createEngine } from '../machine/machine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { DISARMED } from '../machine/shadow.ts';
import type { AttachedConsole } from './attached-console.ts';
import { type NodeHand, PromptHand, RunningHand } from './node-hand.ts';
import {
  type Change,
  changesOf,
  mismatchesOf,
  shownValue,
  type Values,
  type Wanted,
} from './parked-values.ts';
import { blockOf, RunningNode } from './running-node.ts';
import type { AdoptSite } from './site.ts';
import { AdoptError, type Trouble, troubleOf } from './trouble.ts';

/** What is to be done to one node. */
export interface NodePlan {
  readonly hand: NodeHand;
  readonly role: 'active' | 'standby';
  readonly wanted: readonly Wanted[];
  readonly current: Values;
  readonly changes: readonly Change[];
}

export interface Survey {
  readonly engine: Engine;
  /** The standby first: it stands still anyhow. */
  readonly plans: readonly NodePlan[];
  readonly troubles: readonly Trouble[];
  /** What could not be found out, or speaks neither for nor against. */
  readonly notes: readonly string[];
  /** Ends what was lent. */
  end(): void;
}

/** `wantedOf`: the values for a node, by its index. */
export async function survey(
  site: AdoptSite,
  wantedOf: (engine: Engine, node: NodeIndex) => readonly Wanted[],
): Promise<Survey> {
  const { program, target } = site.sound;
  const engine = createEngine(program, target);
  const surveyor = new Surveyor(site, engine);
  const status = await surveyor.look();
  if (status !== null) {
    const active = status.active === target.nodes[0].name ? 0 : 1;
    const standby = active === 0 ? 1 : 0;
    await surveyor.lookAtStandby(standby, status, wantedOf(engine, standby));
    await surveyor.lookAtActive(active, wantedOf(engine, active));
  }
  return surveyor.result();
}

class Surveyor {
  readonly #site: AdoptSite;
  readonly #engine: Engine;
  readonly #troubles: Trouble[] = [];
  readonly #notes: string[] = [];
  readonly #plans: NodePlan[] = [];
  #console: AttachedConsole | null = null;
  #mayType = false;

  constructor(site: AdoptSite, engine: Engine) {
    this.#site = site;
    this.#engine = engine;
  }

  result(): Survey {
    return {
      engine: this.#engine,
      plans: this.#plans,
      troubles: this.#troubles,
      notes: this.#notes,
      end: () => this.#console?.end(),
    };
  }

  /** Null: without this nothing else can be judged. */
  async look(): Promise<ClusterStatus | null> {
    this.#lookAtDirectory();
    const canPark = this.#lookAtLibrary();
    const watched = await this.#watched();
    if (watched === null) return null;
    if (watched.kind === 'not-watched') {
      this.#say(`it is not watched: ${watched.why}`, 'clusterd check');
      return null;
    }
    if (watched.status === null || watched.fault !== null) {
      const { cluster, fault } = watched;
      this.#say(`it is not controlled: ${fault ?? 'no status'}`, `clusterd restart ${cluster}`);
      return null;
    }
    this.#mayType = this.#lookAtCluster(watched, watched.status) && canPark;
    return watched.status;
  }

  async #watched(): Promise<WatchedCluster | null> {
    try {
      return await this.#site.status();
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      this.#say(error.message, `${error.hint}; the console of the standby is the daemon's`);
      return null;
    }
  }

  #lookAtDirectory(): void {
    const directory = dirname(this.#site.recordPath);
    // The daemon makes it; that it does not run is said below.
    if (!existsSync(directory)) return;
    try {
      accessSync(directory, constants.W_OK);
    } catch (error) {
      const hint = 'the old values are kept there: run it as root, or as the user of the daemon';
      this.#say(`${directory} cannot be written to: ${messageOf(error)}`, hint);
    }
  }

  #lookAtLibrary(): boolean {
    const { parked, dialogues } = this.#engine.program;
    const hint = 'see chat-scripts/README.md, "How to bring up a new firmware"';
    const before = this.#troubles.length;
    if (parked.every(({ write }) => !write)) {
      this.#say('its library names no values that park a node', hint);
    }
    for (const wanted of ['identify', 'read', 'write']) {
      if (dialogues.some(({ howTo }) => howTo === wanted)) continue;
      this.#say(`its library does not say how to ${wanted}`, hint);
    }
    return this.#troubles.length === before;
  }

  /** May somebody type there just now? */
  #lookAtCluster(
    { attached }: Extract<WatchedCluster, { kind: 'watched' }>,
    status: ClusterStatus,
  ): boolean {
    const before = this.#troubles.length;
    const { cluster, ownerDoubt, unfinished, inhibited } = status;
    const writer = attached.find(({ isWriting }) => isWriting);
    if (writer !== undefined) {
      const hint = 'wait, or ask them to leave; clusterd status shows who is there';
      this.#say(`${writer.operator} types on ${writer.node}`, hint);
    } else if (inhibited === null) {
      const hint = `clusterd disarm ${cluster}: it then decides and sends nothing`;
      this.#say('it is armed: clusterd itself may type or act at any moment', hint);
    } else if (inhibited !== DISARMED) this.#say(inhibited, `clusterd status ${cluster}`);
    if (ownerDoubt !== null) {
      const hint = `clusterd owner ${cluster} NODE, once you know which one runs production`;
      this.#say(`nobody is known to own the disk: ${ownerDoubt}`, hint);
    }
    if (unfinished !== 'none') {
      this.#say(`a ${unfinished} was begun and is not finished`, `clusterd status ${cluster}`);
    }
    return this.#troubles.length === before;
  }

  async lookAtStandby(
    node: NodeIndex,
    status: ClusterStatus,
    wanted: readonly Wanted[],
  ): Promise<void> {
    const { name, channel, channelDetail, inService } = status.nodes[node] ?? { name: '' };
    if (inService === false) {
      const hint = `clusterd in-service ${status.cluster} ${name}, when it is back`;
      return this.#say(`${name} is out of service`, hint);
    }
    if (channel !== 'connected') {
      const hint = `clusterd status ${status.cluster}`;
      return this.#say(`the console of ${name} is ${channel}: ${channelDetail}`, hint);
    }
    if (!this.#mayType) {
      this.#notes.push(`${name} was not asked: that needs what stands above`);
      return;
    }
    await this.#collect(async () => {
      this.#console = await this.#site.attach(name);
      await this.#console.begin();
      const { clock } = this.#site;
      const hand = new PromptHand({
        clock,
        engine: this.#engine,
        node,
        console: this.#console,
        onNews: this.#news(name),
      });
      await this.#plan(hand, 'standby', wanted);
    });
  }

  async lookAtActive(node: NodeIndex, wanted: readonly Wanted[]): Promise<void> {
    const { name, admin, bootPaths } = this.#site.sound.cluster.nodes[node];
    const { program } = this.#engine;
    const missing = (['identify-running', 'read-running', 'write-running'] as const).filter(
      (to) => blockOf(program, to) === null,
    );
    for (const to of missing) {
      this.#say(`its library does not say how to ${to}`, 'see "Commands on a running node"');
    }
    if (admin === null) {
      const hint = `write in CList, below node ${name}: admin ssh root@HOST key=/path/of/the/key`;
      this.#say(`${name} runs, and CList does not say who may log in there`, hint);
    }
    if (admin === null || missing.length > 0) return;
    await this.#collect(async () => {
      const running = new RunningNode(this.#engine, node, this.#site.shell(admin));
      const hand = new RunningHand(this.#engine, node, running, this.#news(name));
      await hand.makeSure();
      await running.check();
      await this.#noteDisk(running, bootPaths);
      await this.#plan(hand, 'active', wanted);
    });
  }

  async #noteDisk(running: RunningNode, paths: readonly string[]): Promise<void> {
    const isSo = await running.bootedFrom(paths);
    if (isSo !== false) return;
    this.#notes.push(
      `${running.name} does not say that it runs from one of its boot paths in CList ` +
        `(${paths.join(', ')}): clusterd will boot it from these`,
    );
  }

  async #plan(hand: NodeHand, role: NodePlan['role'], wanted: readonly Wanted[]): Promise<void> {
    const current = await hand.read(wanted);
    for (const { variable, from, to } of mismatchesOf(wanted, current)) {
      const text = `${variable} of ${hand.name} is ${shownValue(from)}, CList says ${shownValue(to)}`;
      this.#say(text, 'clusterd only looks at it: put the machine or CList right by hand');
    }
    this.#plans.push({ hand, role, wanted, current, changes: changesOf(wanted, current) });
  }

  #news(name: string): (what: string) => void {
    return (what) => this.#site.out(`  ${name}: ${what}\n`);
  }

  async #collect(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (error instanceof DaemonError) this.#say(error.message, error.hint);
      else this.#troubles.push(troubleOf(error));
    }
  }

  #say(text: string, hint: string): void {
    this.#troubles.push({ text, hint });
  }
}

/** Reads all of it again: what was written is there, and nothing else has moved. */
export async function lookAgain({ hand, wanted }: NodePlan): Promise<void> {
  const found = await hand.read(wanted);
  const [wrong] = [...changesOf(wanted, found), ...mismatchesOf(wanted, found)];
  if (wrong === undefined) return;
  const { variable, from, to } = wrong;
  if ((from ?? '') === (to ?? '')) return;
  const text = `${variable} of ${hand.name} is ${shownValue(from)} again, not ${shownValue(to)}`;
  throw new AdoptError(text, 'somebody else changes it, or it does not keep what is written');
}
