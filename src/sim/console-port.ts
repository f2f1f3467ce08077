/**
 * One port of a simulated terminal server, without sockets: the wire between a node and whoever is
 * connected. Here the wire loses, doubles, delays and cuts. Socket servers and simulations connect
 * through `connect`. One character is one byte (latin1).
 */
import type { Clock } from '../clock/clock.ts';
import type { Random } from './random.ts';

export interface ConsoleOptions {
  /** `busy`: taken by somebody else; `half-open`: accepts and is silent for ever. */
  mode: 'normal' | 'busy' | 'refuse' | 'half-open';
  /** Several may be connected at once. */
  shared: boolean;
  /** What is shown at once to whoever connects, out of a buffer of the terminal server. */
  replay:
    | { readonly kind: 'none' }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'recorded'; readonly charactersMax: number };
  /** Probability per character, both ways: it vanishes, is another one, comes twice. */
  lossRate: number;
  corruptRate: number;
  doubleRate: number;
  /** Probability that a BREAK gets lost. */
  breakLossRate: number;
  /** Each way, ms. */
  delayMs: number;
  /** Output comes in pieces of 1 to so many characters, 1 ms apart; 0: as the node gives it. */
  pieceMax: number;
  /** Mean time after which a connection is cut, ms; 0: never. */
  cutMeanMs: number;
}

export const CONSOLE_DEFAULTS: ConsoleOptions = {
  mode: 'normal',
  shared: false,
  replay: { kind: 'none' },
  lossRate: 0,
  corruptRate: 0,
  doubleRate: 0,
  breakLossRate: 0,
  delayMs: 0,
  pieceMax: 0,
  cutMeanMs: 0,
};

/** What a terminal server still had in its buffer. */
export const LAST_WEEKS_PANIC =
  '\n\rpanic[cpu0]/thread=2a100047cc0: BAD TRAP: type=31 rp=2a100047630 addr=8\r\n\r\n' +
  'syncing file systems... 2 1 done\r\n' +
  'dumping to /dev/dsk/c1t0d0s1, offset 429391872, content: kernel\r\n' +
  '\r100% done: 34211 pages dumped, compression ratio 3.21, dump succeeded\r\nrebooting...\r\n';

/** The machine at the other end of the wire. */
export interface ConsoleEnd {
  receive(text: string): void;
  breakSignal(): void;
  readonly hasPower: boolean;
}

export interface ConsoleClient {
  data(text: string): void;
  /** DSR and DCD: does the machine have power? */
  modem(on: boolean): void;
  /** Cut from the other side; not called after `close`. */
  closed(): void;
}

export interface ConsoleConnection {
  write(text: string): void;
  sendBreak(): void;
  close(): void;
}

interface Attached {
  readonly client: ConsoleClient;
  readonly cancelCut: () => void;
}

const RECORDED_MAX = 65_536;

export class ConsolePort {
  readonly name: string;
  readonly options: ConsoleOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #attached = new Set<Attached>();
  #end: ConsoleEnd | null = null;
  #recorded = '';
  #outputDue = 0;
  #inputDue = 0;
  /** What the machine prints while it takes in what was typed; null: it takes in nothing now. */
  #answer: string | null = null;
  /** Stands in the middle of the next output of more than one character. */
  #interjection: string | null = null;

  constructor(name: string, options: Partial<ConsoleOptions>, clock: Clock, random: Random) {
    this.name = name;
    this.options = { ...CONSOLE_DEFAULTS, ...options };
    this.#clock = clock;
    this.#random = random;
  }

  /** Plugs the cable of this port into a machine. */
  plugInto(end: ConsoleEnd): void {
    this.#end = end;
    this.powerChanged();
  }

