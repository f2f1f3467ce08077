import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  access,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { SerialTransport } from '../../src/transport/serial.ts';
import { lockPort, UUCP_DIRECTORY } from '../../src/transport/uucp-lock.ts';
import { Ear } from './contract.ts';
import { haveTools, PtyLine } from './external.ts';
import { TcpPeer } from './tcp-peer.ts';

/** A name that every Linux has; it is never opened here. */
const PORT = '/dev/tty';
const NAME = 'LCK..tty';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'uucp-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const take = (port = PORT) => lockPort(port, systemClock, directory);
const put = (content: string | Buffer) => writeFile(join(directory, NAME), content);
const padded = (pid: number) => `${String(pid).padStart(10)}\n`;

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

function binary(pid: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(pid);
  return bytes;
}

describe('the lock file of a serial port', () => {
  it('is as other programs expect it, and goes with its release', async () => {
    const lock = await take();
    expect(await readdir(directory)).toEqual([NAME]);
    expect(await readFile(join(directory, NAME), 'utf8')).toBe(padded(process.pid));
    lock.release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is of the device, whatever name leads to it', async () => {
    const link = join(directory, 'by-path');
    await symlink(PORT, link);
    const lock = await take(link);
    expect(await readdir(directory)).toContain(NAME);
    lock.release();
  });

  it.each([
    ['text', () => padded(process.ppid)],
    ['four bytes', () => binary(process.ppid)],
    ['text without blanks', () => `${process.ppid}`],
  ])('of a living program is respected, and says which (%s)', async (_, content) => {
    await put(content());
    await expect(take()).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringMatching(
        new RegExp(`${PORT} is used by process ${process.ppid} \\(.+\\)`),
      ),
    });
    expect(await readdir(directory)).toEqual([NAME]);
  });

  it.each([
    ['a dead process', async () => padded(await deadPid())],
    ['a dead process, in four bytes', async () => binary(await deadPid())],
    ['this very pid, in a life before', async () => padded(process.pid)],
    ['garbage', async () => 'minicom'],
  ])('is taken over from %s', async (_, content) => {
    await put(await content());
    const lock = await take();
    expect(await readFile(join(directory, NAME), 'utf8')).toBe(padded(process.pid));
    lock.release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('in four bytes is not read as text that it looks like', async () => {
    await put(Buffer.from('3j\0\0'));
    const pid = 0x6a33;
    const isAlive = await readFile(`/proc/${pid}/comm`).then(
      () => true,
      () => false,
    );
    const taken = take().then(
      (lock) => lock.release(),
      (error) => expect(error.message).toContain(`process ${pid} `),
    );
    await taken;
    expect((await readdir(directory)).length).toBe(isAlive ? 1 : 0);
  });

  it('that is still empty is respected for a while', async () => {
    await put('');
    await expect(take()).rejects.toMatchObject({ code: 'busy' });
    const old = Date.now() / 1000 - 60;
    await utimes(join(directory, NAME), old, old);
    (await take()).release();
  });

  it('is not needed where it cannot be made, nor for what is no port', async () => {
    await rm(directory, { recursive: true });
    (await take()).release();
    await mkdir(directory);
    (await take('/dev/null')).release();
    (await take('/dev/no-such-tty')).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('that another program took over is left to it', async () => {
    const lock = await take();
    await put(padded(process.ppid));
    lock.release();
    expect(await readdir(directory)).toEqual([NAME]);
  });
});

describe('a serial transport', () => {
  if (!haveTools('socat')) return;

  it('holds the lock while it is open', async () => {
    const peer = await TcpPeer.listen();
    const line = await PtyLine.start(peer);
    const name = `LCK..${(await realpath(line.path)).replace('/dev/', '').replaceAll('/', '_')}`;
    const transport = new SerialTransport(
      { path: line.path, baud: 9600, breakMs: 250 },
      systemClock,
    );
    await transport.open(new Ear());
    const may = await access(UUCP_DIRECTORY, constants.W_OK).then(
      () => true,
      () => false,
    );
    const ours = (await readdir(UUCP_DIRECTORY)).includes(name);
    transport.close();
    const left = (await readdir(UUCP_DIRECTORY)).includes(name);
    await line.stop();
    await peer.stop();
    expect([ours, left]).toEqual([may, false]);
  });
});
