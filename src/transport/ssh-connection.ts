/**
 * One connection to an ssh server: TCP, the host's key, our login, keep-alive. Used by
 * transport/ssh-pool.ts and ssh-command.ts, which open channels on it. Must never let a server make
 * it keep more than it is asked to, and never let a word of the server out as it came.
 */
import { connect, type Socket } from 'node:net';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { SshTarget } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import { connectError } from './connect-error.ts';
import { HostKeyCheck } from './host-key.ts';
import { abandon } from './socket-wire.ts';
import { offeredAlgorithms } from './ssh-algorithms.ts';
import { requestSign } from './ssh-internals.ts';
import { formatMethods, loginMethods, type Reveal } from './ssh-login.ts';
import { TransportError } from './transport.ts';

export interface SshParts {
  readonly clock: Clock;
  /** The value of a secret, or the text of a key file; may throw. */
  readonly reveal: Reveal;
  /** Where keys are recorded that are believed at first use; null: none are. */
  readonly trustFile: string | null;
  /** Between two signs of life; the third that stays away ends the connection. Default 5 s. */
  readonly keepaliveMs?: number;
  /** For TCP, and again for key exchange and login. Default 10 s. */
  readonly withinMs?: number;
}

const KEEPALIVE_MS = 5000;
const KEEPALIVES_MAX = 3;
const WITHIN_MS = 10_000;
/** Nobody needs so much to say before a login. */
const BEFORE_LOGIN_BYTES_MAX = 1 << 20;
/** Unsent answers and typing of all channels together. */
const UNSENT_BYTES_MAX = 2 << 20;
/** A channel that nobody reads holds 2 MB by its window; more means that the server ignores it. */
const UNREAD_BYTES_MAX = 3 << 20;
/** So long a connection that we end stays for its last words. */
const LINGER_MS = 2000;

/** What a server says, safe to show. */
export function shownText(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 120);
}

export class SshConnection {
  /** Open channels; whoever opens one adds it and takes it out. */
  readonly channels = new Set<ClientChannel>();
  readonly client: Client = new ssh2.Client();
  readonly #target: SshTarget;
  readonly #parts: SshParts;
  readonly #onLost: (detail: string) => void;
  #socket: Socket | null = null;
  #stage: 'new' | 'key' | 'login' | 'open' | 'over' = 'new';
  #settle: ((error: TransportError | null) => void) | null = null;
  #cancelLimit: () => void = () => {};

  /** `onLost`: once, when an open connection ends for any reason but `end`. */
  constructor(target: SshTarget, parts: SshParts, onLost: (detail: string) => void) {
    this.#target = target;
    this.#parts = parts;
    this.#onLost = onLost;
  }

  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  get isOver(): boolean {
    return this.#stage === 'over';
  }

