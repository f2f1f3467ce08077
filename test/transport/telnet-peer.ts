/**
 * A terminal server for tests: telnet with the options that a test wants, and RFC 2217. Written from
 * the RFCs on its own, one byte at a time, so that it does not share a mistake with the codec.
 */
import type { Socket } from 'node:net';
import { TcpPeer } from './tcp-peer.ts';

export interface TelnetPeerOptions {
  /** Agrees to BINARY both ways. */
  readonly binary: boolean;
  /** Agrees to COM-PORT-OPTION. */
  readonly rfc2217: boolean;
  /** Says nothing to any option: a raw port. */
  readonly silent: boolean;
  /** Answers timing marks: each, only the first, or none. */
  readonly marks: 'all' | 'first' | 'none';
}

export const TELNET_PEER: TelnetPeerOptions = {
  binary: true,
  rfc2217: true,
  silent: false,
  marks: 'all',
};

const ON = 'on';

export class TelnetPeer {
  readonly tcp: TcpPeer;
  readonly #options: TelnetPeerOptions;
  /** `brk`, `on`, `off`, each with the number of console bytes received before it. */
  readonly breaks: { what: string; after: number; at: number }[] = [];
  readonly requests: string[] = [];
  readonly subnegotiations: number[][] = [];
  console: number[] = [];
  #marks = 0;
  #state: 'data' | 'iac' | 'option' | 'sub' | 'sub-iac' = 'data';
  #verb = 0;
  #sub: number[] = [];
  #cr = false;
  #binaryIn = false;
  #binaryOut = false;

  constructor(tcp: TcpPeer, options: Partial<TelnetPeerOptions>) {
    this.tcp = tcp;
    this.#options = { ...TELNET_PEER, ...options };
    tcp.take = (bytes, socket) => {
      for (const byte of bytes) this.#byte(byte, socket);
    };
    tcp.greet = () => {
      this.#binaryIn = this.#binaryOut = false;
    };
  }

  static async listen(options: Partial<TelnetPeerOptions> = {}): Promise<TelnetPeer> {
    return new TelnetPeer(await TcpPeer.listen(), options);
  }

  /** Console bytes as they go over the wire. */
  encode(bytes: Uint8Array): Buffer {
    const wire: number[] = [];
    for (const byte of bytes) {
      wire.push(byte);
      if (byte === 255) wire.push(255);
      if (byte === 13 && !this.#binaryOut) wire.push(0);
    }
    return Buffer.from(wire);
  }

  say(bytes: Uint8Array): void {
    this.tcp.socket.write(this.encode(bytes));
  }

  #byte(byte: number, socket: Socket): void {
    const before = this.#state;
    this.#state = 'data';
    if (before === 'data') this.#dataByte(byte);
    else if (before === 'iac') this.#iacByte(byte);
    else if (before === 'option') this.#option(this.#verb, byte, socket);
    else if (before === 'sub') {
      if (byte !== 255) this.#sub.push(byte);
      this.#state = byte === 255 ? 'sub-iac' : 'sub';
    } else if (byte === 255) {
      this.#sub.push(255);
      this.#state = 'sub';
    } else if (byte === 240) this.#subnegotiation();
    else throw new Error(`IAC ${byte} in a subnegotiation`);
  }

  #dataByte(byte: number): void {
    if (byte === 255) this.#state = 'iac';
    else if (byte === 0 && this.#cr && !this.#binaryIn) this.#cr = false;
    else this.#keep(byte);
  }

  #keep(byte: number): void {
    this.#cr = byte === 13;
    this.console.push(byte);
  }

  #iacByte(byte: number): void {
    if (byte === 255) this.#keep(255);
    else if (byte === 243) this.#break('brk');
    else if (byte === 250) {
      this.#sub = [];
      this.#state = 'sub';
    } else if (byte >= 251) {
      this.#verb = byte;
      this.#state = 'option';
    } else throw new Error(`unexpected IAC ${byte}`);
  }

  #break(what: string): void {
    this.breaks.push({ what, after: this.console.length, at: performance.now() });
  }

  #subnegotiation(): void {
    this.subnegotiations.push(this.#sub);
    const [option, command, value] = this.#sub;
    if (option !== 44 || command !== 5) return;
    if (value === 5) this.#break(ON);
    if (value === 6) this.#break('off');
  }

  #option(verb: number, option: number, socket: Socket): void {
    this.requests.push(`${verb} ${option}`);
    if (this.#options.silent) return;
    if (option === 6 && verb === 253) {
      this.#marks++;
      const { marks } = this.#options;
      if (marks === 'all' || (marks === 'first' && this.#marks === 1)) {
        socket.write(Buffer.of(255, 251, 6));
      }
      return;
    }
    const agrees =
      (option === 0 && this.#options.binary) ||
      option === 3 ||
      (option === 44 && verb === 251 && this.#options.rfc2217);
    if (option === 0 && agrees && verb === 251) this.#binaryIn = true;
    if (option === 0 && agrees && verb === 253) this.#binaryOut = true;
    if (verb === 251) socket.write(Buffer.of(255, agrees ? 253 : 254, option));
    if (verb === 253) socket.write(Buffer.of(255, agrees ? 251 : 252, option));
  }
}
