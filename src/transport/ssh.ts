/**
 * A console behind an ssh server: a terminal server, a service processor, a console server. Made by
 * `createTransport`; connections are shared through the pool. Must never type on another session than
 * its own, and never show a word of the server as it came.
 */
import type { SshConsole } from '../clist/cluster.ts';
import { formatLogin } from '../clist/ssh-keys.ts';
import type { Clock } from '../clock/clock.ts';
import { BusyNotice } from './busy-notice.ts';
import type { Answer } from './reach.ts';
import { requestBreak } from './ssh-internals.ts';
import type { PooledChannel, SshPool } from './ssh-pool.ts';
import {
  type CloseReason,
  type Transport,
  TransportError,
  type TransportHandlers,
} from './transport.ts';

const EMPTY = Buffer.alloc(0);
/** Unsent bytes after which the other end is given up. Typing stops long before, at the first one. */
const PENDING_BYTES_MAX = 256 * 1024;
/** The server's answer to a BREAK, beyond its length; and to a sign of life before it. */
const ANSWER_MS = 5000;
/** So long the exit status may come after the last byte. */
const EXIT_MS = 1000;

export class SshTransport implements Transport {
  readonly answersInBand = true;
  readonly #console: SshConsole;
  readonly #breakMs: number;
  readonly #pool: SshPool;
  readonly #clock: Clock;
  #channel: PooledChannel | null = null;
  #handlers: TransportHandlers | null = null;
  #busy: BusyNotice | null = null;
  #exit = '';
  #isClosed = false;
  #rejectOpen: ((error: TransportError) => void) | null = null;
  /** Called when the session is over, however it ends. */
  readonly #atEnd = new Set<() => void>();

  constructor(console: SshConsole, breakMs: number, pool: SshPool, clock: Clock) {
    this.#console = console;
    this.#breakMs = breakMs;
    this.#pool = pool;
    this.#clock = clock;
  }

  open(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    return new Promise((resolve, reject) => {
      this.#rejectOpen = reject;
      this.#pool.open(this.#console, this.#console.command).then((channel) => {
        this.#rejectOpen = null;
        if (this.#isClosed) channel.release();
        else {
          this.#listen(channel);
          resolve();
        }
      }, reject);
    });
  }

  write(bytes: Uint8Array): boolean {
    const channel = this.#channel;
    if (channel === null) return false;
    channel.stream.write(bytes);
    if (channel.stream.writableLength > PENDING_BYTES_MAX) {
      this.#ended('lost', 'the other end sends but does not read');
      return false;
    }
    return channel.stream.writableLength === 0 && channel.connection.unsentBytes === 0;
  }

  drained(): Promise<void> {
    const channel = this.#channel;
    if (channel === null) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        this.#atEnd.delete(over);
        resolve();
      };
      this.#atEnd.add(over);
      const flush = (): void => void channel.connection.flushed().then(over);
      if (channel.stream.writableLength === 0) flush();
      else channel.stream.write(EMPTY, flush);
    });
  }

  async sendBreak(): Promise<void> {
    const channel = this.#open();
    await this.drained();
    // When the server has answered this, it has also passed on what was typed before.
    if (!(await channel.connection.ping(ANSWER_MS))) throw noAnswer();
    const { at } = this.#clock.now();
    await this.#requestBreak(this.#open());
    await this.#pause(at + this.#breakMs - this.#clock.now().at);
    this.#open();
  }

  async answers(withinMs: number): Promise<Answer> {
    const where = formatLogin(this.#console);
    const answers = (await this.#channel?.connection.ping(withinMs)) ?? false;
    const detail = answers ? `${where} answers` : `${where} did not answer within ${withinMs} ms`;
    return { answers, detail };
  }

  pause(isPaused: boolean): void {
    const stream = this.#channel?.stream;
    for (const one of stream === undefined ? [] : [stream, stream.stderr]) {
      if (isPaused) one.pause();
      else one.resume();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#handlers = null;
    this.#rejectOpen?.(endedMeanwhile());
    this.#rejectOpen = null;
    this.#release();
  }

  #listen(channel: PooledChannel): void {
    this.#channel = channel;
    this.#busy = new BusyNotice(this.#clock.now().at);
    channel.onLost = (detail) => this.#ended('lost', detail);
    const { stream } = channel;
    stream.on('exit', (code: number | null, signal?: string) => {
      this.#exit = code === null ? `signal ${signalName(signal)}` : `exit status ${code}`;
    });
    const ended = (): void => {
      this.#ended('lost', `closed by the other end${this.#exit === '' ? '' : ` (${this.#exit})`}`);
    };
    stream.on('close', ended);
    // Nothing comes any more; why is said right after it, if at all.
    stream.on('end', () => {
      this.#atEnd.add(this.#clock.after(EXIT_MS, ended));
    });
    for (const one of [stream, stream.stderr]) {
      one.on('data', (bytes: Buffer) => this.#received(bytes));
    }
  }

  #received(bytes: Buffer): void {
    if (this.#busy?.listens) this.#busy.see(bytes, this.#clock.now().at);
    this.#handlers?.data(bytes);
  }

  #ended(kind: CloseReason['kind'], detail: string): void {
    if (this.#channel === null) return;
    const refusal = this.#busy?.refusal(this.#clock.now().at) ?? null;
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#release();
    handlers?.closed(
      refusal === null ? { kind, detail } : { kind: 'busy', detail: `it said: ${refusal}` },
    );
  }

  #release(): void {
    const channel = this.#channel;
    this.#channel = null;
    channel?.release();
    for (const over of [...this.#atEnd]) over();
    this.#atEnd.clear();
  }

  /** The channel as long as there is one. */
  #open(): PooledChannel {
    if (this.#channel === null) throw endedMeanwhile();
    return this.#channel;
  }

  #requestBreak(channel: PooledChannel): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: TransportError | null): void => {
        cancel();
        this.#atEnd.delete(over);
        if (error === null) resolve();
        else reject(error);
      };
      const over = (): void => settle(endedMeanwhile());
      const cancel = this.#clock.after(this.#breakMs + ANSWER_MS, () => settle(noAnswer()));
      this.#atEnd.add(over);
      const { client } = channel.connection;
      const isAsked = requestBreak(client, channel.stream, this.#breakMs, (refused) => {
        settle(refused === undefined || refused === false ? null : refusedBreak());
      });
      if (!isAsked) settle(noWay());
    });
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        this.#atEnd.delete(over);
        resolve();
      };
      const cancel = this.#clock.after(ms, over);
      this.#atEnd.add(over);
    });
  }
}

/** The name of a signal comes from the server. */
function signalName(signal: string | undefined): string {
  return /^SIG[A-Z0-9]{1,10}$/.exec(signal ?? '')?.[0] ?? 'unknown';
}

function endedMeanwhile(): TransportError {
  return new TransportError('other', 'the session is over', 'nothing to do: the line reconnects');
}

function noAnswer(): TransportError {
  const hint = 'was it sent? look at the console';
  return new TransportError('timeout', 'the ssh server did not answer in time', hint);
}

function refusedBreak(): TransportError {
  return new TransportError(
    'other',
    'the ssh server refused the BREAK',
    'give the bytes that it takes for one: break bytes "..."',
  );
}

function noWay(): TransportError {
  return new TransportError(
    'other',
    'this ssh2 cannot send a BREAK',
    'install clusterd with its own ssh2 (npm ci), or use break bytes "..."',
  );
}
