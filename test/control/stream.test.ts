import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { LINE_BYTES_MAX, type Reply } from '../../src/control/protocol.ts';
import { ControlServer } from '../../src/control/server.ts';
import type { StreamWire } from '../../src/control/stream.ts';

const DONE: Extract<Reply, { ok: true }> = { ok: true, kind: 'reopen', text: 'done' };

let directory: string;
let path: string;
let server: ControlServer;
/** What the stream heard, in order. */
let heard: string[];
let wires: StreamWire[];
const sockets: Socket[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stream-'));
  path = join(directory, 'control.sock');
  heard = [];
  wires = [];
  server = await ControlServer.listen(
    path,
    async (request) => {
      if (request.kind !== 'reopen') return { ...DONE, text: request.kind };
      return {
        reply: DONE,
        begin: (wire) => {
          wires.push(wire);
          return {
            received: (line) => void heard.push(line),
            drained: () => void heard.push('(drained)'),
            closed: () => void heard.push('(closed)'),
          };
        },
      };
    },
    systemClock,
  );
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

/** Sends, and gives back all that comes as it comes. */
function talk(text: string): { readonly socket: Socket; said: string } {
  const socket = connect(path);
  sockets.push(socket);
  const talked = { socket, said: '' };
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    talked.said += chunk;
  });
  socket.write(text);
  return talked;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const PING = '{"kind":"ping"}\n';
const REOPEN = '{"kind":"reopen","operator":"anna"}\n';

describe('a stream on the control socket', () => {
  it('begins behind its reply, with the lines that came behind the request', async () => {
    const { said, socket } = talk(`${PING}${REOPEN}one\ntwo\nth`);
    expect(said).toBe('');
    await until(() => heard.length === 2);
    socket.write('ree\n');
    await until(() => heard.length === 3);
    expect(heard).toEqual(['one', 'two', 'three']);
  });

  it('sends after the reply, and ends with everything sent', async () => {
    const talked = talk(REOPEN);
    await until(() => wires.length === 1);
    wires[0]?.send('hello');
    wires[0]?.end();
    await until(() => talked.socket.closed);
    expect(talked.said).toBe(`${JSON.stringify(DONE)}\nhello\n`);
    await until(() => heard.length > 0);
    expect(heard).toEqual(['(closed)']);
    expect(wires[0]?.send('more')).toBe(true);
  });

  it('hears once that the other end is gone', async () => {
    const { socket } = talk(REOPEN);
    await until(() => wires.length === 1);
    socket.destroy();
    await until(() => heard.length > 0);
    expect(heard).toEqual(['(closed)']);
  });

  it('says when the other end does not read, and when it does again', async () => {
    const { socket } = talk(REOPEN);
    socket.pause();
    await until(() => wires.length === 1);
    const line = 'x'.repeat(1000);
    let sent = 0;
    while (wires[0]?.send(line) === true) {
      sent += 1;
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeGreaterThan(0);
    expect(heard).toEqual([]);
    socket.resume();
    await until(() => heard.includes('(drained)'));
  });

  it('ends at a line without end', async () => {
    const { socket } = talk(REOPEN);
    await until(() => wires.length === 1);
    socket.write('x'.repeat(LINE_BYTES_MAX + 1));
    await until(() => heard.length > 0);
    expect(heard).toEqual(['(closed)']);
  });

  it('ends with the server', async () => {
    talk(REOPEN);
    await until(() => wires.length === 1);
    await server.close();
    await until(() => heard.length > 0);
    expect(heard).toEqual(['(closed)']);
  });
});
