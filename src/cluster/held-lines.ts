/**
 * The two consoles of a cluster as far as they hold half lines back. Used by the runner, which asks
 * for what is held before anything else happens, and allows holding only where text brings nothing.
 */
import type { NodeIndex } from '../machine/protocol.ts';
import type { ConsoleLine } from './parts.ts';

const NODES: readonly NodeIndex[] = [0, 1];

export class HeldLines {
  readonly #lines: readonly [ConsoleLine, ConsoleLine];
  readonly #holds: [boolean, boolean] = [false, false];
  #isReleasing = false;

  constructor(lines: readonly [ConsoleLine, ConsoleLine]) {
    this.#lines = lines;
  }

  /** What is reported now was held back, and is older than whatever made it come. */
  get isReleasing(): boolean {
    return this.#isReleasing;
  }

  release(): void {
    this.#isReleasing = true;
    this.#lines[0].release?.();
    this.#lines[1].release?.();
    this.#isReleasing = false;
  }

  /** `until`: monotonic ms; null: this console must report everything. */
  allow(node: NodeIndex, until: number | null): void {
    this.#lines[node].hold?.(until ?? 0);
    this.#holds[node] = until !== null;
  }

  /** Those that may hold do so until another time. */
  renew(until: number | null): void {
    for (const node of NODES) if (this.#holds[node]) this.allow(node, until);
  }

  forbid(): void {
    for (const node of NODES) if (this.#holds[node]) this.allow(node, null);
  }
}
