/**
 * A console behind a terminal server that speaks telnet, with RFC 2217 where the server has it.
 * Made by `createTransport`. telnet-client connects; from the same tick on its socket is ours, since
 * everything else in it would type into the console. Must never leave a BREAK switched on.
 */
import type { Socket } from 'node:net';
import { Telnet } from 'telnet-client';
import type { Clock } from '../clock/clock.ts';
import { BusyNotice } from './busy-notice.ts';
import { connectError } from './connect-error.ts';
import { ModemWatch } from './modem-watch.ts';
import { ProtocolGuard } from './protocol-guard.ts';
import { type Answer, reachHost } from './reach.ts';
import {
  ASK_FOR_LINE_STATE,
  ASK_FOR_MODEM_STATE,
  BREAK_OFF,
  BREAK_ON,
  parseLineState,
  parseModemState,
} from './rfc2217.ts';
import { abandon, READ_BUFFER, readBytes, SocketWire, stripListeners } from './socket-wire.ts';
import {
  BRK,
  IAC,
  type Side,
  TELNET_BINARY,
  TELNET_COM_PORT,
  TELNET_SGA,
  TelnetCodec,
  type TelnetSink,
} from './telnet-codec.ts';
import { TimingMarks } from './timing-marks.ts';
import { type Transport, TransportError, type TransportHandlers } from './transport.ts';

export interface TelnetOptions {
  readonly host: string;
  readonly port: number;
  /** Which BREAK is sent; null: RFC 2217 where the server agreed to it, IAC BRK otherwise. */
  readonly forceBreak: 'rfc2217' | 'iac-brk' | null;
  /** How long a BREAK lasts (RFC 2217), or how long nothing is typed after one (IAC BRK). */
  readonly breakMs: number;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** See `TelnetCodec`. Default true. */
  readonly crNul?: boolean;
}

/**
 * Options are offered after the server's first bytes, or after this time without any: one that says
 * that the port is in use and hangs up would reset a connection on which more comes in, and its
 * words would be lost with it.
 */
const SERVER_FIRST_MS = 200;
/** Typing waits so long for the server's decisions on options, then goes without. */
const NEGOTIATION_MS_MAX = 1000;
const IAC_BRK = Buffer.of(IAC, BRK);

export class TelnetTransport implements Transport, TelnetSink {
  readonly #options: TelnetOptions;
  readonly #clock: Clock;
  readonly #codec: TelnetCodec;
  readonly #marks: TimingMarks;
  readonly #guard: ProtocolGuard;
  #socket: Socket | null = null;
  #wire: SocketWire | null = null;
  #handlers: TransportHandlers | null = null;
  #busy: BusyNotice | null = null;
  #modem: ModemWatch | null = null;
  #closed = false;
  /** What waits for the server's decisions; null once they are made. */
  #negotiation: Negotiation | null = null;
  /** Ends the wait of the BREAK that is under way. */
  #endBreak: (() => void) | null = null;
  #breakIsOn = false;
  #breakUnderWay = false;

  constructor(options: TelnetOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#codec = new TelnetCodec(this, options.crNul ?? true);
    this.#marks = new TimingMarks(clock, () => this.#codec.sendTimingMark());
    this.#guard = new ProtocolGuard(this.#codec, clock);
  }

  /** The server has shown on this connection that it answers timing marks. */
  get answersInBand(): boolean {
    return this.#marks.trusted;
  }

  async open(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    const socket = await this.#connect();
    this.#busy = new BusyNotice(this.#clock.now().at);
    this.#wire = new SocketWire(socket, this.#clock, (detail) => this.#ended(detail));
    this.#negotiation = new Negotiation();
    this.#negotiation.wait(this.#clock, SERVER_FIRST_MS, () => this.#offerOptions());
  }

  write(bytes: Uint8Array): boolean {
    if (this.#negotiation !== null) {
      this.#negotiation.held.push(Uint8Array.from(bytes));
      return false;
    }
    return this.#wire?.write(this.#codec.encode(bytes)) ?? false;
  }

