/**
 * The way of nearly all bytes: console output in which no line matters and for which no dialogue
 * waits. It only moves on the text of a console and a few counts, so it is gathered here, without a
 * new state for each chunk, and becomes part of the state before anything else looks at that.
 * Called by step, for single chunks, and by the runner, which gathers. Must never take in what the
 * full way (text.ts) would treat in any other manner.
 */
import { type ConsoleText, LINE_CHARS_MAX, nextLine, splitPieces, takePiece } from './console.ts';
import type { Engine } from './engine.ts';
import { type Facts, isPastDoubt, recordBytes } from './facts.ts';
import { passesBy } from './passing.ts';
import type { Event, Moment, NodeIndex } from './protocol.ts';
import { freshAt, tailAt } from './quiet.ts';
import { type MachineState, type NodeState, withConsole, withNodes } from './state.ts';

/** What one console said since the state was made. */
interface Gathered {
  /** What the state will have; null: not yet looked at. */
  console: ConsoleText | null;
  isEmpty: boolean;
  bytes: number;
}

/** Gathers for one cluster. */
export class Bulk {
  readonly #engine: Engine;
  readonly #nodes: readonly [Gathered, Gathered] = [
    { console: null, isEmpty: true, bytes: 0 },
    { console: null, isEmpty: true, bytes: 0 },
  ];
  #isEmpty = true;
  #at = 0;
  #wall = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** False: this chunk needs a step, on the state that `settle` gives. */
  take(state: MachineState, node: NodeIndex, data: string, at: number, wall: number): boolean {
    const before = state.nodes[node];
    const gathered = this.#nodes[node];
    if (gathered.console === null) {
      if (!isBulk(state, before, node)) return false;
      gathered.console = { ...before.console };
    }
    if (!addText(this.#engine, state, before, gathered.console, data)) return false;
    const now = Math.max(state.now, at);
    // What the consoles held back comes one console after the other.
    if (this.#isEmpty || now >= this.#at) {
      this.#at = now;
      this.#wall = wall;
    }
    this.#isEmpty = false;
    gathered.console.byteAt = now;
    gathered.console.looked = false;
    gathered.isEmpty = false;
    gathered.bytes += data.length;
    return true;
  }

  /** The state with everything that was gathered since it was made. Begins anew. */
  settle(state: MachineState): MachineState {
    if (this.#isEmpty) return this.#forget(state);
    const nodes: MachineState['nodes'] = [
      nodeWith(state.nodes[0], this.#nodes[0]),
      nodeWith(state.nodes[1], this.#nodes[1]),
    ];
    return this.#forget(withNodes(state, this.#at, this.#wall, nodes));
  }

  /** When silence after what was gathered means something; infinite: never. */
  wakesAt(state: MachineState): number {
    const [first, second] = this.#nodes;
    const wake = this.#nodeWakesAt(state.nodes[0], first);
    return Math.min(wake, this.#nodeWakesAt(state.nodes[1], second));
  }

  #nodeWakesAt(node: NodeState, gathered: Gathered): number {
    const console = gathered.console ?? node.console;
    return Math.min(freshAt(node, console), tailAt(this.#engine, node, console));
  }

  #forget(state: MachineState): MachineState {
    this.#isEmpty = true;
    for (const gathered of this.#nodes) {
      gathered.console = null;
      gathered.isEmpty = true;
      gathered.bytes = 0;
    }
    return state;
  }
}

/** The next state after one chunk, or null when it needs the full way. */
export function takeBytesQuickly(
  engine: Engine,
  state: MachineState,
  { node, data, at, wall }: Moment & Extract<Event, { kind: 'bytes' }>,
): MachineState | null {
  const bulk = new Bulk(engine);
  return bulk.take(state, node, data, at, wall) ? bulk.settle(state) : null;
}

function isBulk(state: MachineState, before: NodeState, node: NodeIndex): boolean {
  if (state.task?.frames.some((frame) => frame.node === node)) return false;
  return before.fresh || before.typedAt === null;
}

function nodeWith(before: NodeState, { console, isEmpty, bytes }: Gathered): NodeState {
  if (console === null || isEmpty) return before;
  return withConsole(before, console, factsAfterBytes(before.facts, bytes));
}

function factsAfterBytes(facts: Facts, count: number): Facts {
  if (isPastDoubt(facts)) return facts;
  const next = { ...facts };
  recordBytes(next, count, false);
  return next;
}

/** Does a pattern match for which this state has a line, that means something, or is yet unlogged? */
function matters(engine: Engine, state: MachineState, line: string): boolean {
  const ids = engine.patterns.lookup(line, 'finished');
  if (ids.length === 0) return false;
  const here = engine.reactions[state.current]?.texts;
  return ids.some((id) => {
    const text = engine.textOfMatch[id] ?? -1;
    const isName = id === engine.program.identity.match.id;
    return isName || (text >= 0 && (here?.has(text) !== false || !state.ignored.includes(text)));
  });
}

/** What adding text changes in a console. */
type Kept = Pick<ConsoleText, 'tail' | 'line' | 'escape' | 'used' | 'cutLines'>;

/**
 * Adds text to the console; false, and the console as it was, when a line has a match or may be our
 * own echo.
 */
function addText(
  engine: Engine,
  state: MachineState,
  node: NodeState,
  console: ConsoleText,
  data: string,
): boolean {
  if (addToLine(console, data)) return true;
  const { tail, line, escape, used, cutLines } = console;
  if (addLines(engine, state, node, console, data)) return true;
  const kept: Kept = { tail, line, escape, used, cutLines };
  Object.assign(console, kept);
  return false;
}

/** Text without a line end or anything unusual. */
function addToLine(console: ConsoleText, data: string): boolean {
  if (console.escape !== '' || console.tail.length + data.length >= LINE_CHARS_MAX) return false;
  for (let index = 0; index < data.length; index++) {
    const code = data.charCodeAt(index);
    if (code < 32 || code === 127) return false;
  }
  console.tail += data;
  return true;
}

function addLines(
  engine: Engine,
  state: MachineState,
  node: NodeState,
  console: ConsoleText,
  data: string,
): boolean {
  const cutBefore = console.cutLines;
  const { pieces, escape } = splitPieces(console.escape, data);
  console.escape = escape;
  for (const first of pieces) {
    let piece: typeof first | null = first;
    while (piece !== null) {
      const taken = takePiece(console, piece);
      if (taken.line !== null) {
        if (console.cutLines === 1 && cutBefore === 0) return false;
        if (node.echo !== null && node.echo.line === console.line) return false;
        if (node.fresh && matters(engine, state, taken.line)) return false;
        if (node.fresh && passesBy(engine, node.facts, taken.line)) return false;
        nextLine(console);
      }
      piece = taken.rest;
    }
  }
  return true;
}
