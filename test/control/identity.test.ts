/** Who is at the other end: what proves a user, and what somebody may try instead. */
import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { type Challenge, proofText, WORD_PATTERN } from '../../src/control/challenge.ts';
import { ask } from '../../src/control/client.ts';
import { IdentityDesk } from '../../src/control/identity-desk.ts';
import { Peer } from '../../src/control/peer.ts';
import type { Request } from '../../src/control/protocol.ts';
import { ControlServer } from '../../src/control/server.ts';
import { showUser, sudoUser } from '../../src/control/show-user.ts';
import { UserNames } from '../../src/control/user-names.ts';

const ME = process.getuid?.() ?? -1;
const { username: MY_NAME } = userInfo();
const HOLD: Request = {
  kind: 'operator',
  cluster: 'a',
  request: 'hold',
  node: null,
  operator: 'somebody',
};
const LINE = JSON.stringify(HOLD);

let state: string;
let socket: string;
let desk: IdentityDesk;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'who-'));
  socket = join(state, 'control.sock');
  desk = await IdentityDesk.open(join(state, 'who'), null);
});
afterEach(async () => {
  await rm(state, { recursive: true, force: true });
});

function challenge(): Challenge {
  const made = desk.challenge();
  if (made === null) throw new Error(desk.trouble ?? 'no challenge');
  return made;
}

const pathOf = ({ file }: Challenge) => join(state, 'who', file);

