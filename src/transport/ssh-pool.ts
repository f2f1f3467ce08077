/**
 * The ssh connections that consoles share: those of one user at one server with the same credentials.
 * Made by the daemon, used by transport/ssh.ts. A connection carries few channels, as servers allow
 * few; another one is made when it is full. Must never keep a connection that nobody uses, and never
 * let one console wait for another one longer than `withinMs`.
 */
import type { ClientChannel } from 'ssh2';
import type { SshTarget } from '../clist/cluster.ts';
import { ChannelRefused, openChannel } from './ssh-channel.ts';
import { SshConnection, type SshParts } from './ssh-connection.ts';
import { TransportError } from './transport.ts';

/** OpenSSH allows 10 sessions on a connection (MaxSessions). */
export const CHANNELS_MAX = 8;
/** To one server as one user; then consoles wait for a place. */
export const CONNECTIONS_MAX = 8;
const WITHIN_MS = 15_000;
/** So long a place stays taken when the other end does not say that the channel is closed. */
const CLOSE_MS = 10_000;

/** A channel with its place on a connection. */
export interface PooledChannel {
  readonly stream: ClientChannel;
  readonly connection: SshConnection;
  /** Called once when the connection is lost. */
  onLost: (detail: string) => void;
  /** Closes the channel and gives its place back. Safe any number of times. */
  release(): void;
}

interface Shared {
  readonly connection: SshConnection;
  readonly ready: Promise<void>;
  readonly inUse: Set<PooledChannel>;
  /** Places taken, also by channels that are being opened or closed. */
  places: number;
  /** Those of them that are given back as soon as the other end has closed the channel. */
  closing: number;
  placesMax: number;
}

interface Group {
  readonly shared: Set<Shared>;
  /** Called when a place may be free. */
  readonly waiting: Set<() => void>;
}

export class SshPool {
  readonly #parts: SshParts;
  readonly #groups = new Map<string, Group>();

  constructor(parts: SshParts) {
    this.#parts = parts;
  }

  /** Connections that are open or being opened. */
  get connections(): number {
    return [...this.#groups.values()].reduce((sum, { shared }) => sum + shared.size, 0);
  }

  /** A shell, or `command`, in a raw terminal. Rejects with a TransportError. */
  async open(target: SshTarget, command: string | null): Promise<PooledChannel> {
    const group = this.#groupOf(target);
    const until = this.#parts.clock.now().at + WITHIN_MS;
    for (;;) {
      const shared = this.#takePlace(group, target) ?? null;
      if (shared === null) await this.#placeFree(group, target, until);
      else {
        const channel = await this.#openOn(group, shared, command);
        if (channel !== null) return channel;
      }
    }
  }

  /** Null: this server allows fewer channels on a connection; it is asked for another one. */
  async #openOn(
    group: Group,
    shared: Shared,
    command: string | null,
  ): Promise<PooledChannel | null> {
    try {
      await shared.ready;
      const stream = await openChannel(shared.connection, command, this.#parts.clock);
      return this.#pooled(group, shared, stream);
    } catch (error) {
      this.#givePlace(group, shared);
      if (!(error instanceof ChannelRefused)) throw error;
      if (shared.places === 0 || shared.connection.isOver) throw error.reason;
      shared.placesMax = shared.places;
      return null;
    }
  }

  #pooled(group: Group, shared: Shared, stream: ClientChannel): PooledChannel {
    let released = false;
    const channel: PooledChannel = {
      stream,
      connection: shared.connection,
      onLost: () => {},
      release: () => {
        if (released) return;
        released = true;
        shared.inUse.delete(channel);
        this.#closeChannel(group, shared, stream);
      },
    };
    shared.inUse.add(channel);
    return channel;
  }

  /** The place is free when the other end has closed it, too. */
  #closeChannel(group: Group, shared: Shared, stream: ClientChannel): void {
    const { connection } = shared;
    let isFree = false;
    shared.closing++;
    const free = (): void => {
      if (isFree) return;
      isFree = true;
      shared.closing--;
      cancel();
      connection.channels.delete(stream);
      this.#givePlace(group, shared);
    };
    const cancel = this.#parts.clock.after(CLOSE_MS, free);
    stream.once('close', free);
    stream.resume(); // what nobody reads any more must not keep it open
    stream.close();
    if (shared.closing === shared.places) this.#drop(group, shared);
    if (connection.isOver || isClosed(stream)) free();
  }

  // ---- places ------------------------------------------------------------------------------------

  #takePlace(group: Group, target: SshTarget): Shared | null {
    for (const shared of group.shared) {
      if (shared.connection.isOver || shared.places >= shared.placesMax) continue;
      shared.places++;
      return shared;
    }
    return group.shared.size < CONNECTIONS_MAX ? this.#connect(group, target) : null;
  }

  #connect(group: Group, target: SshTarget): Shared {
    const connection = new SshConnection(target, this.#parts, (detail) => {
      group.shared.delete(shared);
      this.#forgetEmpty();
      for (const channel of shared.inUse) channel.onLost(detail);
    });
    const ready = connection.open();
    ready.catch(() => {}); // whoever waits for a place on it hears of it
    const shared: Shared = {
      connection,
      ready,
      inUse: new Set(),
      places: 1,
      closing: 0,
      placesMax: CHANNELS_MAX,
    };
    group.shared.add(shared);
    return shared;
  }

  #givePlace(group: Group, shared: Shared): void {
    shared.places--;
    if (shared.places === shared.closing || shared.connection.isOver) this.#drop(group, shared);
    const [next] = group.waiting;
    next?.();
  }

  /** Nobody uses it any more. */
  #drop(group: Group, shared: Shared): void {
    group.shared.delete(shared);
    shared.connection.end();
    this.#forgetEmpty();
  }

  #placeFree(group: Group, target: SshTarget, until: number): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const freed = (): void => {
        cancel();
        group.waiting.delete(freed);
        resolve();
      };
      const cancel = clock.after(Math.max(0, until - clock.now().at), () => {
        group.waiting.delete(freed);
        const places = CONNECTIONS_MAX * CHANNELS_MAX;
        const what = `all places on ${target.host}:${target.port} are taken (at most ${places})`;
        reject(new TransportError('busy', what, 'so many consoles on one server are not watched'));
      });
      group.waiting.add(freed);
    });
  }

  #groupOf(target: SshTarget): Group {
    const key = keyOf(target);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { shared: new Set(), waiting: new Set() };
    this.#groups.set(key, group);
    return group;
  }

  #forgetEmpty(): void {
    for (const [key, { shared, waiting }] of this.#groups) {
      if (shared.size === 0 && waiting.size === 0) this.#groups.delete(key);
    }
  }
}

/** All that decides who is logged in where, and whom we believe. */
function keyOf(target: SshTarget): string {
  const { user, host, port, key, passphrase, password, agent } = target;
  const { knownHosts, trustFirstUse, legacy } = target;
  const credentials = [key, passphrase, password, agent];
  return JSON.stringify([user, host, port, credentials, knownHosts, trustFirstUse, legacy]);
}

function isClosed(stream: ClientChannel): boolean {
  return stream.destroyed || stream.closed;
}
