/**
 * The telnet protocol without I/O: RFC 854/855 (commands, options, subnegotiation), RFC 1143 (the Q
 * method, so that no option loop can arise), RFC 856 (BINARY), RFC 860 (TIMING-MARK), client side.
 * Used by transport/telnet.ts. Bytes from the wire go to `feed`, console bytes and replies come out
 * through the sink; the result does not depend on how the bytes are cut. Must never allocate per
 * chunk of clean data, never answer a request for the state in force, and never keep more than
 * `SUBNEGOTIATION_BYTES_MAX` of what a peer sent.
 */

export const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
export const BRK = 243;
const SE = 240;
const CR = 13;
const NUL = 0;

export const TELNET_BINARY = 0;
export const TELNET_ECHO = 1;
export const TELNET_SGA = 3;
export const TELNET_TIMING_MARK = 6;
export const TELNET_COM_PORT = 44;

/** A longer subnegotiation is given up and what follows is data again: an unended one is malformed. */
export const SUBNEGOTIATION_BYTES_MAX = 1024;

/**
 * After so many answers to requests it is a loop: some servers ask again for what was refused. Requests
 * are passed over from then on, until `answerAgain`.
 */
export const ANSWERS_MAX = 1000;

/** Up to here a loop of ours looks faster through a chunk than the built-in search starts. */
const SHORT_BYTES_MAX = 128;

/** Whose behaviour an option is about: `us` (WILL/DO to us) or `him` (his WILL, our DO). */
export type Side = 'us' | 'him';

export interface TelnetSink {
  /** Console bytes. A part of what was fed: only valid during the call. */
  data(bytes: Uint8Array): void;
  /** Protocol bytes for the peer, ready for the wire. */
  send(bytes: Uint8Array): void;
  /** The peer has decided on an option that we offered or asked for, or has changed one. */
  optionChanged(side: Side, option: number, on: boolean): void;
  subnegotiation(option: number, payload: Uint8Array): void;
  /** The answer to the oldest `sendTimingMark` that was not answered yet. */
  timingMarkAnswered(): void;
  /** `ANSWERS_MAX` requests were answered; from now on they are passed over. */
  optionLoop(): void;
}

/** The states of RFC 1143; its queue bits are not needed, since nothing is ever asked twice. */
const NO = 0;
const YES = 1;
const WANT_YES = 2;
type OptionState = 0 | 1 | 2;

/** The options that are spoken; all others stay NO and are refused. Two bits each in a number. */
const ACCEPTED: Readonly<Record<Side, readonly number[]>> = {
  us: [TELNET_BINARY, TELNET_SGA, TELNET_COM_PORT],
  him: [TELNET_BINARY, TELNET_ECHO, TELNET_SGA],
};

type ParserState = 'data' | 'iac' | 'option' | 'sub' | 'sub-iac';

export class TelnetCodec {
  readonly #sink: TelnetSink;
  readonly #crNul: boolean;
  #state: ParserState = 'data';
  /** The last data byte was a CR, and a NUL after it is no data. */
  #afterCr = false;
  /** WILL, WONT, DO or DONT whose option byte is awaited. */
  #command = 0;
  #payload: number[] | null = null;
  #options: Record<Side, number> = { us: 0, him: 0 };
  #marksOpen = 0;
  #answersLeft = ANSWERS_MAX;
  #protocolBytes = 0;

  /**
   * `crNul`: a carriage return travels as CR NUL while BINARY is off (RFC 854). Default true; false
   * for a peer that does not know the rule.
   */
  constructor(sink: TelnetSink, crNul = true) {
    this.#sink = sink;
    this.#crNul = crNul;
  }

