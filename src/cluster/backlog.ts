/**
 * What one cluster has to take in and could not yet: console text in slices, and whatever came after
 * it, in order. Used by the runner. Tells when a console should not be read for a while.
 */
import type { Event, Moment, NodeIndex } from '../machine/protocol.ts';

/** So much text is handled in one go: some milliseconds at the very worst. */
export const SLICE_CHARS = 2048;
/** A console with more than this waiting is not read until there is less than the half. */
const WAITING_CHARS_MAX = 16 * 1024;

export interface Text {
  readonly kind: 'text';
  readonly node: NodeIndex;
  readonly data: string;
  readonly at: number;
  readonly wall: number;
  /** When the first of it came. */
  readonly sinceWall: number;
}

export type Item =
  | Text
  | { readonly kind: 'event'; readonly event: Event }
  /** A timer fired; what stands behind it came later. */
  | { readonly kind: 'turn'; readonly now: Moment };

export class Backlog {
  #items: Item[] = [];
  #first = 0;
  readonly #waiting: [number, number] = [0, 0];
  readonly #paused: [boolean, boolean] = [false, false];
  readonly #pause: (node: NodeIndex, isPaused: boolean) => void;

  constructor(pause: (node: NodeIndex, isPaused: boolean) => void) {
    this.#pause = pause;
  }

  get isEmpty(): boolean {
    return this.#first === this.#items.length;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  addText(text: Text): void {
    for (let from = 0; from < text.data.length; from += SLICE_CHARS) {
      this.#items.push({ ...text, data: text.data.slice(from, from + SLICE_CHARS) });
    }
    this.#count(text.node, text.data.length);
  }

  take(): Item | undefined {
    const item = this.#items[this.#first];
    if (item === undefined) return undefined;
    this.#first += 1;
    if (this.isEmpty) {
      this.#items = [];
      this.#first = 0;
    }
    if (item.kind === 'text') this.#count(item.node, -item.data.length);
    return item;
  }

  /** All text, for the transcripts; the rest is forgotten. */
  takeTexts(): Text[] {
    const texts: Text[] = [];
    for (let item = this.take(); item !== undefined; item = this.take()) {
      if (item.kind === 'text') texts.push(item);
    }
    return texts;
  }

  #count(node: NodeIndex, characters: number): void {
    this.#waiting[node] += characters;
    const limit = this.#paused[node] ? WAITING_CHARS_MAX / 2 : WAITING_CHARS_MAX;
    const isPaused = this.#waiting[node] > limit;
    if (isPaused === this.#paused[node]) return;
    this.#paused[node] = isPaused;
    this.#pause(node, isPaused);
  }
}
