import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { DaemonError } from '../../src/cluster/daemon-error.ts';
import { ask } from '../../src/control/client.ts';
import { LineCutter } from '../../src/control/line-cutter.ts';
import { parseRequest, type Reply, type Request } from '../../src/control/protocol.ts';
import { ControlServer } from '../../src/control/server.ts';

const PING: Request = { kind: 'ping' };
const PONG: Reply = {
  ok: true,
  kind: 'ping',
  daemon: { pid: 1, home: '/', startedWall: 0, clusters: 0, edited: null, waiting: [] },
};

let directory: string;
let path: string;
let server: ControlServer;
let requests: Request[];
const sockets: Socket[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'control-'));
  path = join(directory, 'control.sock');
  requests = [];
  server = await ControlServer.listen(
    path,
    async (request) => {
      requests.push(request);
      if (request.kind === 'reopen') throw new DaemonError('log', 'no', { hint: 'why not' });
      if (request.kind !== 'status') return PONG;
      const text = 'x'.repeat(200_000);
      return { ok: true, kind: 'operator', accepted: true, text };
    },
    systemClock,
  );
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

function open(): Socket {
  const socket = connect(path);
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** Everything that comes until the other end closes. */
function untilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });
}

function lines(socket: Socket, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      const all = text.split('\n');
      if (all.length > count) resolve(all.slice(0, count));
    });
  });
}

describe('the control socket', () => {
  it('is for owner and group only', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o660);
  });

  it('answers', async () => {
    expect(await ask<'ping'>(path, { kind: 'ping' }, systemClock)).toEqual(PONG);
  });

  it('understands a request cut at every byte', async () => {
    const text = `${JSON.stringify({ kind: 'status', cluster: 'a' })}\n`;
    for (let cut = 1; cut < text.length; cut++) {
      const cutter = new LineCutter(1000);
      const first = cutter.take(Buffer.from(text.slice(0, cut)));
      const second = cutter.take(Buffer.from(text.slice(cut)));
      expect([...(first ?? []), ...(second ?? [])]).toEqual([text.trimEnd()]);
    }
  });

  it('answers several requests of one chunk in order', async () => {
    const socket = open();
    const three = lines(socket, 3);
    socket.write(`${JSON.stringify(PING)}\n`.repeat(3));
    expect((await three).map((line) => JSON.parse(line))).toEqual([PONG, PONG, PONG]);
  });

  it('passes a refusal on with its hint', async () => {
    await expect(
      ask(path, { kind: 'reopen', operator: 'anna' }, systemClock),
    ).rejects.toMatchObject({
      code: 'refused',
      message: 'no',
      hint: 'why not',
    });
  });

  it.each([
    ['text', 'hello\n'],
    ['a number', '7\n'],
    ['null', 'null\n'],
    ['an array', '[]\n'],
    ['an unknown kind', '{"kind":"format-disk"}\n'],
    ['a missing field', '{"kind":"operator","cluster":"a","request":"hold"}\n'],
    ['an unknown field', '{"kind":"ping","extra":1}\n'],
    [
      'a wrong word',
      '{"kind":"operator","cluster":"a","request":"boot","node":null,"operator":"x"}\n',
    ],
    [
      'control characters in a name',
      `${JSON.stringify({ kind: 'operator', cluster: 'a', request: 'hold', node: null, operator: 'x\u001b[2J' })}\n`,
    ],
    ['bytes that are no text', Buffer.from([0, 1, 2, 0xff, 0x0a])],
  ])('refuses %s and closes', async (_, garbage) => {
    const socket = open();
    const answer = untilClosed(socket);
    socket.write(garbage);
    socket.write(`${JSON.stringify(PING)}\n`);
    const reply = JSON.parse(await answer) as Reply;
    expect(reply).toMatchObject({ ok: false, code: 'protocol' });
    expect(requests).toEqual([]);
  });

  it('refuses a line that is too long, without keeping it', async () => {
    const socket = open();
    const answer = untilClosed(socket);
    for (let index = 0; index < 100; index++) socket.write('x'.repeat(16 * 1024));
    expect(JSON.parse(await answer)).toMatchObject({ ok: false, code: 'protocol' });
  });

  it('answers others while silent, slow and flooding clients are there', async () => {
    for (let index = 0; index < 20; index++) open();
    const half = open();
    half.write('{"kind":"pi');
    const deaf = open();
    deaf.pause();
    deaf.write(`${JSON.stringify({ kind: 'status', cluster: null })}\n`.repeat(500));
    const flood = open();
    flood.resume();
    flood.write(`${JSON.stringify(PING)}\n`.repeat(20_000));
    expect(await ask<'ping'>(path, { kind: 'ping' }, systemClock)).toEqual(PONG);
    // A client that takes nothing gets nothing more than its socket holds.
    expect(requests.filter(({ kind }) => kind === 'status').length).toBeLessThan(100);
    const rest = lines(half, 1);
    half.write('ng"}\n');
    expect(JSON.parse((await rest)[0] ?? '')).toEqual(PONG);
  });

  it('is gone after the end', async () => {
    const socket = open();
    const closed = untilClosed(socket);
    await ask<'ping'>(path, { kind: 'ping' }, systemClock);
    await server.close();
    await closed;
    await expect(ask<'ping'>(path, { kind: 'ping' }, systemClock)).rejects.toMatchObject({
      code: 'not-running',
      hint: 'start it: clusterd start',
    });
  });

  it('says clearly that a path is too long', async () => {
    const long = join(directory, 'x'.repeat(120));
    const error = { code: 'socket-path', hint: expect.stringContaining('symbolic link') };
    await expect(ControlServer.listen(long, async () => PONG, systemClock)).rejects.toMatchObject(
      error,
    );
    await expect(ask<'ping'>(long, { kind: 'ping' }, systemClock)).rejects.toMatchObject(error);
  });

  it('says which directory is missing', async () => {
    const missing = join(directory, 'missing', 'control.sock');
    await expect(
      ControlServer.listen(missing, async () => PONG, systemClock),
    ).rejects.toMatchObject({
      code: 'socket',
      message: expect.stringContaining(missing),
    });
  });
});

describe('a client', () => {
  it.each([
    ['closes at once', ''],
    ['talks something else', 'HTTP/1.1 400 Bad Request\n'],
    ['sends a JSON that is no reply', '{"hello":1}\n'],
  ])('is not fooled by a server that %s', async (_, text) => {
    const other = join(directory, 'other.sock');
    const fake = createServer((socket) => socket.resume().end(text));
    await new Promise<void>((resolve) => fake.listen(other, resolve));
    await expect(ask<'ping'>(other, { kind: 'ping' }, systemClock)).rejects.toMatchObject({
      code: 'protocol',
    });
    await new Promise((resolve) => fake.close(resolve));
  });
});

describe('a request', () => {
  it('is refused with the place of the mistake', () => {
    expect(parseRequest('{"kind":"status","cluster":7}')).toMatchObject({
      ok: false,
      text: expect.stringContaining('cluster'),
    });
  });
});
