/**
 * A terminal server that has lost its power while nothing is typed: nobody closes the connection, and
 * the kernel's keep-alive has to find out. Takes that long; all wires at once.
 */
import { describe, expect, it } from 'vitest';
import type { ConsoleAddress } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { createTransport } from '../../src/transport/open.ts';
import { writeAll } from './contract.ts';
import { Ear } from './ear.ts';
import { Relay } from './relay.ts';
import { TcpPeer } from './tcp-peer.ts';
import { TelnetPeer } from './telnet-peer.ts';
import { until } from './until.ts';

/** 30 s of silence, then ten questions, one a second. */
const NOTICED_MS_MAX = 55_000;

async function noticed(
  kind: 'tcp' | 'telnet',
  peer: TcpPeer,
  isTyped: () => boolean,
): Promise<string> {
  const relay = await Relay.start(peer.port);
  const address: ConsoleAddress = { kind, host: '127.0.0.1', port: relay.port };
  const method = { kind: 'line', force: null, durationMs: 250 } as const;
  const transport = createTransport(address, method, systemClock);
  const ear = new Ear();
  try {
    await transport.open(ear);
    // The negotiation is over, and nothing is under way that would be sent again and again.
    await writeAll(transport, Buffer.from('.'));
    await until(() => isTyped() && (kind === 'tcp' || transport.answersInBand));
    await new Promise((resolve) => setTimeout(resolve, 100)); // for the last acknowledgement
    await relay.vanish();
    await until(() => ear.closes.length > 0, NOTICED_MS_MAX);
    return ear.closes.map(({ kind: how, detail }) => `${how}: ${detail}`).join();
  } finally {
    transport.close();
    await relay.stop();
    await peer.stop();
  }
}

describe('a peer that vanishes while nothing is typed', () => {
  it.concurrent.each(['tcp', 'telnet'] as const)(
    'is noticed: %s',
    async (kind) => {
      const telnet = kind === 'telnet' ? await TelnetPeer.listen() : null;
      const peer = telnet?.tcp ?? (await TcpPeer.listen());
      const isTyped = () => (telnet?.console.length ?? peer.received.length) > 0;
      expect(await noticed(kind, peer, isTyped)).toBe('lost: the other end no longer answers');
    },
    90_000,
  );
});
