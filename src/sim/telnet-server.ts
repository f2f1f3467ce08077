/**
 * The server side of telnet, as a terminal server speaks it: RFC 854, 855, 856 (binary), 857
 * (echo), 858 (SGA), 860 (timing mark), 2217 (COM port). Bytes in, bytes out, no sockets. Written
 * apart from the client side in the daemon, so that the two cannot share a misreading.
 */

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const AYT = 246;
const BRK = 243;
const SE = 240;

const BINARY = 0;
const ECHO = 1;
const SGA = 3;
const TIMING_MARK = 6;
const COM_PORT = 44;

const CR = 13;
const LF = 10;
const NUL = 0;

const SIGNATURE = 0;
const SET_CONTROL = 5;
const SET_LINESTATE_MASK = 10;
const SET_MODEMSTATE_MASK = 11;
const NOTIFY_MODEMSTATE = 107;
const SERVER_OFFSET = 100;
const BREAK_ON = 5;
const BREAK_OFF = 6;
const BREAK_QUESTION = 4;
const SUBNEGOTIATION_MAX = 1024;

const DCD_DSR_CTS = 0x80 | 0x20 | 0x10;
const DELTAS = 0x08 | 0x02 | 0x01;

export interface TelnetHost {
  /** Bytes for the client. */
  send(bytes: Uint8Array): void;
  /** Characters for the machine. */
  typed(text: string): void;
  breakSignal(): void;
}

export interface TelnetOptions {
  /** Agree to RFC 2217. */
  readonly comPort: boolean;
  /** Answer DO TIMING-MARK; false: refuse it (an answer as well). */
  readonly timingMark: boolean;
  /** IAC BRK does something. */
  readonly iacBreak: boolean;
}

export const TELNET_DEFAULTS: TelnetOptions = { comPort: true, timingMark: true, iacBreak: true };

type State = 'data' | 'after-cr' | 'command' | 'option' | 'sub' | 'sub-command';

export class TelnetServer {
  readonly #host: TelnetHost;
  readonly #options: TelnetOptions;
  /** Options in force: ours, and those of the client. */
  readonly #ours = new Set<number>();
  readonly #theirs = new Set<number>();
  /** Offers of ours that were not answered yet. */
  readonly #offered = new Set<number>();
  readonly #asked = new Set<number>();
  #state: State = 'data';
  #verb = 0;
  #sub: number[] = [];
  #typed = '';
  #breakOn = false;
  #modemOn = false;

  constructor(host: TelnetHost, options: Partial<TelnetOptions>) {
    this.#host = host;
    this.#options = { ...TELNET_DEFAULTS, ...options };
  }

  /** What a terminal server says first. */
  start(): void {
    for (const option of [ECHO, SGA]) {
      this.#offered.add(option);
      this.#say(WILL, option);
    }
    this.#asked.add(SGA);
    this.#say(DO, SGA);
  }

  /** Bytes from the client. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte);
    this.#flush();
  }

  /** Output of the machine. A CR that no LF follows is CR NUL, unless binary was agreed. */
  print(text: string): void {
    const bytes: number[] = [];
    for (let index = 0; index < text.length; index++) {
      const byte = text.charCodeAt(index) & 0xff;
      bytes.push(byte);
      if (byte === IAC) bytes.push(IAC);
      const bareCr = byte === CR && text.charCodeAt(index + 1) !== LF;
      if (bareCr && !this.#ours.has(BINARY)) bytes.push(NUL);
    }
    this.#host.send(Uint8Array.from(bytes));
  }

  /** Modem lines for a client that agreed to RFC 2217. */
  modem(on: boolean): void {
    const changed = this.#modemOn !== on;
    this.#modemOn = on;
    if (changed) this.#notifyModem(DELTAS);
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case 'data':
      case 'after-cr':
        return this.#data(byte);
      case 'command':
        return this.#command(byte);
      case 'option':
        this.#state = 'data';
        return this.#negotiate(this.#verb, byte);
      case 'sub':
        if (byte === IAC) this.#state = 'sub-command';
        else this.#subByte(byte);
        return;
      case 'sub-command':
        return this.#subCommand(byte);
    }
  }

  /** Without binary, CR NUL and CR LF are both one RETURN. */
  #data(byte: number): void {
    const afterCr = this.#state === 'after-cr';
    this.#state = 'data';
    if (byte === IAC) {
      this.#state = 'command';
      return;
    }
    if (afterCr && (byte === NUL || byte === LF)) return;
    this.#typed += String.fromCharCode(byte);
    if (byte === CR && !this.#theirs.has(BINARY)) this.#state = 'after-cr';
  }

