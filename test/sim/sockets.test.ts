import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { LAST_WEEKS_PANIC } from '../../src/sim/console-port.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteOptions } from '../../src/sim/site-options.ts';
import type { ListenOptions, SiteListening } from '../../src/sim/site-sockets.ts';
import type { Address } from '../../src/sim/socket-server.ts';

const FAST = {
  postMs: 30,
  settleMs: 10,
  bootMs: 60,
  mountAfterMs: 20,
  networkAfterMs: 40,
  dumpMs: 40,
  syncMs: 20,
  shutdownMs: 20,
  switchMs: 5,
};

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function open(options: SiteOptions = {}, listen: ListenOptions = {}) {
  const site = new Site({ times: FAST, ...options }, systemClock);
  const listening = await site.listen(listen);
  closers.push(() => listening.close());
  return { site, listening };
}

/** A socket that remembers every byte as a latin1 character. */
class Peer {
  received = '';
  ended = false;
  failed: string | null = null;
  readonly socket: Socket;
  #wake: () => void = () => {};

  constructor(address: Address) {
    this.socket = connect(address.port, address.host);
    closers.push(() => {
      this.socket.destroy();
    });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text) => {
      this.received += String(text);
      this.#wake();
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.failed = error.code ?? error.message;
      this.#wake();
    });
    this.socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  bytes(...values: number[]): void {
    this.socket.write(Uint8Array.from(values));
  }

  text(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits until `seen` holds; the test's time limit is the limit. */
  async until(seen: (peer: Peer) => boolean): Promise<void> {
    while (!seen(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async see(text: string): Promise<void> {
    await this.until((peer) => peer.received.includes(text));
  }
}

/** Waits for something that an event of the site brings about. */
function until(site: Site, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (holds()) return resolve();
    const stop = site.onEvent(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}

const IAC = '\xff';
const OFFERS = `${IAC}\xfb\x01${IAC}\xfb\x03${IAC}\xfd\x03`;

function consoleOf(listening: SiteListening, name: string): Peer {
  const address = listening.consoles[name];
  if (address === undefined) throw new Error(`no console ${name}`);
  return new Peer(address);
}

describe('a console on telnet', () => {
  it('offers ECHO and SGA, and answers RETURN at once', async () => {
    const { listening } = await open();
    const peer = consoleOf(listening, 'n1');
    await peer.see(OFFERS);
    peer.text('\r\0');
    await peer.see('\r\nprod console login: ');
    expect(peer.received).toBe(`${OFFERS}\r\nprod console login: `);
  });

  it('takes IAC BRK for a BREAK', async () => {
    const { site, listening } = await open();
    const peer = consoleOf(listening, 'n1');
    await peer.see(OFFERS);
    peer.bytes(255, 243);
    await peer.see("Type  'go' to resume\r\nok ");
    expect(site.node('n1').machine.isHeld).toBe(true);
  });

  it('answers DO TIMING-MARK in the place where it came', async () => {
    const { listening } = await open();
    const peer = consoleOf(listening, 'n2');
    await peer.see(OFFERS);
    peer.text(`ab${IAC}\xfd\x06cd`);
    await peer.see('cd');
    expect(peer.received).toBe(`${OFFERS}ab${IAC}\xfb\x06cd`);
  });

  it('does the RFC 2217 break when it ends, and replies', async () => {
    const { site, listening } = await open();
    const peer = consoleOf(listening, 'n1');
    peer.bytes(255, 251, 44);
    await peer.see(`${IAC}\xfd\x2c${IAC}\xfa\x2c\x6b\xb0${IAC}\xf0`);
    peer.bytes(255, 250, 44, 5, 5, 255, 240);
    await peer.see(`${IAC}\xfa\x2c\x69\x05${IAC}\xf0`);
    expect(site.node('n1').machine.isHeld).toBe(false);
    peer.bytes(255, 250, 44, 5, 6, 255, 240);
    await peer.see("Type  'go' to resume");
    await peer.see(`${IAC}\xfa\x2c\x69\x06${IAC}\xf0`);
  });

  it('turns a second client away and frees the port when the first has gone', async () => {
    const { listening } = await open();
    const first = consoleOf(listening, 'n1');
    await first.see(OFFERS);
    const second = consoleOf(listening, 'n1');
    await second.until((peer) => peer.ended);
    expect(second.received).toBe(`${OFFERS}Port already in use\r\n`);
    first.socket.end();
    await first.until((peer) => peer.ended);
    const third = consoleOf(listening, 'n1');
    third.text('\r\0');
    await third.see('console login: ');
  });

  it('replays what its buffer still has', async () => {
    const { site, listening } = await open();
    site.console('n1').options.replay = { kind: 'text', text: LAST_WEEKS_PANIC };
    const peer = consoleOf(listening, 'n1');
    await peer.see('dump succeeded');
    expect(peer.received.startsWith(`${OFFERS}\n\r\0panic[cpu0]`)).toBe(true);
  });

  it('accepts and stays silent when half-open', async () => {
    const { site, listening } = await open();
    site.console('n1').options.mode = 'half-open';
    const peer = consoleOf(listening, 'n1');
    peer.text('\r\0');
    peer.bytes(255, 243);
    const other = consoleOf(listening, 'n2');
    await other.see(OFFERS);
    expect(peer.received).toBe('');
    expect(site.node('n1').condition).toBe('system multi-user');
  });

  it('answers not even a timing mark once it has become half-open', async () => {
    const { site, listening } = await open();
    const peer = consoleOf(listening, 'n1');
    await peer.see(OFFERS);
    site.console('n1').options.mode = 'half-open';
    peer.text(`${IAC}\xfd\x06`);
    site.node('n1').powerOff();
    const other = consoleOf(listening, 'n2');
    other.text(`${IAC}\xfd\x06`);
    await other.see(`${IAC}\xfb\x06`);
    expect(peer.received).toBe(OFFERS);
    expect(peer.ended).toBe(false);
  });

  it('resets the connection when it refuses', async () => {
    const { site, listening } = await open();
    site.console('n1').options.mode = 'refuse';
    const peer = consoleOf(listening, 'n1');
    await peer.until((refused) => refused.ended);
    expect(peer.failed).toBe('ECONNRESET');
    expect(peer.received).toBe('');
  });
});

describe('a console as bare bytes', () => {
  it('passes bytes that telnet would take for commands', async () => {
    const { listening } = await open();
    const address = listening.rawConsoles.n2;
    if (address === undefined) throw new Error('no raw console');
    const peer = new Peer(address);
    peer.text(`x${IAC}y\r`);
    await peer.see('ok ');
    expect(peer.received).toBe(`x${IAC}y\r\nx${IAC}y ?\r\nok `);
  });
});

describe('the service address', () => {
  it('counts transactions, is gone without the system and moves with the root', async () => {
    const { site, listening } = await open();
    const client = new Peer(listening.service);
    client.text('please\n');
    await client.see('ok ');
    site.node('n1').powerOff();
    await client.until((peer) => peer.ended);
    await listening.settled();
    const refused = new Peer(listening.service);
    await refused.until((peer) => peer.ended);
    expect(refused.failed).toBe('ECONNREFUSED');
    site.node('n2').typeAtPrompt('boot shared');
    await until(site, () => site.network.serviceUp);
    await listening.settled();
    const again = new Peer(listening.service);
    again.text('please\n');
    await again.see('ok ');
    expect(site.referee.violations).toEqual([]);
  });

  it('leaves the router alone when the cable of the node is out', async () => {
    const { site, listening } = await open();
    site.network.setCable('n1', false);
    await listening.settled();
    const router = new Peer(listening.router);
    await new Promise<void>((resolve) => router.socket.once('connect', resolve));
    const service = new Peer(listening.service);
    await service.until((peer) => peer.ended);
    expect(service.failed).toBe('ECONNREFUSED');
  });
});