  /** Bytes that the operating system has not taken. */
  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Resolves when channels can be opened. Rejects with a TransportError. Once per object. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
      try {
        this.#begin();
      } catch (error) {
        this.#fail(asTransportError(error));
      }
    });
  }

  /** Resolves when all that was written is with the operating system, or the connection is over. */
  flushed(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.destroyed || socket.writableLength === 0)
      return Promise.resolve();
    return new Promise((resolve) => {
      socket.write('', () => resolve());
    });
  }

  /** Does the server answer on this very connection? */
  ping(withinMs: number): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (answers: boolean): void => {
        cancel();
        resolve(answers);
      };
      const cancel = this.#parts.clock.after(withinMs, () => settle(false));
      // ssh2 answers with an Error when the connection ends first, else with true or false.
      if (!requestSign(this.client, (error) => settle(!(error instanceof Error)))) settle(false);
    });
  }

  /** Ends it; `onLost` is not called any more. Safe at any time, any number of times. */
  end(): void {
    const wasOpen = this.isOpen;
    this.#over(new TransportError('other', 'closed while connecting', 'nothing to do'));
    const socket = this.#socket;
    if (socket === null) return;
    if (!wasOpen) {
      abandon(socket);
      return;
    }
    this.client.end();
    const cancel = this.#parts.clock.after(LINGER_MS, () => abandon(socket));
    socket.once('close', cancel);
  }

  // ---- how it opens ------------------------------------------------------------------------------

  #begin(): void {
    const { host, port } = this.#target;
    const { clock, withinMs = WITHIN_MS } = this.#parts;
    const check = new HostKeyCheck(this.#target, this.#parts.trustFile);
    const methods = loginMethods(this.#target, this.#parts.reveal);
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    this.#socket = socket;
    const failed = (cause: unknown): void => this.#fail(this.#unreachable(cause));
    this.#cancelLimit = clock.after(withinMs, () => {
      failed(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    });
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.removeListener('error', failed);
      this.#cancelLimit();
      if (this.isOver) return;
      this.#stage = 'key';
      this.#cancelLimit = clock.after(withinMs, () => this.#fail(this.#tooSlow()));
      this.#listen(check);
      this.client.connect(this.#config(socket, check, methods));
      this.#guard(socket);
    });
  }

  #config(
    socket: Socket,
    check: HostKeyCheck,
    methods: ReturnType<typeof loginMethods>,
  ): ConnectConfig {
    const { keepaliveMs = KEEPALIVE_MS } = this.#parts;
    return {
      sock: socket,
      username: this.#target.user,
      readyTimeout: 0, // the limit is ours
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: KEEPALIVES_MAX,
      hostVerifier: (key: Buffer) => check.accepts(key),
      algorithms: offeredAlgorithms(check.algorithms, this.#target.legacy),
      authHandler: [...methods],
    };
  }

  #listen(check: HostKeyCheck): void {
    const { client } = this;
    client.on('error', (error) => this.#failed(error, check));
    client.on('handshake', () => {
      if (this.#stage === 'key') this.#stage = 'login';
    });
    client.on('change password', () => this.#fail(this.#refused('it wants a new password')));
    client.on('ready', () => {
      if (this.#stage !== 'login') return;
      this.#stage = 'open';
      this.#cancelLimit();
      this.#settle?.(null);
      this.#settle = null;
    });
    client.on('close', () => this.#failed(new Error('closed by the other end'), check));
  }

  /** What a server can fill up: our answers that it does not read, and channels beyond their window. */
  #guard(socket: Socket): void {
    let before = 0;
    socket.on('data', (bytes: Buffer) => {
      if (this.#stage === 'key' || this.#stage === 'login') {
        before += bytes.length;
        if (before > BEFORE_LOGIN_BYTES_MAX) this.#fail(this.#nonsense('it sends without end'));
      }
      if (socket.writableLength > UNSENT_BYTES_MAX) this.#flooded('sends but does not read');
      for (const channel of this.channels) {
        const unread = channel.readableLength + channel.stderr.readableLength;
        if (unread > UNREAD_BYTES_MAX) this.#flooded('sends more than it was allowed to');
      }
    });
  }

  #flooded(what: string): void {
    this.#fail(this.#nonsense(`the other end ${what}`));
  }

  // ---- how it ends -------------------------------------------------------------------------------

  #failed(error: Error & { level?: string }, check: HostKeyCheck): void {
    if (this.isOver) return;
    // The agent itself failed: what is left is tried.
    if (error.level === 'agent') return;
    this.#fail(check.refusal ?? this.#describe(error));
  }

  #describe(error: Error & { level?: string }): TransportError {
    const text = shownText(error.message);
    if (error.level === 'client-timeout') {
      return new TransportError(
        'timeout',
        `no answer to ${KEEPALIVES_MAX} signs of life`,
        'is it up?',
      );
    }
    if (error.level === 'client-authentication') return this.#refused('');
    if (error.level === 'client-socket' && 'code' in error) {
      return new TransportError('other', `connection failed (${String(error.code)})`, 'is it up?');
    }
    if (this.#stage === 'login') return this.#refused(text);
    if (this.#stage === 'open') return new TransportError('other', text, 'the line reconnects');
    return /no matching/i.test(text) ? this.#noAlgorithm(text) : this.#nonsense(text);
  }

  /** Ends everything with this as the reason. */
  #fail(error: TransportError): void {
    if (this.isOver) return;
    const wasOpen = this.isOpen;
    this.#over(error);
    if (this.#socket !== null) abandon(this.#socket);
    if (wasOpen) this.#onLost(error.message);
  }

  #over(error: TransportError): void {
    this.#stage = 'over';
    this.#cancelLimit();
    this.#settle?.(error);
    this.#settle = null;
  }

  get #where(): string {
    return `${this.#target.host}:${this.#target.port}`;
  }

  #unreachable(cause: unknown): TransportError {
    const error = connectError(this.#target.host, this.#target.port, cause);
    const hint = error.code === 'refused' ? 'is an ssh server running on this port?' : error.hint;
    return new TransportError(error.code, error.message, hint, cause);
  }

  #tooSlow(): TransportError {
    const what = this.#stage === 'login' ? 'the login' : 'the exchange of keys';
    return new TransportError(
      'timeout',
      `${this.#where} accepted the connection and did not finish ${what}`,
      'is this an ssh server, and is it well?',
    );
  }

  #refused(said: string): TransportError {
    const { user } = this.#target;
    return new TransportError(
      'login-refused',
      `${this.#where} refused the login of ${user}${said === '' ? '' : `: ${said}`}`,
      `tried: ${formatMethods(this.#target)}; its own log tells why`,
    );
  }

  #nonsense(text: string): TransportError {
    return new TransportError(
      'other',
      `${this.#where} does not speak ssh as expected: ${text}`,
      'is this the port of an ssh server?',
    );
  }

  #noAlgorithm(text: string): TransportError {
    return new TransportError(
      'other',
      `${this.#where} and we have no way in common: ${text}`,
      'for an old machine add legacy=yes; its host key may be of another type than the recorded one',
    );
  }
}

function asTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const text = error instanceof Error ? shownText(error.message) : 'unknown';
  return new TransportError('other', `no connection: ${text}`, 'look at the line in CList', error);
}