  async drained(): Promise<void> {
    if (this.#negotiation !== null) await this.#negotiation.over;
    await this.#wire?.drained();
  }

  async sendBreak(): Promise<void> {
    if (this.#negotiation !== null) await this.#negotiation.over;
    const wire = this.#wire;
    if (wire === null || !wire.isOpen) throw notConnected();
    if (this.#breakUnderWay) throw breakUnderWay();
    this.#breakUnderWay = true;
    try {
      await this.#breakOn(wire);
    } finally {
      this.#breakUnderWay = false;
    }
  }

  answers(withinMs: number): Promise<Answer> {
    if (!this.#wire?.isOpen) {
      return Promise.resolve({ answers: false, detail: 'not connected' });
    }
    if (this.#marks.trusted) return this.#marks.ask(withinMs);
    return reachHost(this.#options.host, this.#options.port, withinMs, this.#clock);
  }

  pause(isPaused: boolean): void {
    this.#wire?.pause(isPaused);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers = null;
    if (this.#wire !== null) this.#wire.close(this.#breakIsOn ? BREAK_OFF : undefined);
    else if (this.#socket !== null) abandon(this.#socket);
    this.#release();
  }

  /** For the codec. */
  data(bytes: Uint8Array): void {
    if (this.#busy?.listens) this.#busy.see(bytes, this.#clock.now().at);
    this.#handlers?.data(bytes);
  }

  /** For the codec. */
  send(bytes: Uint8Array): void {
    this.#wire?.write(bytes);
  }

  /** For the codec. */
  optionChanged(side: Side, option: number, on: boolean): void {
    if (side === 'us' && option === TELNET_COM_PORT && on) {
      // A BREAK that an earlier connection could not end is still on.
      this.send(BREAK_OFF);
      this.send(ASK_FOR_MODEM_STATE);
      this.send(ASK_FOR_LINE_STATE);
    }
    this.#endNegotiationIfDecided();
  }

  /** For the codec. */
  subnegotiation(option: number, payload: Uint8Array): void {
    if (option !== TELNET_COM_PORT || this.#handlers === null) return;
    for (const fault of parseLineState(payload)) this.#handlers.noticed?.(fault, 1);
    const state = parseModemState(payload);
    if (state === null) return;
    this.#modem ??= new ModemWatch();
    this.#modem.see(state, this.#handlers);
  }

  /** For the codec. */
  timingMarkAnswered(): void {
    this.#marks.answered();
  }

  /** For the codec. */
  optionLoop(): void {
    this.#guard.loopBegan();
  }

  async #connect(): Promise<Socket> {
    const { host, port } = this.#options;
    const telnet = new Telnet();
    const connected = telnet.connect(this.#connectOptions());
    this.#socket = telnet.getSocket();
    try {
      await connected;
    } catch (cause) {
      throw connectError(host, port, cause);
    }
    const socket = this.#socket;
    if (socket === null || this.#closed) throw notConnected();
    stripListeners(socket);
    return socket;
  }

  /** Set so that telnet-client neither types, nor parses, nor sees the bytes: `onread` takes them. */
  #connectOptions(): object {
    return {
      host: this.#options.host,
      port: this.#options.port,
      timeout: this.#options.connectTimeoutMs ?? 10_000,
      negotiationMandatory: false,
      shellPrompt: null,
      loginPrompt: null,
      passwordPrompt: null,
      disableLogon: true,
      socketConnectOptions: {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        onread: {
          buffer: READ_BUFFER,
          callback: (count: number): boolean => this.#received(count),
        },
      },
    };
  }

  /** Runs for every chunk of every console: nothing here may cost. */
  #received(count: number): boolean {
    if (this.#closed) return true;
    this.#codec.feed(readBytes(count));
    const verdict = this.#guard.verdict;
    if (verdict !== null) return this.#giveUp(verdict);
    if (this.#negotiation !== null) this.#offerOptions();
    return true;
  }

  #giveUp(verdict: string): false {
    this.#wire?.close(this.#breakIsOn ? BREAK_OFF : undefined);
    this.#ended(verdict);
    return false;
  }

  #offerOptions(): void {
    const negotiation = this.#negotiation;
    if (negotiation === null || negotiation.isBegun) return;
    negotiation.isBegun = true;
    negotiation.wait(this.#clock, NEGOTIATION_MS_MAX, () => this.#endNegotiation());
    this.#wire?.together(() => {
      this.#codec.request('us', TELNET_BINARY);
      this.#codec.request('him', TELNET_BINARY);
      this.#codec.request('him', TELNET_SGA);
      this.#codec.request('us', TELNET_SGA);
      this.#codec.request('us', TELNET_COM_PORT);
      this.#marks.begin();
    });
    this.#endNegotiationIfDecided();
  }

  #endNegotiationIfDecided(): void {
    const undecided =
      this.#codec.isPending('us', TELNET_BINARY) || this.#codec.isPending('us', TELNET_COM_PORT);
    if (this.#negotiation?.isBegun && !undecided) this.#endNegotiation();
  }

  #endNegotiation(): void {
    const negotiation = this.#negotiation;
    if (negotiation === null) return;
    this.#negotiation = null;
    for (const bytes of negotiation.held) this.#wire?.write(this.#codec.encode(bytes));
    negotiation.end();
  }

  async #breakOn(wire: SocketWire): Promise<void> {
    const { forceBreak } = this.#options;
    const agreed = this.#codec.isOn('us', TELNET_COM_PORT);
    if (forceBreak === 'rfc2217' && !agreed) throw notAgreed();
    this.#breakIsOn = agreed && forceBreak !== 'iac-brk';
    if (!wire.write(this.#breakIsOn ? BREAK_ON : IAC_BRK)) await wire.drained();
    if (!wire.isOpen || !(await this.#breakTime())) throw notConnected();
    if (!this.#breakIsOn) return;
    this.#breakIsOn = false;
    wire.write(BREAK_OFF);
  }

  /** Waits as long as a BREAK lasts. False: the connection ended meanwhile. */
  #breakTime(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#options.breakMs, () => {
        this.#endBreak = null;
        resolve(true);
      });
      this.#endBreak = () => {
        cancel();
        resolve(false);
      };
    });
  }

  #ended(detail: string): void {
    const refusal = this.#busy?.refusal(this.#clock.now().at) ?? null;
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#release();
    handlers?.closed(
      refusal === null ? { kind: 'lost', detail } : { kind: 'busy', detail: `it said: ${refusal}` },
    );
  }

  /** Ends everything that waits. */
  #release(): void {
    this.#endNegotiation();
    this.#marks.stop();
    this.#guard.stop();
    this.#breakIsOn = false;
    this.#endBreak?.();
    this.#endBreak = null;
  }
}

/** The first moments of a connection, in which it is not known yet how to encode what is typed. */
class Negotiation {
  readonly held: Uint8Array[] = [];
  readonly over: Promise<void>;
  isBegun = false;
  #cancel: () => void = () => {};
  #resolve: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** One wait at a time: the next one replaces it. */
  wait(clock: Clock, ms: number, run: () => void): void {
    this.#cancel();
    this.#cancel = clock.after(ms, run);
  }

  end(): void {
    this.#cancel();
    this.#resolve();
  }
}

function notConnected(): TransportError {
  return new TransportError('other', 'not connected', 'nothing to do: the line reconnects');
}

function breakUnderWay(): TransportError {
  return new TransportError('other', 'a BREAK is under way', 'wait until it is over');
}

function notAgreed(): TransportError {
  return new TransportError(
    'other',
    'the terminal server did not agree to RFC 2217, and the cluster list forces it',
    'switch RFC 2217 on at the terminal server, or do not force it',
  );
}