  /** Offers (`us`) or asks for (`him`) an option; nothing is sent if that is done already. */
  request(side: Side, option: number): void {
    if (this.#get(side, option) !== NO) return;
    this.#set(side, option, WANT_YES);
    this.#sendCommand(side === 'us' ? WILL : DO, option);
  }

  isOn(side: Side, option: number): boolean {
    return this.#get(side, option) === YES;
  }

  /** Requested, and the peer has not decided yet. */
  isPending(side: Side, option: number): boolean {
    return this.#get(side, option) === WANT_YES;
  }

  /** Asks for a sign of life at this point of the stream; `timingMarkAnswered` comes for each. */
  sendTimingMark(): void {
    this.#marksOpen++;
    this.#sendCommand(DO, TELNET_TIMING_MARK);
  }

  /** How many bytes of commands and subnegotiations have come. */
  get protocolBytes(): number {
    return this.#protocolBytes;
  }

  /** Requests are answered again, if they were not any more. */
  answerAgain(): void {
    this.#answersLeft = ANSWERS_MAX;
  }

  /** Takes bytes from the wire, cut anywhere. May overwrite `bytes`. */
  feed(bytes: Uint8Array): void {
    if (this.#isClean(bytes)) {
      if (bytes.length === 0) return;
      this.#afterCr = bytes[bytes.length - 1] === CR;
      this.#sink.data(bytes);
      return;
    }
    const kept = this.#sift(bytes);
    if (kept > 0) this.#sink.data(bytes.subarray(0, kept));
  }

  /** Console bytes for the wire: the same array where nothing needs escaping. Cut anywhere. */
  encode(bytes: Uint8Array): Uint8Array {
    const crNul = this.#crNul && !this.isOn('us', TELNET_BINARY);
    let extra = 0;
    for (const byte of bytes) if (byte === IAC || (byte === CR && crNul)) extra++;
    if (extra === 0) return bytes;
    const wire = Buffer.allocUnsafe(bytes.length + extra);
    let end = 0;
    for (const byte of bytes) {
      wire[end++] = byte;
      if (byte === IAC) wire[end++] = IAC;
      else if (byte === CR && crNul) wire[end++] = NUL;
    }
    return wire;
  }

  /** Nothing in there but data: no command, and no NUL that a CR could swallow. */
  #isClean(bytes: Uint8Array): boolean {
    if (this.#state !== 'data') return false;
    const nulMatters = this.#dropsNul();
    if (bytes.length > SHORT_BYTES_MAX) {
      return !bytes.includes(IAC) && !(nulMatters && bytes.includes(NUL));
    }
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === IAC || (byte === NUL && nulMatters)) return false;
    }
    return true;
  }

  #dropsNul(): boolean {
    return this.#crNul && !this.isOn('him', TELNET_BINARY);
  }

  /** Moves the data bytes to the front of `bytes`, acts on the rest; returns how many are data. */
  #sift(bytes: Uint8Array): number {
    let kept = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (this.#state !== 'data') {
        if (this.#protocolByte(byte)) bytes[kept++] = byte;
      } else if (byte === IAC) {
        this.#state = 'iac';
      } else if (byte === NUL && this.#afterCr && this.#dropsNul()) {
        this.#afterCr = false;
      } else {
        this.#afterCr = byte === CR;
        bytes[kept++] = byte;
      }
    }
    return kept;
  }

  /** One byte inside a command. True: it is data after all (the second IAC of a pair). */
  #protocolByte(byte: number): boolean {
    this.#protocolBytes++;
    switch (this.#state) {
      case 'option':
        this.#state = 'data';
        this.#negotiate(this.#command, byte);
        return false;
      case 'sub':
        if (byte === IAC) this.#state = 'sub-iac';
        else this.#payloadByte(byte);
        return false;
      case 'sub-iac':
        return this.#subIac(byte);
      default:
        return this.#afterIac(byte);
    }
  }

  #afterIac(byte: number): boolean {
    this.#state = 'data';
    if (byte === IAC) {
      this.#afterCr = false;
      return true;
    }
    if (byte >= WILL) {
      this.#command = byte;
      this.#state = 'option';
    } else if (byte === SB) {
      this.#payload = [];
      this.#state = 'sub';
    }
    return false; // NOP, GA, AYT and whatever else: nothing that a client has to do.
  }

  #subIac(byte: number): boolean {
    if (byte === IAC) {
      this.#state = 'sub';
      this.#payloadByte(IAC);
      return false;
    }
    const payload = this.#payload;
    this.#payload = null;
    if (byte !== SE) return this.#afterIac(byte); // malformed: given up, read as a command
    this.#state = 'data';
    const option = payload?.shift();
    if (payload !== null && option !== undefined) {
      this.#sink.subnegotiation(option, Uint8Array.from(payload));
    }
    return false;
  }

  #payloadByte(byte: number): void {
    if (this.#payload !== null && this.#payload.length < SUBNEGOTIATION_BYTES_MAX) {
      this.#payload.push(byte);
      return;
    }
    this.#payload = null;
    this.#state = 'data';
  }

  #negotiate(command: number, option: number): void {
    const side: Side = command === WILL || command === WONT ? 'him' : 'us';
    const wanted = command === WILL || command === DO;
    if (side === 'him' && option === TELNET_TIMING_MARK && this.#marksOpen > 0) {
      this.#marksOpen--;
      this.#sink.timingMarkAnswered();
      return;
    }
    const state = this.#get(side, option);
    // In a loop nothing is taken that would have to be answered.
    if (this.#answersLeft === 0 && state !== WANT_YES) return;
    if (wanted) this.#granted(side, option, state);
    else this.#refused(side, option, state);
  }

  #granted(side: Side, option: number, state: OptionState): void {
    if (state === YES) return;
    if (state === NO) {
      const accepted = ACCEPTED[side].includes(option);
      if (side === 'us') this.#answer(accepted ? WILL : WONT, option);
      else this.#answer(accepted ? DO : DONT, option);
      if (!accepted) return;
    }
    this.#set(side, option, YES);
    this.#sink.optionChanged(side, option, true);
  }

  #refused(side: Side, option: number, state: OptionState): void {
    if (state === NO) return;
    this.#set(side, option, NO);
    if (state === YES) this.#answer(side === 'us' ? WONT : DONT, option);
    this.#sink.optionChanged(side, option, false);
  }

  #answer(command: number, option: number): void {
    this.#answersLeft--;
    this.#sendCommand(command, option);
    if (this.#answersLeft === 0) this.#sink.optionLoop();
  }

  #sendCommand(command: number, option: number): void {
    this.#sink.send(Buffer.of(IAC, command, option));
  }

  #get(side: Side, option: number): OptionState {
    const slot = ACCEPTED[side].indexOf(option);
    if (slot < 0) return NO;
    const bits = (this.#options[side] >> (2 * slot)) & 3;
    return bits === YES ? YES : bits === WANT_YES ? WANT_YES : NO;
  }

  #set(side: Side, option: number, state: OptionState): void {
    const slot = ACCEPTED[side].indexOf(option);
    if (slot < 0) return;
    const others = this.#options[side] & ~(3 << (2 * slot));
    this.#options[side] = others | (state << (2 * slot));
  }
}

/** IAC SB option payload IAC SE, with every 255 in the payload doubled. */
export function encodeSubnegotiation(option: number, payload: readonly number[]): Uint8Array {
  const doubled = payload.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]));
  return Buffer.from([IAC, SB, option, ...doubled, IAC, SE]);
}
