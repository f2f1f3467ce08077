import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { lockDaemon } from '../../src/control/daemon-lock.ts';
import { pidPath, socketPath } from '../../src/control/daemon-paths.ts';
import type { Reply } from '../../src/control/protocol.ts';

const daemon = { pid: 4711, home: '/', startedWall: 0, clusters: 0, edited: null, waiting: [] };
const answer = async (): Promise<Reply> => ({ ok: true, kind: 'ping', daemon });

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

const take = () => lockDaemon(state, answer, systemClock);

/** The pid of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the lock of a CLUSTER_HOME', () => {
  it('leaves a pid file and a socket, and nothing after its release', async () => {
    const lock = await take();
    expect((await readFile(pidPath(state), 'utf8')).split('\n')[0]).toBe(`${process.pid}`);
    expect((await stat(socketPath(state))).isSocket()).toBe(true);
    expect((await readdir(state)).sort()).toEqual(['clusterd.pid', 'control.sock', 'who']);
    await lock.release();
    expect(await readdir(state)).toEqual([]);
    await (await take()).release();
  });

  it('is refused with the pid of a holder that answers, whatever the pid file says', async () => {
    const lock = await take();
    await rm(pidPath(state));
    await expect(take()).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining('4711'),
      hint: expect.stringContaining('kill 4711'),
    });
    expect(await readdir(state)).toEqual(['control.sock', 'who']);
    await lock.release();
  });

  it('is refused with the name of the holder', async () => {
    const started = '';
    const lines = [`${process.ppid}`, started, 'ann', '/srv/cluster', '2001-03-04T03:12:44.120Z'];
    await writeFile(pidPath(state), `${lines.join('\n')}\n`);
    await expect(take()).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(
        `process ${process.ppid} (ann, /srv/cluster, since 2001-03-04T03:12:44Z)`,
      ),
    });
  });

  it('is refused while the holder lives although it does not answer yet', async () => {
    await writeFile(pidPath(state), `${process.ppid}\n\n`);
    await expect(take()).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`${process.ppid}`),
    });
    expect((await readFile(pidPath(state), 'utf8')).split('\n')[0]).toBe(`${process.ppid}`);
  });

  it.each([
    ['a dead process', async () => `${await deadPid()}\n1 boot\n`],
    ['a process that took the pid of a dead one', async () => `${process.ppid}\n1 boot\n`],
    ['nobody', async () => ''],
    ['garbage', async () => 'x'.repeat(1000)],
    ['init', async () => '1\n1 boot\n'],
  ])('is taken over from %s', async (_, content) => {
    await writeFile(pidPath(state), await content());
    const lock = await take();
    expect((await readFile(pidPath(state), 'utf8')).split('\n')[0]).toBe(`${process.pid}`);
    await lock.release();
    expect(await readdir(state)).toEqual([]);
  });

  it('is taken over where a killed daemon left its socket', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(socketPath(state))},
      () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script]), 'exit');
    expect((await stat(socketPath(state))).isSocket()).toBe(true);
    await writeFile(pidPath(state), `${await deadPid()}\n1 boot\n`);
    await (await take()).release();
  });

  it('is refused when something else listens there', async () => {
    const other = createServer((socket) => socket.resume().end('hello\n'));
    await new Promise<void>((resolve) => other.listen(socketPath(state), resolve));
    await expect(take()).rejects.toMatchObject({ code: 'already-running' });
    expect(await readdir(state)).toEqual(['control.sock']);
    await new Promise((resolve) => other.close(resolve));
  });
});
