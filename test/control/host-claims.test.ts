import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostClaims } from '../../src/control/host-claims.ts';
import { nameOf } from '../../src/control/process-life.ts';

const WALL = Date.UTC(2001, 2, 4, 3, 12, 44, 120);
const ONE = 'console ts1:7001';
const TWO = 'console ts1:7002';

let directory: string;
const held: HostClaims[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claims-'));
});
afterEach(async () => {
  for (const claims of held.splice(0)) await claims.release();
  await rm(directory, { recursive: true, force: true });
});

const locks = () => join(directory, 'locks');

it('can be read by daemons of other users, whatever the umask', async () => {
  const umask = process.umask(0o077);
  try {
    await take('/srv/one', [ONE]);
  } finally {
    process.umask(umask);
  }
  const names = (await readdir(locks())).filter((name) => name.endsWith('.claims'));
  const modes = await Promise.all(names.map((name) => stat(join(locks(), name))));
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o644]);
});

async function take(home: string, wanted: readonly string[], directories = [locks()]) {
  const claims = await HostClaims.take({ home, wall: WALL, wanted, directories });
  held.push(claims);
  return claims;
}

/** A process of its own that claims `ONE`; resolves once it has, ends by `kill`. */
async function otherProcess(): Promise<{ pid: number; kill: () => Promise<unknown> }> {
  const room = fileURLToPath(new URL('../../dist/control/host-claims.js', import.meta.url));
  const script = `import { HostClaims } from ${JSON.stringify(room)};
    await HostClaims.take({ home: '/srv/other', wall: ${WALL}, wanted: ['${ONE}'],
      directories: ['${locks()}'] });
    console.log('claimed');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  await once(child.stdout, 'data');
  const kill = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid ?? 0, kill };
}

describe('claims on this host', () => {
  it('name their holder to whoever comes later, and nobody after their release', async () => {
    const first = await take('/srv/one', [ONE]);
    const second = await take('/srv/two', [ONE, TWO]);
    expect(second.holderOf(TWO)).toBeNull();
    const holder = second.holderOf(ONE);
    expect(holder === null ? '' : nameOf(holder)).toBe(
      `process ${process.pid} (${userInfo().username}, /srv/one, since 2001-03-04T03:12:44Z)`,
    );
    await second.release();
    await first.release();
    expect(await readdir(locks())).toEqual([]);
    expect((await take('/srv/three', [ONE])).holderOf(ONE)).toBeNull();
  });

  it('can be given back in part', async () => {
    const first = await take('/srv/one', [ONE, TWO]);
    await first.keep([TWO]);
    const second = await take('/srv/two', [ONE, TWO]);
    expect(second.holderOf(ONE)).toBeNull();
    expect(second.holderOf(TWO)?.home).toBe('/srv/one');
  });

  it('can be read by eye', async () => {
    await take('/srv/one', [ONE]);
    const [name = ''] = (await readdir(locks())).filter((one) => one.endsWith('.claims'));
    const lines = (await readFile(join(locks(), name), 'utf8')).split('\n');
    expect(lines[0]).toBe(`${process.pid}`);
    expect(lines.slice(3)).toEqual(['/srv/one', '2001-03-04T03:12:44.120Z', ONE, '']);
  });

  it('are never both granted, however many start at once', async () => {
    for (let round = 0; round < 20; round++) {
      const racers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((home) => take(`/srv/${home}`, [ONE])),
      );
      const winners = racers.filter((claims) => claims.holderOf(ONE) === null);
      expect(winners.length).toBeLessThanOrEqual(1);
      for (const claims of racers) await claims.release();
    }
  });

  it('end with a process that is killed, and its files go', async () => {
    const other = await otherProcess();
    const first = await take('/srv/one', [ONE]);
    expect(first.holderOf(ONE)).toMatchObject({ pid: other.pid, home: '/srv/other' });
    await first.release();
    await other.kill();
    expect((await readdir(locks())).length).toBe(2);
    const second = await take('/srv/two', [ONE]);
    expect(second.holderOf(ONE)).toBeNull();
    expect((await readdir(locks())).every((name) => name.startsWith(`${process.pid}-`))).toBe(true);
  });

  it.each([
    ['a dead process', `999999999\n1 boot\nann\n/srv\n2001\n${ONE}\n`],
    [
      'a process that took the pid of a dead one',
      `${process.ppid}\n1 boot\nann\n/srv\n2001\n${ONE}\n`,
    ],
    ['nobody', ''],
    ['garbage', 'x'.repeat(1000)],
  ])('are not believed from %s', async (_, text) => {
    await take('/srv/one', []);
    await writeFile(join(locks(), '12-abc.claims'), text);
    expect((await take('/srv/two', [ONE])).holderOf(ONE)).toBeNull();
  });

  it('are believed while the process lives, though nobody listens', async () => {
    await take('/srv/one', []);
    await writeFile(join(locks(), '12-abc.claims'), `${process.ppid}\n\nann\n/srv\n2001\n${ONE}\n`);
    const claims = await take('/srv/two', [ONE]);
    expect(claims.holderOf(ONE)).toMatchObject({ pid: process.ppid, user: 'ann' });
  });

  it('are not held up by what somebody else put there', async () => {
    await take('/srv/one', []);
    await symlink('/dev/zero', join(locks(), 'a.claims'));
    await mkdir(join(locks(), 'b.claims'));
    const fifo = spawn('mkfifo', [join(locks(), 'c.claims')]);
    await once(fifo, 'exit');
    expect((await take('/srv/two', [ONE])).holderOf(ONE)).toBeNull();
  });

  it('are seen in every directory, and written to the first that can be', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await writeFile(join(directory, 'file'), '');
    const blocked = join(directory, 'file', 'locks');
    await take('/srv/one', [ONE], [elsewhere]);
    const second = await take('/srv/two', [ONE], [blocked, locks(), elsewhere]);
    expect(second.trouble).toBeNull();
    expect(second.holderOf(ONE)?.home).toBe('/srv/one');
    expect((await readdir(locks())).length).toBe(2);
    const none = await take('/srv/three', [ONE], [blocked]);
    expect(none.trouble).toContain('ENOTDIR');
  });

  it('are kept where only owners remove their files', async () => {
    await take('/srv/one', []);
    expect((await stat(locks())).mode & 0o7777).toBe(0o1777);
    const open = join(directory, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    expect((await take('/srv/two', [], [open])).trouble).toContain('only owners');
  });
});