  connect(client: ConsoleClient): ConsoleConnection | 'busy' | 'refused' {
    const { mode, shared, cutMeanMs } = this.options;
    if (mode === 'refuse') return 'refused';
    if (mode === 'busy' || (this.#attached.size > 0 && !shared)) return 'busy';
    const cutMs = -Math.log(1 - this.#random.next()) * cutMeanMs;
    const cancelCut =
      cutMeanMs > 0 ? this.#clock.after(cutMs, () => this.#cut(attached)) : () => {};
    const attached: Attached = { client, cancelCut };
    this.#attached.add(attached);
    if (mode !== 'half-open') this.#welcome(client);
    return this.#connection(attached);
  }

  /** Something that the machine wrote is still on its way to whoever is connected. */
  get isOnItsWay(): boolean {
    return this.#outputDue > this.#clock.now().at;
  }

  /** Somebody is connected and sees what the machine writes. */
  get isSeen(): boolean {
    return this.#attached.size > 0 && this.options.mode !== 'half-open';
  }

  /** Ends all connections, as a terminal server does that is switched off for a moment. */
  cutAll(): void {
    for (const attached of [...this.#attached]) this.#cut(attached);
  }

  /** What the machine puts on the wire. */
  fromNode(text: string): void {
    if (this.#answer !== null) this.#answer += text;
    else this.#send(text);
  }

  #send(text: string): void {
    this.#recorded += text;
    if (this.#recorded.length > 2 * RECORDED_MAX)
      this.#recorded = this.#recorded.slice(-RECORDED_MAX);
    const { delayMs, pieceMax } = this.options;
    const noisy = this.#disturb(text);
    if (delayMs === 0 && pieceMax === 0 && this.#outputDue <= this.#clock.now().at) {
      return this.#deliver(noisy);
    }
    for (const piece of this.#cutIntoPieces(noisy)) {
      const { at } = this.#clock.now();
      this.#outputDue = Math.max(this.#outputDue + 1, at + delayMs);
      this.#clock.after(this.#outputDue - at, () => this.#deliver(piece));
    }
  }

  /** Something else writes to this console while the next text is on its way. */
  interject(text: string): void {
    this.#interjection = text;
  }

  powerChanged(): void {
    if (this.options.mode === 'half-open') return;
    for (const { client } of this.#attached) client.modem(this.#end?.hasPower === true);
  }

  #welcome(client: ConsoleClient): void {
    const { replay } = this.options;
    client.modem(this.#end?.hasPower === true);
    if (replay.kind === 'text') client.data(replay.text);
    if (replay.kind === 'recorded') client.data(this.#recorded.slice(-replay.charactersMax));
  }

  #connection(attached: Attached): ConsoleConnection {
    const open = () => this.#attached.has(attached) && this.options.mode !== 'half-open';
    return {
      write: (text) => {
        if (!open()) return;
        const noisy = this.#disturb(text);
        this.#afterDelay(() => this.#receive(noisy));
      },
      sendBreak: () => {
        if (!open() || this.#random.chance(this.options.breakLossRate)) return;
        this.#afterDelay(() => this.#end?.breakSignal());
      },
      close: () => {
        attached.cancelCut();
        this.#attached.delete(attached);
      },
    };
  }

  /** What was typed at once is echoed at once, unless the wire takes each character by itself. */
  #receive(text: string): void {
    if (this.#isNoisy) {
      this.#end?.receive(text);
      return;
    }
    this.#answer = '';
    this.#end?.receive(text);
    const answer = this.#answer;
    this.#answer = null;
    if (answer !== '') this.#send(answer);
  }

  #afterDelay(run: () => void): void {
    const { at } = this.#clock.now();
    const { delayMs } = this.options;
    if (delayMs === 0 && this.#inputDue <= at) return run();
    this.#inputDue = Math.max(this.#inputDue, at + delayMs);
    this.#clock.after(this.#inputDue - at, run);
  }

  #deliver(text: string): void {
    if (text === '' || this.options.mode === 'half-open') return;
    const other = this.#interjection;
    if (other !== null && text.length > 1) {
      this.#interjection = null;
      const at = 1 + this.#random.below(text.length - 1);
      return this.#deliver(text.slice(0, at) + other + text.slice(at));
    }
    for (const { client } of [...this.#attached]) client.data(text);
  }

  #cut(attached: Attached): void {
    if (!this.#attached.delete(attached)) return;
    attached.cancelCut();
    attached.client.closed();
  }

  get #isNoisy(): boolean {
    const { lossRate, corruptRate, doubleRate } = this.options;
    return lossRate + corruptRate + doubleRate > 0;
  }

  #disturb(text: string): string {
    const { lossRate, corruptRate, doubleRate } = this.options;
    if (!this.#isNoisy) return text;
    let disturbed = '';
    for (const char of text) {
      if (this.#random.chance(lossRate)) continue;
      const other = String.fromCharCode(char.charCodeAt(0) ^ (1 << this.#random.below(8)));
      const sent = this.#random.chance(corruptRate) ? other : char;
      disturbed += this.#random.chance(doubleRate) ? sent + sent : sent;
    }
    return disturbed;
  }

  #cutIntoPieces(text: string): string[] {
    const { pieceMax } = this.options;
    if (pieceMax === 0) return [text];
    const pieces: string[] = [];
    for (let from = 0; from < text.length; ) {
      const length = 1 + this.#random.below(pieceMax);
      pieces.push(text.slice(from, from + length));
      from += length;
    }
    return pieces;
  }
}
