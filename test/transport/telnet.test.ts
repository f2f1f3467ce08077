import { afterEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import { Line } from '../../src/transport/line.ts';
import { createTransport } from '../../src/transport/open.ts';
import { reachHost } from '../../src/transport/reach.ts';
import { TelnetTransport } from '../../src/transport/telnet.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { Ear, NASTY, noise, writeAll } from './contract.ts';
import { haveTools, PtyLine, Ser2net } from './external.ts';
import { TcpPeer } from './tcp-peer.ts';
import { TelnetPeer, type TelnetPeerOptions } from './telnet-peer.ts';
import { startUnreachable } from './unreachable.ts';
import { until } from './until.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Setup extends Partial<TelnetPeerOptions> {
  readonly force?: 'rfc2217' | 'iac-brk';
  readonly breakMs?: number;
}

async function connect(setup: Setup = {}) {
  const peer = await TelnetPeer.listen(setup);
  endings.push(() => peer.tcp.stop());
  const { force = null, breakMs = 250 } = setup;
  const transport = createTransport(
    { kind: 'telnet', host: '127.0.0.1', port: peer.tcp.port },
    { kind: 'line', force, durationMs: breakMs },
    systemClock,
  );
  endings.push(() => transport.close());
  const ear = new Ear();
  await transport.open(ear);
  await peer.tcp.isConnected();
  return { peer, transport, ear };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('telnet: the library that connects', () => {
  it('types nothing, whatever the console prints', async () => {
    const { peer, ear } = await connect();
    for (const text of ['login: ', 'Password: ', '# ', '\xff\xf1ABC', '\xff\xff']) {
      peer.tcp.socket.write(Buffer.from(text, 'latin1'));
      await pause(20);
    }
    await until(() => ear.all.toString('latin1') === 'login: Password: # ABC\xff');
    await pause(300);
    expect(peer.console).toEqual([]);
    expect(peer.requests.filter((request) => request.endsWith(' 6'))).not.toHaveLength(0);
    expect(peer.requests.slice(0, 6)).toEqual([
      '251 0',
      '253 0',
      '253 3',
      '251 3',
      '251 44',
      '253 6',
    ]);
  });
});

describe('telnet: the first moments', () => {
  it('holds what is typed until the server has decided, in order', async () => {
    const { peer, transport } = await connect();
    expect(transport.write(NASTY)).toBe(false);
    expect(transport.write(Buffer.from('second'))).toBe(false);
    await transport.drained();
    await until(() => peer.console.length >= NASTY.length + 6);
    expect(Buffer.from(peer.console).equals(Buffer.concat([NASTY, Buffer.from('second')]))).toBe(
      true,
    );
  });

  it('hold a BREAK no longer than that either, when the server says nothing', async () => {
    const { peer, transport } = await connect({ silent: true });
    const started = performance.now();
    await transport.sendBreak();
    expect(performance.now() - started).toBeLessThan(2500);
    expect(peer.breaks.map(({ what }) => what)).toEqual(['brk']);
  });
});

describe('telnet: BREAK', () => {
  it('lasts as long as it should by RFC 2217, between the characters around it', async () => {
    const { peer, transport } = await connect({ breakMs: 400 });
    await writeAll(transport, Buffer.from('abc'));
    await transport.sendBreak();
    await writeAll(transport, Buffer.from('d'));
    await until(() => peer.console.length === 4);
    const [, on, off] = peer.breaks;
    expect(peer.breaks.map(({ what, after }) => [what, after]).slice(1)).toEqual([
      ['on', 3],
      ['off', 3],
    ]);
    expect((off?.at ?? 0) - (on?.at ?? 0)).toBeGreaterThan(350);
  });

  it('is IAC BRK when forced, though RFC 2217 was agreed', async () => {
    const { peer, transport } = await connect({ force: 'iac-brk' });
    await transport.sendBreak();
    expect(peer.breaks.map(({ what }) => what)).toEqual(['off', 'brk']);
  });

  it('fails when RFC 2217 is forced and was not agreed', async () => {
    const { peer, transport } = await connect({ force: 'rfc2217', rfc2217: false });
    await expect(transport.sendBreak()).rejects.toMatchObject({ code: 'other' });
    expect(peer.breaks).toEqual([]);
  });

  it('comes one at a time', async () => {
    const { peer, transport } = await connect();
    await writeAll(transport, Buffer.from('.'));
    const first = transport.sendBreak();
    await expect(transport.sendBreak()).rejects.toThrow('under way');
    await first;
    await until(() => peer.breaks.length === 3);
    expect(peer.breaks.map(({ what }) => what)).toEqual(['off', 'on', 'off']);
  });
});

describe('telnet: signs of life', () => {
  it('asks the server that has answered two timing marks', async () => {
    const { peer, transport } = await connect();
    await until(() => transport.answersInBand);
    const connections = peer.tcp.connections.length;
    expect(await transport.answers(2000)).toEqual({
      answers: true,
      detail: 'it answers timing marks',
    });
    expect(peer.tcp.connections).toHaveLength(connections);
  });

  it('hears none from a server that hangs', async () => {
    const { peer, transport } = await connect();
    await until(() => transport.answersInBand);
    peer.tcp.socket.pause();
    expect(await transport.answers(200)).toMatchObject({ answers: false });
    const late = transport.answers(2000);
    peer.tcp.socket.resume();
    expect(await late).toMatchObject({ answers: true });
    expect(await transport.answers(2000)).toMatchObject({ answers: true });
  });

  it.each(['first', 'none'] as const)(
    'connects once more where timing marks are answered: %s',
    async (marks) => {
      const { peer, transport } = await connect({ marks });
      await pause(300);
      expect(transport.answersInBand).toBe(false);
      expect(await transport.answers(2000)).toMatchObject({ answers: true });
      await peer.tcp.isConnected(2);
    },
  );

  it('takes a refusal for an answer, and silence for none', async () => {
    const gone = await TcpPeer.listen();
    const { port } = gone;
    await gone.stop();
    const unreachable = await startUnreachable();
    endings.push(unreachable.stop);
    expect(await reachHost('127.0.0.1', port, 1000, systemClock)).toMatchObject({ answers: true });
    expect(await reachHost('127.0.0.1', unreachable.port, 300, systemClock)).toMatchObject({
      answers: false,
    });
  });

  it('has none after the end', async () => {
    const { peer, transport, ear } = await connect();
    await until(() => transport.answersInBand);
    peer.tcp.socket.pause();
    const asked = transport.answers(5000);
    peer.tcp.socket.destroy();
    await until(() => ear.closes.length === 1);
    expect(await asked).toMatchObject({ answers: false });
    expect(await transport.answers(5000)).toMatchObject({ answers: false });
  });
});

describe('telnet: a hostile peer', () => {
  it('that floods with requests and does not read is given up', async () => {
    const { peer, ear } = await connect();
    peer.tcp.socket.pause();
    const requests = Buffer.concat(Array.from({ length: 20_000 }, () => Buffer.of(255, 253, 24)));
    const flood = setInterval(() => {
      const { socket } = peer.tcp;
      if (!socket.destroyed && socket.writableLength < 1 << 20) socket.write(requests);
    }, 1);
    endings.push(() => clearInterval(flood));
    await until(() => ear.closes.length === 1, 15_000);
    expect(ear.closes[0]).toEqual({
      kind: 'lost',
      detail: 'it sent 1 MB of telnet commands within 1 s: is this a terminal server?',
    });
  });

  it('that answers everything with the opposite comes to rest', async () => {
    const peer = await TcpPeer.listen();
    endings.push(() => peer.stop());
    let turns = 0;
    peer.take = (bytes, socket) => {
      turns += bytes.length;
      const back = Buffer.from(bytes);
      for (let i = 1; i < back.length; i += 3) {
        // WILL -> DO -> WILL ..., WONT -> DONT ...
        const verb = back[i] ?? 0;
        back[i] = { 251: 253, 253: 251, 252: 254, 254: 252 }[verb] ?? 241;
      }
      socket.write(back);
    };
    const transport = new TelnetTransport(
      { host: '127.0.0.1', port: peer.port, forceBreak: null, breakMs: 250 },
      systemClock,
    );
    endings.push(() => transport.close());
    await transport.open(new Ear());
    await until(() => turns > 0);
    await pause(200);
    const settled = turns;
    await pause(200);
    expect(turns).toBe(settled);
    expect(settled).toBeLessThan(100);
  });

  it.each([0, 1, 2, 3])('that sends rubbish (%i) does no harm', async (seed) => {
    const { peer, transport, ear } = await connect();
    await writeAll(transport, Buffer.from('.'));
    const rubbish = noise(1 << 17).subarray(seed * 30_000, (seed + 1) * 30_000);
    for (let i = seed; i < rubbish.length; i += 3) rubbish[i] = 255;
    peer.tcp.take = () => {};
    peer.tcp.socket.write(rubbish);
    peer.tcp.socket.write(Buffer.from([255, 240, 255, 241, ...Buffer.alloc(1100, 65)]));
    peer.tcp.socket.write('ok ');
    await until(() => ear.all.subarray(-3).toString() === 'ok ');
    expect(ear.closes).toEqual([]);
  });
});

describe('telnet: modem lines by RFC 2217', () => {
  it('are reported as they are first seen, and on each change after that', async () => {
    const { peer, transport, ear } = await connect();
    await writeAll(transport, Buffer.from('.'));
    const notify = (bits: number) =>
      peer.tcp.socket.write(Buffer.of(255, 250, 44, 107, bits, 255, 240));
    notify(0x00);
    notify(0xa0);
    notify(0xa2);
    notify(0x20);
    notify(0x30);
    notify(0x00);
    await until(() => ear.modems.length >= 9);
    expect(ear.modems).toEqual([
      'dcd false',
      'dsr false',
      'cts false',
      'dcd true',
      'dsr true',
      'dcd false',
      'cts true',
      'dsr false',
      'cts false',
    ]);
    expect(peer.subnegotiations).toContainEqual([44, 11, 0xb0]);
  });

  it('come with BREAKs and damaged bytes, and nothing else of the line state', async () => {
    const { peer, transport, ear } = await connect();
    await writeAll(transport, Buffer.from('.'));
    for (const bits of [0x01, 0x60, 0x10, 0x0a, 0x04, 0xff]) {
      peer.tcp.socket.write(Buffer.of(255, 250, 44, 106, ...(bits === 255 ? [255] : []), bits));
      peer.tcp.socket.write(Buffer.of(255, 240));
    }
    await until(() => ear.faults.length >= 8);
    const all = ['overrun', 'parity', 'framing', 'break'];
    expect(ear.faults).toEqual(['break', 'overrun', 'framing', 'parity', ...all]);
    expect(peer.subnegotiations).toContainEqual([44, 10, 0x1e]);
  });
});

describe('telnet: connecting', () => {
  const open = (host: string, port: number, connectTimeoutMs = 5000): Promise<void> =>
    new TelnetTransport(
      { host, port, forceBreak: null, breakMs: 250, connectTimeoutMs },
      systemClock,
    ).open(new Ear());

  it('says when it is refused', async () => {
    const peer = await TcpPeer.listen();
    const { port } = peer;
    await peer.stop();
    await expect(open('127.0.0.1', port)).rejects.toMatchObject({ code: 'refused' });
  });

  it('says when nothing answers', async () => {
    const unreachable = await startUnreachable();
    endings.push(unreachable.stop);
    await expect(open('127.0.0.1', unreachable.port, 300)).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('says when the name is unknown', async () => {
    await expect(open('no-such-host.invalid', 23)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('telnet: a line over ser2net', () => {
  if (!haveTools('socat', 'ser2net')) return;

  it('goes stale when the terminal server hangs, and is connected when it goes on', async () => {
    const console_ = await TcpPeer.listen();
    const pty = await PtyLine.start(console_);
    const server = await Ser2net.start(pty.path);
    endings.push(
      () => console_.stop(),
      () => pty.stop(),
      () => server.stop(),
    );
    const clock = new SimulatedClock();
    const events: string[] = [];
    const transports: Transport[] = [];
    const line = new Line({
      clock,
      paceMs: 0,
      create: () => {
        const transport = createTransport(
          { kind: 'telnet', host: '127.0.0.1', port: server.port },
          { kind: 'line', force: null, durationMs: 250 },
          clock,
        );
        transports.push(transport);
        return transport;
      },
      onData: () => events.push('data'),
      onStatus: (status) => events.push(status),
      onModem: () => {},
      onDropped: (detail) => events.push(detail),
    });
    endings.push(() => line.stop());
    line.start();
    await until(() => transports.at(-1)?.answersInBand === true);
    expect(await line.ask(1000)).toMatchObject({ answers: true });
    expect(events).toEqual(['connected']);

    server.freeze();
    clock.advance(60_000);
    clock.advance(10_000);
    await until(() => events.at(-1) === 'stale');
    server.thaw();
    console_.socket.write('\r\nconsole login: ');
    await until(() => events.at(-1) === 'data');
    expect(events.slice(0, 4)).toEqual(['connected', 'stale', 'connected', 'data']);
  });
});