describe('the directory for proofs', () => {
  it('can be written and not listed by the group, and is closed to others', async () => {
    expect((await stat(join(state, 'who'))).mode & 0o7777).toBe(0o1730);
  });

  it('forgets what killed clients left, and goes into no directory', async () => {
    await writeFile(join(state, 'who', 'left'), '');
    await mkdir(join(state, 'who', 'empty'));
    await mkdir(join(state, 'who', 'full'));
    await writeFile(join(state, 'who', 'full', 'kept'), '');
    const again = await IdentityDesk.open(join(state, 'who'), null);
    expect(again.trouble).toBeNull();
    expect(await readdir(join(state, 'who'))).toEqual(['full']);
  });

  it('is not taken when somebody put a link in its place: nobody is proven then', async () => {
    const other = join(state, 'other');
    await mkdir(other);
    await symlink(other, join(state, 'linked'));
    const linked = await IdentityDesk.open(join(state, 'linked'), null);
    expect(linked.trouble).toMatch(/linked is not a directory of this daemon's user/);
    expect(linked.challenge()).toBeNull();
    expect((await stat(other)).mode & 0o7777).not.toBe(0o1730);
  });

  it('is gone after the end', async () => {
    await desk.close();
    expect(await readdir(state)).toEqual([]);
  });
});

describe('a proof', () => {
  it('names the user who made it', async () => {
    const asked = challenge();
    expect(asked.file).toMatch(WORD_PATTERN);
    await showUser(socket, asked, LINE);
    expect(await desk.makerOf(asked, LINE)).toBe(ME);
  });

  it('is worth nothing for another request', async () => {
    const asked = challenge();
    await showUser(socket, asked, LINE);
    expect(await desk.makerOf(asked, LINE.replace('hold', 'release'))).toBeNull();
  });

  it('is worth nothing for another challenge', async () => {
    const [first, second] = [challenge(), challenge()];
    await showUser(socket, first, LINE);
    expect(await desk.makerOf(second, LINE)).toBeNull();
    expect(await desk.makerOf({ file: first.file, word: second.word }, LINE)).toBeNull();
  });

  const right = (asked: Challenge) => proofText(asked, LINE);
  const attempts: readonly [string, (asked: Challenge, path: string) => Promise<unknown>][] = [
    ['nothing', async () => {}],
    ['an empty file', (_, path) => writeFile(path, '', { mode: 0o444 })],
    ['a file that can still be written', (asked, path) => writeFile(path, right(asked))],
    [
      'a file with more behind it',
      (asked, path) => writeFile(path, `${right(asked)}x`, { mode: 0o444 }),
    ],
    ['a directory', (_, path) => mkdir(path)],
    [
      'a symbolic link to the right text',
      async (asked, path) => {
        await writeFile(join(state, 'text'), right(asked), { mode: 0o444 });
        await symlink(join(state, 'text'), path);
      },
    ],
    [
      'a second link to the right text',
      async (asked, path) => {
        await writeFile(join(state, 'text'), right(asked), { mode: 0o444 });
        await link(join(state, 'text'), path);
      },
    ],
    ['a pipe', async (_, path) => execFileSync('mkfifo', ['-m', '444', path])],
    ['a device', async (_, path) => symlink('/dev/zero', path)],
  ];
  it.each(attempts)('is not %s, and nothing of it stays', async (_, put) => {
    const asked = challenge();
    await put(asked, pathOf(asked));
    expect(await desk.makerOf(asked, LINE)).toBeNull();
    await desk.forget(asked);
    expect(await readdir(join(state, 'who'))).toEqual([]);
  });

  it.runIf(ME === 0)('names the user, not the daemon', async () => {
    const asked = challenge();
    const text = Buffer.from(proofText(asked, LINE)).toString('base64');
    await chmod(state, 0o755);
    await chmod(join(state, 'who'), 0o1733);
    const make = `umask 0333; echo ${text} | base64 -d > ${pathOf(asked)}`;
    execFileSync('sh', ['-c', make], { uid: 1, gid: 1 });
    expect(await desk.makerOf(asked, LINE)).toBe(1);
  });
});

describe('a command', () => {
  it.each([
    ['above the directory', { file: '../control.sock', word: 'a'.repeat(32) }],
    ['with an absolute path', { file: '/tmp/clusterd-proof', word: 'a'.repeat(32) }],
    ['with any name', { file: 'journal', word: 'a'.repeat(32) }],
    ['that holds any text', { file: 'a'.repeat(32), word: '#!/bin/sh' }],
  ])('makes no file %s, whatever the other end wants', async (_, asked) => {
    await showUser(socket, asked, LINE);
    expect(await readdir(state)).toEqual(['who']);
    expect(await readdir(join(state, 'who'))).toEqual([]);
  });

  it('does not prove anything to a daemon behind a link', async () => {
    const fake = join(state, 'fake');
    await mkdir(fake);
    await symlink(join(state, 'who'), join(fake, 'who'));
    await showUser(join(fake, 'control.sock'), challenge(), LINE);
    expect(await readdir(join(state, 'who'))).toEqual([]);
  });

  it('knows who became root', () => {
    expect(sudoUser({ SUDO_USER: 'anna' })).toBe('anna');
    expect(sudoUser({ DOAS_USER: 'anna' })).toBe('anna');
    expect(sudoUser({ SUDO_USER: 'an\u001b[2Jna' })).toBeNull();
    expect(sudoUser({ SUDO_USER: 'anna, as said) (or so' })).toBeNull();
    expect(sudoUser({})).toBeNull();
  });
});

describe('the name in log and journal', () => {
  const named = async (sudo: string | null, isShown: boolean) => {
    const peer = new Peer(desk, new UserNames());
    const reply = await peer.introduce({ kind: 'who', sudo });
    if (!reply.ok || reply.kind !== 'who' || reply.challenge === null) throw new Error('no word');
    if (isShown) await showUser(socket, reply.challenge, LINE);
    const request = await peer.named(HOLD, LINE);
    return 'operator' in request ? request.operator : '';
  };

  it.each([
    [null, true, MY_NAME],
    ['anna', true, `${MY_NAME} (sudo by anna, as said)`],
    [MY_NAME, true, MY_NAME],
    [null, false, 'somebody (as they say)'],
    ['anna', false, 'somebody, sudo by anna (as they say)'],
  ])('with sudo by %s, shown: %s, is %s', async (sudo, isShown, expected) => {
    expect(await named(sudo, isShown)).toBe(expected);
    expect(await readdir(join(state, 'who'))).toEqual([]);
  });

  it('of a proof that was used is only said', async () => {
    const peer = new Peer(desk, new UserNames());
    const reply = await peer.introduce({ kind: 'who', sudo: null });
    if (!reply.ok || reply.kind !== 'who' || reply.challenge === null) throw new Error('no word');
    await showUser(socket, reply.challenge, LINE);
    expect(await peer.named(HOLD, LINE)).toMatchObject({ operator: MY_NAME });
    await showUser(socket, reply.challenge, LINE);
    expect(await peer.named(HOLD, LINE)).toMatchObject({ operator: 'somebody (as they say)' });
  });

  it('is a number for a user without a name', async () => {
    expect(await new UserNames().nameOf(3_999_999_999)).toBe('uid 3999999999');
  });
});

describe('over the socket', () => {
  let seen: Request[];
  let server: ControlServer;
  beforeEach(async () => {
    seen = [];
    server = await ControlServer.listen(
      socket,
      async (request) => {
        seen.push(request);
        return { ok: true, kind: 'operator', accepted: true, text: 'done' };
      },
      systemClock,
    );
  });
  afterEach(() => server.close());

  it('a request that acts comes with the proven name, and no file stays', async () => {
    await ask<'operator'>(socket, HOLD, systemClock);
    expect(seen).toEqual([{ ...HOLD, operator: MY_NAME }]);
    expect(await readdir(join(state, 'who'))).toEqual([]);
  });

  it('without the directory the name is as they say', async () => {
    await rm(join(state, 'who'), { recursive: true });
    await ask<'operator'>(socket, HOLD, systemClock);
    expect(seen).toEqual([{ ...HOLD, operator: 'somebody (as they say)' }]);
  });

  it('a client that goes away leaves no file', async () => {
    const client = connect(socket);
    const reply = await new Promise<Buffer>((resolve) => {
      client.once('data', resolve);
      client.write('{"kind":"who","sudo":null}\n');
    });
    const { challenge: asked } = JSON.parse(reply.toString()) as { challenge: Challenge };
    await showUser(socket, asked, LINE);
    client.destroy();
    await expect.poll(() => readdir(join(state, 'who'))).toEqual([]);
  });
});
