/** The daemon detached: start, stop, one cluster in a process of its own, what is missing. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, makeHome } from './program.ts';

const homes: string[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await clusterd(home, 'stop');
  cleanUp();
});

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on active panic   -> held "$line"
  rest

state held "is held"
  on operator release -> watch "$operator released"
  alarm production "held"
  rest
`;

function cluster(name: string, lines = ''): string {
  const port = 1 + 2 * name.charCodeAt(0);
  const node = (which: string, at: number) => `  node ${name}-${which}
    console tcp 127.0.0.1:${at}
    identity 83a5${at.toString(16).padStart(4, '0')}
    boot-path disk
`;
  const header = `cluster ${name}\n  script plain\n  on-silence confirm\n${lines}`;
  return `${header}${node('a', port)}${node('b', port + 1)}`;
}

function home(...clusters: string[]): string {
  const directory = makeHome(clusters.join(''), { 'plain.chat': SCRIPT });
  homes.push(directory);
  return directory;
}

const pidOf = (home: string, file = 'clusterd.pid') =>
  Number(readFileSync(join(home, 'state', file), 'utf8').split('\n')[0]);

function isGone(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** Several processes one after another, on a host that others use, too. */
const LONG_MS = 60_000;

describe('clusterd start', { timeout: LONG_MS }, () => {
  it('gives back when all is watched, and stop when the process is gone', async () => {
    const here = home(cluster('x'));
    const started = await clusterd(here, 'start');
    expect([started.status, started.err]).toEqual([0, '']);
    expect(started.out).toMatch(/^x: watched with plain, x-a and x-b$/m);
    const pid = pidOf(here);
    expect(started.out).toContain(`process ${pid}`);
    const again = await clusterd(here, 'start');
    expect([again.status, again.out]).toEqual([0, `clusterd runs already, process ${pid}\n`]);
    const stopped = await clusterd(here, 'stop');
    expect([stopped.status, isGone(pid)]).toEqual([0, true]);
    expect(existsSync(join(here, 'state/clusterd.pid'))).toBe(false);
    expect((await clusterd(here, 'stop')).status).toBe(1);
  });

  it('says which cluster is not watched, and runs the others', async () => {
    const here = home(cluster('x'), cluster('y', '  nonsense\n'));
    const { status, out, err } = await clusterd(here, 'start');
    expect(out).toMatch(/^y: NOT WATCHED: CList:15:3: error/m);
    expect(err).toBe('clusterd runs, but: 1 cluster not watched; see above\n');
    expect(status).toBe(3);
    await clusterd(here, 'stop');
    const strict = await clusterd(here, 'start', '--strict');
    expect([strict.status, strict.out]).toEqual([1, expect.stringContaining('--strict: y')]);
    expect((await clusterd(here, 'status')).status).toBe(1);
  });

  it('brings to the terminal why the daemon died', async () => {
    const here = home(cluster('y', '  nonsense\n'));
    const { status, out, err } = await clusterd(here, 'start');
    expect([status, err]).toEqual([1, 'clusterd was not started: it ended with exit status 1\n']);
    expect(out).toContain('no cluster can be watched');
  });

  it('names every part that is missing, and what to do', async () => {
    const device = '/dev/no-such-line';
    const serial = cluster('x', '  alarm-command /no/such/alarm x\n').replace(
      /console tcp \S+/,
      `console serial ${device} 9600`,
    );
    const { status, out, err } = await clusterd(home(serial), 'start');
    expect(out).toContain('missing: x: the alarm command /no/such/alarm is no program');
    expect(out).toContain(`missing: x: x-a: the serial line ${device} is not there`);
    expect([status, err]).toEqual([0, 'clusterd runs, but: 2 parts missing; see above\n']);
  });
});

describe('the limit of open files', { timeout: LONG_MS }, () => {
  const limited = (home: string, files: number, ...words: string[]) => {
    const program = join(import.meta.dirname, '../../dist/main.js');
    const line = `ulimit -n ${files}; exec "$0" "$@" --home "${home}"`;
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', line, process.execPath, program, ...words],
      { encoding: 'utf8' },
    );
    return { status, out: `${stdout}${stderr}` };
  };

  it('is said when it is too low, and refused with --strict', () => {
    const names = [...'abcdefghijklmnopqrstuvwx'];
    const here = home(...names.map((name) => cluster(name)));
    const lax = limited(here, 200, 'start');
    expect([lax.status, lax.out]).toEqual([
      0,
      expect.stringContaining('218 open files are needed'),
    ]);
    expect(lax.out).toContain('LimitNOFILE=218');
    limited(here, 200, 'stop');
    const strict = limited(here, 200, 'start', '--strict');
    expect(strict.status).toBe(1);
    expect(strict.out).toContain('not started because of --strict: 218 open files are needed');
  });
});

