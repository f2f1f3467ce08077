/**
 * Gathers what happened in one step of a replay and tells it as one entry. Called by player.ts.
 */
import type { NodeIndex } from '../machine/protocol.ts';
import type { Entry, Happening, HeardLine } from './happening.ts';

/** Where the cause of a step stands. */
export interface Source {
  readonly node: NodeIndex | null;
  /** In the node's file. */
  readonly line: number | null;
}

export const NOWHERE: Source = { node: null, line: null };

export class Tale {
  readonly #tell: (entry: Entry) => void;
  readonly #names: readonly [string, string];
  #happenings: Happening[] = [];

  constructor(names: readonly [string, string], tell: (entry: Entry) => void) {
    this.#names = names;
    this.#tell = tell;
  }

  note(happening: Happening): void {
    this.#happenings.push(happening);
  }

  /** Ends the step; nothing is told of a step in which nothing happened. */
  end(
    source: Source,
    heard: readonly HeardLine[],
    rest: Pick<Entry, 'wall' | 'state' | 'solicited'>,
  ): void {
    const happenings = this.#happenings;
    this.#happenings = [];
    if (heard.length === 0 && happenings.length === 0) return;
    const { node, line } = source;
    const name = node === null ? null : this.#names[node];
    this.#tell({ ...rest, node: name, line, heard, happenings });
  }
}
