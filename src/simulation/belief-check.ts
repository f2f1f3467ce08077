/**
 * Compares, now and then, what the machine believes of its nodes with what it has been told of them:
 * a proof that does not hold is found long before a boot rests on it. Asks the engine's own law what it
 * believes, and proof-watch.ts whether that may be.
 */
import { evidenceOf } from '../machine/evidence.ts';
import type { Engine } from '../machine/machine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import { type MachineState, withNodes } from '../machine/state.ts';
import type { ProofWatch } from './proof-watch.ts';

/** The machine waits for quiet before it believes a prompt; so long the two may differ. */
const DIFFER_MS = 1_000;
/** Looked at now, and as if nothing happened until all proofs are too old. */
const HORIZONS_MS = [0, 31_000, 75_000, 901_000];
const NODES: readonly NodeIndex[] = [0, 1];

export interface BeliefCheckOptions {
  readonly engine: Engine;
  readonly watch: ProofWatch;
  readonly violated: (what: string) => void;
}

export class BeliefCheck {
  readonly #options: BeliefCheckOptions;
  /** Since when they differ, by what about. */
  #since = new Map<string, number>();

  constructor(options: BeliefCheckOptions) {
    this.#options = options;
  }

  /** `state` null: there is no daemon that could believe anything, or it stands still. */
  look(state: MachineState | null, now: number): void {
    const differences =
      state === null
        ? []
        : [...NODES.flatMap((node) => this.#of(state, node, now)), ...this.#owner(state)];
    const before = this.#since;
    this.#since = new Map();
    for (const { about, what } of differences) {
      const since = before.get(about) ?? now;
      this.#since.set(about, since);
      if (now - since >= DIFFER_MS) this.#options.violated(what);
    }
  }

  #owner({ owner }: MachineState): readonly { about: string; what: string }[] {
    if (this.#options.watch.futureOwner !== owner) return [];
    const { name } = this.#options.engine.target.nodes[owner];
    const what = `believes ${name} to own the disk: that is written down, but not yet on the disk`;
    return [{ about: `${name} owns`, what }];
  }

  #of(state: MachineState, node: NodeIndex, now: number) {
    const { engine, watch } = this.#options;
    const { name } = engine.target.nodes[node];
    const { connection, facts } = state.nodes[node];
    const found: { about: string; what: string }[] = [];
    const differs = (what: string, why: string) => {
      found.push({
        about: `${name} ${connection} ${what}`,
        what: `believes ${name} ${what}: ${why}`,
      });
    };
    for (const inMs of HORIZONS_MS) {
      const then = withNodes(state, now + inMs, state.wall, state.nodes);
      const evidence = evidenceOf(engine, then, node);
      // Nothing comes of time alone: what does not hold now does not hold later.
      if (evidence.length === 0) break;
      for (const { grade, stale } of evidence) {
        const lacking = stale ? null : watch.lacking(node, grade, inMs);
        const when = inMs === 0 ? '' : `in ${inMs / 1000} s still `;
        if (lacking !== null) differs(`${when}to be ${grade}`, lacking);
      }
    }
    const console = watch.console(node);
    const isProven = console.shown === engine.target.nodes[node].identity;
    if (facts.identity === 'proven' && !isProven) {
      differs('to be proven who it is', `its console shows ${console.shown}`);
    }
    if (console.stoppedAt !== null && facts.resumable === null) {
      differs('to have nothing asleep', 'a BREAK has stopped it');
    }
    if (watch.showsOther(node) && facts.identity !== 'contradicted') {
      differs(`to be ${facts.identity}`, 'its line shows the other machine');
    }
    if (facts.condition === 'firmware' && !console.hasPrompt) {
      differs('to be at its prompt', 'none was seen');
    }
    if (console.isRunning && facts.sleepRuledOut) {
      differs('to have no system', 'a login prompt stands on its console');
    }
    // Behind half a line of its own typing the daemon looks for its echo, not for a prompt.
    const mayLook = console.typed === '' || facts.condition === 'firmware';
    if (console.isRunning && facts.condition !== 'running' && mayLook) {
      differs(`to be ${facts.condition}`, 'a login prompt stands on its console');
    }
    for (const [variable, { at, equal }] of Object.entries(facts.reads)) {
      const different = console.differentSince(variable);
      if (equal && different !== null && at >= different) {
        differs(`to have ${variable} parked`, 'another value was read');
      }
    }
    return found;
  }
}