describe.runIf(process.getuid?.() === 0)('started by root', () => {
  it('becomes the owner of its state, with his groups, before it writes anything', async () => {
    const here = home(cluster('x'));
    chmodSync(here, 0o755);
    const nobody = Number(spawnSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).stdout);
    const group = Number(spawnSync('id', ['-g', 'nobody'], { encoding: 'utf8' }).stdout);
    for (const name of ['state', 'Logs']) {
      mkdirSync(join(here, name));
      chownSync(join(here, name), nobody, group);
    }
    const { status, out } = await clusterd(here, 'start');
    expect([status, out]).toEqual([0, expect.stringContaining('clusterd runs as nobody, to whom')]);
    const process = readFileSync(`/proc/${pidOf(here)}/status`, 'utf8');
    expect(process).toMatch(new RegExp(`^Uid:\\s+${nobody}\\s+${nobody}\\s+${nobody}`, 'm'));
    expect(process).toMatch(new RegExp(`^Groups:\\s+${group}\\s*$`, 'm'));
    for (const name of readdirSync(join(here, 'state'))) {
      expect([name, statSync(join(here, 'state', name)).uid]).toEqual([name, nobody]);
    }
    expect((await clusterd(here, 'stop')).status).toBe(0);
  });
});

describe('one cluster in a process of its own', { timeout: LONG_MS }, () => {
  it('is found by every command, beside the daemon for the others', async () => {
    const here = home(cluster('x'), cluster('y'));
    expect((await clusterd(here, 'start', '--cluster', 'x')).status).toBe(0);
    const rest = await clusterd(here, 'start');
    expect(rest.status).toBe(3);
    expect(rest.out).toMatch(/^x: NOT WATCHED: its journal .* is in the hands of process/m);
    const all = JSON.parse((await clusterd(here, 'status', '--json')).out);
    const seen = all.clusters.map(({ kind, cluster }: Record<string, string>) => [kind, cluster]);
    expect(seen.sort()).toEqual([
      ['watched', 'x'],
      ['watched', 'y'],
    ]);
    const [alone, others] = [pidOf(here, 'clusterd.x.pid'), pidOf(here)];
    const one = JSON.parse((await clusterd(here, 'status', 'x', '--json')).out);
    expect([one.daemon.pid, one.clusters[0].kind]).toEqual([alone, 'watched']);
    expect((await clusterd(here, 'stop', '--cluster', 'x')).status).toBe(0);
    expect([isGone(alone), isGone(others)]).toEqual([true, false]);
  });

  it('ends with the others at stop, and opens its logs anew with them', async () => {
    const here = home(cluster('x'), cluster('y'));
    await clusterd(here, 'start', '--cluster', 'x');
    await clusterd(here, 'start', '--cluster', 'y');
    for (const name of ['x', 'y']) {
      appendFileSync(join(here, `Logs/${name}.log`), 'before\n');
      renameSync(join(here, `Logs/${name}.log`), join(here, `Logs/${name}.log.1`));
    }
    const reopened = await clusterd(here, 'reopen');
    expect([reopened.status, existsSync(join(here, 'Logs/x.log'))]).toEqual([0, true]);
    expect(existsSync(join(here, 'Logs/y.log'))).toBe(true);
    const pids = [pidOf(here, 'clusterd.x.pid'), pidOf(here, 'clusterd.y.pid')];
    const stopped = await clusterd(here, 'stop');
    expect([stopped.status, pids.map(isGone)]).toEqual([0, [true, true]]);
  });

  it('is not one that CList does not have', async () => {
    const { status, out } = await clusterd(home(cluster('x')), 'start', '--cluster', 'z');
    expect([status, out]).toEqual([1, expect.stringContaining("CList has no cluster 'z'")]);
  });
});

it('reopen without a daemon is no error: logrotate runs on hosts where none runs', async () => {
  const { status, out } = await clusterd(home(cluster('x')), 'reopen');
  expect([status, out]).toEqual([0, expect.stringContaining('nothing to open anew')]);
});

it('--version says which one', async () => {
  expect((await clusterd(home(cluster('x')), '--version')).out).toMatch(
    /^clusterd \d+\.\d+\.\d+$/m,
  );
});
