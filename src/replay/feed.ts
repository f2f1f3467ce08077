/**
 * One recorded console as the machine meets it: gives out what came, at its time, and answers what the
 * machine types where the recording can. Called by player.ts.
 *
 * What the machine types is compared with what was typed in the recording. The same text at about the
 * same time is the same question: the recorded answer belongs to it. When the recording is first, its
 * answer is held back for up to HOLD_MS while the machine is busy; the lag is caught up in the next
 * pause. Another moment: exchanges.ts. Neither: nobody knows the answer, and none is made up.
 */
import type { Exchanges } from './exchanges.ts';
import type { Item } from './recording.ts';

const HOLD_MS = 3000;
const AHEAD_MS = 1000;
/** A pause may shrink to this, to catch up with the recording. */
const PAUSE_MS_MIN = 1000;
const ECHO_MS = 5;
const CTRL_U = '\x15';

/** `followed`: typed in the recording, too. `borrowed`: from a like question. `open`: nobody knows. */
export type Answered =
  | { readonly kind: 'followed' }
  | { readonly kind: 'borrowed'; readonly line: number; readonly chunks: readonly Chunk[] }
  | { readonly kind: 'open' };

export interface Chunk {
  readonly at: number;
  readonly data: string;
}

/** An item whose time has come. `asked`: the machine typed the same. */
export interface Passed {
  readonly item: Item;
  readonly asked: boolean;
}

export class Feed {
  readonly #items: readonly Item[];
  readonly #exchanges: Exchanges;
  readonly #matched = new Set<number>();
  /** Typed in the recording before something that the machine typed already: not waited for. */
  #heldUpTo = 0;
  #cursor = 0;
  /** The recording types what the machine types. */
  #inStep = true;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastWall = Number.NEGATIVE_INFINITY;
  /** What the machine has typed on this line. */
  #line = '';

  constructor(items: readonly Item[], exchanges: Exchanges) {
    this.#items = items;
    this.#exchanges = exchanges;
  }

  /** Its first item says how the connection stands. */
  get beginsDisconnected(): boolean {
    return this.#items[0]?.kind === 'channel';
  }

  /** When the next item comes; null: the recording is over. `isBusy`: the machine may yet type. */
  dueAt(isBusy: boolean): number | null {
    const item = this.#items[this.#cursor];
    if (item === undefined) return null;
    const due = this.#dueOf(item);
    return isBusy && this.#waitsFor(item) ? Math.max(due, item.wall + HOLD_MS) : due;
  }

  /** Was this typed in the recording, and not yet by the machine, which may follow? */
  #waitsFor(item: Item): boolean {
    const isTyping = item.kind === 'typed' || item.kind === 'break';
    const isFirst = this.#cursor >= this.#heldUpTo && !this.#matched.has(this.#cursor);
    return isTyping && isFirst && this.#inStep;
  }

  /** How far the replay is behind the recording here, ms. */
  get lagMs(): number {
    return Number.isFinite(this.#lastAt) ? this.#lastAt - this.#lastWall : 0;
  }

  /** When it would come if nothing were held back. */
  get plannedAt(): number {
    const item = this.#items[this.#cursor];
    return item === undefined ? Number.POSITIVE_INFINITY : this.#dueOf(item);
  }

  #dueOf(item: Item): number {
    const pause = Math.min(item.wall - this.#lastWall, PAUSE_MS_MIN);
    return Math.max(item.wall, Number.isFinite(this.#lastAt) ? this.#lastAt + pause : item.wall);
  }

  /** Moves past the next item. */
  pass(now: number): Passed {
    const item = this.#items[this.#cursor];
    if (item === undefined) throw new Error('the recording is over');
    const asked = this.#matched.has(this.#cursor);
    if (this.#waitsFor(item)) this.#inStep = false;
    this.#cursor += 1;
    this.#lastAt = now;
    this.#lastWall = item.wall;
    if (item.kind === 'channel') this.#line = '';
    return { item, asked };
  }

  /** The machine types these characters. */
  type(data: string, now: number): Answered {
    const isFollowed = this.#follow((item) => item.kind === 'typed' && item.data === data, now);
    const line = this.#line;
    this.#line = data === '\r' || data === CTRL_U ? '' : line + data;
    if (isFollowed) return { kind: 'followed' };
    if (data === CTRL_U) return { kind: 'open' };
    return this.#borrow(data === '\r' ? line : line + data, data, now);
  }

  sendBreak(now: number): Answered {
    const isFollowed = this.#follow((item) => item.kind === 'break', now);
    return { kind: isFollowed ? 'followed' : 'open' };
  }

  #follow(isIt: (item: Item) => boolean, now: number): boolean {
    for (let index = this.#cursor; index < this.#items.length; index++) {
      const item = this.#items[index];
      if (item === undefined || this.#dueOf(item) > now + AHEAD_MS) return false;
      if (item.kind === 'channel') return false;
      if (this.#matched.has(index) || !isIt(item)) continue;
      this.#matched.add(index);
      this.#heldUpTo = index;
      this.#inStep = true;
      return true;
    }
    return false;
  }

  #borrow(line: string, data: string, now: number): Answered {
    const answer = this.#exchanges.answerTo(line, this.#wallAt(now));
    if (answer === null) return { kind: 'open' };
    if (data !== '\r') {
      return { kind: 'borrowed', line: answer.line, chunks: [{ at: now + ECHO_MS, data }] };
    }
    const chunks = answer.chunks.map((one) => ({ at: now + one.afterMs, data: one.data }));
    return { kind: 'borrowed', line: answer.line, chunks };
  }

  /** The recording's own time: it may lag. */
  #wallAt(now: number): number {
    return now - this.lagMs;
  }
}