  #command(byte: number): void {
    this.#state = 'data';
    if (byte === IAC) this.#typed += '\xff';
    else if (byte >= WILL && byte <= DONT) {
      this.#verb = byte;
      this.#state = 'option';
    } else if (byte === SB) {
      this.#sub = [];
      this.#state = 'sub';
    } else if (byte === BRK && this.#options.iacBreak) {
      this.#flush();
      this.#host.breakSignal();
    } else if (byte === AYT) this.print('\r\n[yes]\r\n');
  }

  #subByte(byte: number): void {
    if (this.#sub.length < SUBNEGOTIATION_MAX) this.#sub.push(byte);
  }

  #subCommand(byte: number): void {
    if (byte === IAC) {
      this.#subByte(IAC);
      this.#state = 'sub';
      return;
    }
    this.#state = 'data';
    const [option, command, ...value] = this.#sub;
    if (byte !== SE || option !== COM_PORT || command === undefined) return;
    if (this.#theirs.has(COM_PORT)) this.#comPort(command, value);
  }

  #negotiate(verb: number, option: number): void {
    this.#flush();
    if (verb === DO && option === TIMING_MARK) {
      return this.#say(this.#options.timingMark ? WILL : WONT, TIMING_MARK);
    }
    const oursConcerned = verb === DO || verb === DONT;
    const inForce = oursConcerned ? this.#ours : this.#theirs;
    const open = oursConcerned ? this.#offered : this.#asked;
    const [yes, no] = oursConcerned ? ([WILL, WONT] as const) : ([DO, DONT] as const);
    const wanted = verb === DO || verb === WILL;
    const answersUs = open.delete(option);
    // A request for the state already in force is never answered: that way lie option loops.
    if (wanted === inForce.has(option) && !answersUs) return;
    const agree = wanted && this.#agrees(oursConcerned, option);
    if (agree) inForce.add(option);
    else inForce.delete(option);
    if (!answersUs) this.#say(agree ? yes : no, option);
    if (agree && option === COM_PORT) this.#notifyModem(0);
  }

  #agrees(ours: boolean, option: number): boolean {
    if (option === COM_PORT) return !ours && this.#options.comPort;
    return ours ? [BINARY, ECHO, SGA].includes(option) : [BINARY, SGA].includes(option);
  }

  #comPort(command: number, value: readonly number[]): void {
    this.#flush();
    if (command === SIGNATURE && value.length === 0) {
      return this.#reply(SIGNATURE, [...Buffer.from('clusterd-sim', 'latin1')]);
    }
    if (command === SET_CONTROL) return this.#control(value[0] ?? 0);
    if (command === SET_MODEMSTATE_MASK || command === SET_LINESTATE_MASK || command <= 12) {
      this.#reply(command, value);
    }
  }

  /** A BREAK takes effect when it ends: one that is never switched off has none. */
  #control(value: number): void {
    if (value === BREAK_QUESTION) {
      return this.#reply(SET_CONTROL, [this.#breakOn ? BREAK_ON : BREAK_OFF]);
    }
    if (value === BREAK_OFF && this.#breakOn) this.#host.breakSignal();
    if (value === BREAK_ON || value === BREAK_OFF) this.#breakOn = value === BREAK_ON;
    this.#reply(SET_CONTROL, [value]);
  }

  #notifyModem(deltas: number): void {
    if (!this.#theirs.has(COM_PORT)) return;
    const lines = this.#modemOn ? DCD_DSR_CTS : 0;
    this.#subnegotiate([NOTIFY_MODEMSTATE, lines | deltas]);
  }

  #reply(command: number, value: readonly number[]): void {
    this.#subnegotiate([command + SERVER_OFFSET, ...value]);
  }

  #subnegotiate(payload: readonly number[]): void {
    const escaped = payload.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]));
    this.#host.send(Uint8Array.from([IAC, SB, COM_PORT, ...escaped, IAC, SE]));
  }

  #say(verb: number, option: number): void {
    this.#host.send(Uint8Array.from([IAC, verb, option]));
  }

  #flush(): void {
    if (this.#typed === '') return;
    const typed = this.#typed;
    this.#typed = '';
    this.#host.typed(typed);
  }
}
