/**
 * What one console has shown the daemon and what the daemon did there, read by rules of its own: the
 * texts of the simulated machines, not those of a library, and none of the engine's code. So that
 * proof-watch.ts can tell whether the daemon had seen what it says it had.
 */
import { PARKED } from '../sim/site-options.ts';

interface Read {
  readonly at: number;
  readonly equal: boolean;
}

const PROMPT = '(?:\\{[0-9a-f]+\\} )?ok>? ';
const BEGINS_AS_PROMPT = new RegExp(`^${PROMPT}`);
const AT_PROMPT = new RegExp(`^${PROMPT}$`);
const ENTERED = new RegExp(`^${PROMPT} *(.*)$`);
const BANNER = /OpenBoot [0-9.]+, \d+ MB memory|Host ID:/;
const IDENTITY = /Host ID: ([0-9a-f]{8})\./;
const VALUE = /^(\S+) *= *(.*?) *$/;
const LEAVES = /Boot device:|Rebooting with command:|SunOS Release/;
const LEAVING_WORD = /^(boot|go|sync)\b/;
const WRITING_WORD = /^(setenv|set-default|nv|reset)/;
const STOPPED = "Type  'go' to resume";
/** As a word: garbled, it is not sure to be one. */
const LOGIN = /(?:^|[^A-Za-z0-9])console login:$/;
const ENDED = 'Program terminated';

/** A new connection is believed after so much quiet, or so long, or when it answers a later key. */
const QUIET_MS = 5_000;
const SETTLED_MS = 60_000;
const REPLAY_MS = 2_000;
/** What comes so long after our last key is no answer to it. */
const ANSWER_MS = 10_000;
const LINE_MAX = 4_096;

/** One for each node. */
export function witnesses(promptQuietMs: number): readonly [ConsoleWitness, ConsoleWitness] {
  return [new ConsoleWitness(promptQuietMs), new ConsoleWitness(promptQuietMs)];
}

export class ConsoleWitness {
  isConnected = false;
  /** The unfinished line. */
  tail = '';
  /** What it was at this very moment: bytes may have come that the daemon had not looked at. */
  tails: string[] = [''];
  /** The line before it. */
  lastLine = '';
  /** What is shown is no replay. */
  isFresh = false;
  /** When something came last, or the connection was made. */
  gotAt = 0;
  /** When something came last, on whatever connection; null: never. */
  heardAt: number | null = null;
  /** Characters from this console, on whatever connection. */
  gotCount = 0;
  /** What the daemon has typed without RETURN. */
  typed = '';
  /** The last line that the daemon has entered. */
  entered = '';
  /** Nothing came since that shows an end of the line. */
  isLineOpen = false;
  wasWiped = false;
  /** BREAKs since anything came. */
  breaks = 0;
  breakAt: number | null = null;
  stoppedAt: number | null = null;
  resetAt: number | null = null;
  /** The identity that was shown last on this connection, and when. */
  shown: string | null = null;
  shownAt = 0;
  /** The same, on whatever connection of this life of the daemon. */
  everShown: string | null = null;
  /** Characters that nobody asked for since the last reading. */
  strayCount = 0;
  #hadPrompt = false;
  #promptAt: number | null = null;
  #reads = new Map<string, Read>();
  #command = '';
  #isEchoDue = false;
  /** The daemon's own `banner` is being answered: up to a prompt that stands. */
  #isAskingBanner = false;
  #connectedAt = 0;
  /** Silence of before means nothing: the daemon stood still. */
  #silentFrom = 0;
  typedAt: number | null = null;
  #now = 0;
  readonly #promptQuietMs: number;

  /** `promptQuietMs`: a prompt stands after so much quiet. */
  constructor(promptQuietMs: number) {
    this.#promptQuietMs = promptQuietMs;
  }

  connected(at: number): void {
    this.lost();
    this.isConnected = true;
    this.#connectedAt = at;
    this.#silentFrom = at;
    this.gotAt = at;
  }

  /** The daemon has stood still up to now, and knows it. */
  stoodStill(at: number): void {
    this.#silentFrom = at;
  }

  /** Whatever was shown may not be so any more. */
  lost(): void {
    this.isConnected = false;
    this.isFresh = false;
    this.tail = '';
    this.tails = [''];
    this.lastLine = '';
    this.typed = '';
    this.entered = '';
    this.isLineOpen = false;
    this.breaks = 0;
    this.breakAt = null;
    this.stoppedAt = null;
    this.#hadPrompt = false;
    this.shown = null;
    this.typedAt = null;
    this.#command = '';
    this.#isEchoDue = false;
    this.#isAskingBanner = false;
    this.#forget();
  }

  /** The last of what it shows is a login prompt. */
  get isRunning(): boolean {
    return this.isFresh && LOGIN.test(this.tail.trimEnd());
  }

  /** A prompt came since it left one, on this connection. */
  get hasPrompt(): boolean {
    return this.#hadPrompt || BEGINS_AS_PROMPT.test(this.tail);
  }

  /** All parked values were read back equal, the oldest of them at that time; or null. */
  get readSince(): number | null {
    let oldest = Number.POSITIVE_INFINITY;
    for (const name of Object.keys(PARKED)) {
      const read = this.#reads.get(name);
      if (read === undefined || !read.equal) return null;
      oldest = Math.min(oldest, read.at);
    }
    return oldest;
  }

  /** A value was read that is not the parked one: when, or null. */
  differentSince(name: string): number | null {
    const read = this.#reads.get(name);
    return read === undefined || read.equal ? null : read.at;
  }

  /** A prompt came after the last reset. */
  get isAtPromptSinceReset(): boolean {
    return this.resetAt !== null && this.#promptAt !== null && this.#promptAt >= this.resetAt;
  }

  broke(at: number): void {
    this.breaks += 1;
    this.breakAt = at;
    this.typedAt = at;
    this.#forget();
  }

  /** One key of the daemon's. Returns the line that it enters, or null. */
  key(char: string, at: number): string | null {
    this.typedAt = at;
    if (char === '\x15') {
      this.typed = '';
      this.wasWiped = true;
      return null;
    }
    if (char !== '\r') {
      this.typed += char;
      return null;
    }
    const isAgain = this.typed === '' && this.isLineOpen && this.tail.endsWith(this.entered);
    const line = isAgain ? this.entered : this.typed;
    this.typed = '';
    this.entered = line;
    this.isLineOpen = line !== '';
    this.#command = line;
    this.#isEchoDue = true;
    this.#isAskingBanner = line === 'banner';
    if (line.startsWith('setenv')) this.#reads.clear();
    return line;
  }

  got(text: string, at: number): void {
    this.#now = at;
    this.gotCount += text.length;
    this.breaks = 0;
    if (this.typedAt === null || at - this.typedAt > ANSWER_MS) this.strayCount += text.length;
    if (!this.isFresh) this.isFresh = this.isFreshAt(at);
    const isStanding = at - this.gotAt >= this.#promptQuietMs && AT_PROMPT.test(this.tail);
    if (isStanding) this.#isAskingBanner = false;
    if (at !== this.gotAt) this.tails = [];
    this.tails.push(this.tail);
    this.gotAt = at;
    this.#silentFrom = at;
    this.heardAt = at;
    for (const char of text) this.#take(char);
    this.tails.push(this.tail);
    if (this.isFresh) this.#lookAtTail();
  }

  /** Is what is shown believed at that time? */
  isFreshAt(at: number): boolean {
    if (this.isFresh) return true;
    const answers = this.typedAt !== null && this.typedAt - this.#connectedAt >= REPLAY_MS;
    return answers || at - this.#silentFrom >= QUIET_MS || at - this.#connectedAt >= SETTLED_MS;
  }

  #take(char: string): void {
    if (char === '\r' || char === '\n') {
      if (this.tail !== '') this.#endLine(this.tail);
      this.tail = '';
      this.isLineOpen = false;
      this.wasWiped = false;
    } else if (char === '\b' || char === '\x7f') this.tail = this.tail.slice(0, -1);
    else if (char >= ' ' && this.tail.length < LINE_MAX) this.tail += char;
  }

  #lookAtTail(): void {
    if (BEGINS_AS_PROMPT.test(this.tail)) this.#hadPrompt = true;
    if (AT_PROMPT.test(this.tail)) {
      this.#promptAt = this.#now;
      this.#command = '';
    } else if (this.isRunning) {
      this.#leaves();
    }
  }

  #endLine(line: string): void {
    this.lastLine = line;
    if (!this.isFresh) return;
    const entered = ENTERED.exec(line)?.[1];
    if (entered !== undefined) return this.#enteredAtPrompt(entered.trim());
    const value = VALUE.exec(line);
    if (value !== null) this.#showsValue(value[1] ?? '', value[2] ?? '');
    const identity = IDENTITY.exec(line)?.[1];
    if (identity !== undefined) {
      this.shown = identity;
      this.everShown = identity;
      this.shownAt = this.#now;
    }
    // A reset that comes before its prompt stands cannot be told from the answer.
    if (BANNER.test(line) && this.#command !== 'banner' && !this.#isAskingBanner) {
      this.#forget();
      this.stoppedAt = null;
      this.resetAt = this.#now;
    }
    if (line.includes(STOPPED)) {
      this.#forget();
      this.stoppedAt = this.#now;
    }
    if (LEAVES.test(line) || line.includes(ENDED)) this.#leaves();
  }

  /** A line at the prompt: our own is known already, any other is somebody's. */
  #enteredAtPrompt(line: string): void {
    const isOurs = this.#isEchoDue && !LEAVING_WORD.test(line.replace(this.entered.trim(), ''));
    this.#isEchoDue = false;
    // A prompt that came since its RETURN was an older one, late on a slow wire.
    if (this.#command === '' && isOurs) this.#command = this.entered;
    if (isOurs) return;
    this.#command = line;
    if (LEAVING_WORD.test(line)) this.#leaves();
    if (WRITING_WORD.test(line)) this.#reads.clear();
  }

  #showsValue(name: string, value: string): void {
    if (PARKED[name] === undefined || this.#command !== `printenv ${name}`) return;
    this.#reads.set(name, { at: this.#now, equal: value === PARKED[name] });
    this.strayCount = 0;
  }

  /** After the line that the daemon has just entered. */
  leavesBy(line: string): void {
    if (LEAVING_WORD.test(line)) this.#leaves();
  }

  /** It has left its prompt: nothing sleeps there any more. */
  #leaves(): void {
    this.#forget();
    this.stoppedAt = null;
    this.#hadPrompt = false;
  }

  #forget(): void {
    this.resetAt = null;
    this.#promptAt = null;
    this.#reads.clear();
  }
}
