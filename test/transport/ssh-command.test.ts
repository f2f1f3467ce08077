import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshTarget } from '../../src/clist/cluster.ts';
import { type CommandResult, OUTPUT_BYTES_MAX } from '../../src/transport/command.ts';
import { shellLine } from '../../src/transport/shell-line.ts';
import { runOverSsh } from '../../src/transport/ssh-command.ts';
import { haveTools } from './external.ts';
import { Sshd } from './sshd.ts';
import { until } from './until.ts';

describe('a command on a node, over a real OpenSSH', () => {
  if (!haveTools('openssh-server')) return;
  let server: Sshd;
  const directory = mkdtempSync(join(tmpdir(), 'node-'));
  beforeAll(async () => {
    server = await Sshd.start();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  const run = (
    command: string,
    withinMs = 10_000,
    more: Partial<SshTarget> = {},
  ): Promise<CommandResult> =>
    runOverSsh({ ...server.target, ...more }, command, withinMs, server.parts).result;

  it.each([
    { name: 'exits with 0', command: 'true', status: 0 },
    { name: 'exits with 7', command: 'exit 7', status: 7 },
    { name: 'dies of a signal', command: "exec sh -c 'kill -TERM $$'", status: 143 },
    { name: 'is not there', command: '/no/such/program', status: 127 },
  ])('$name', async ({ command, status }) => {
    expect(await run(command)).toMatchObject({ outcome: 'exited', status });
  });

  it('is heard on both outputs, as it was written', async () => {
    expect(await run("printf 'out\\n\\tx\\377'; printf 'err\\r' >&2")).toEqual({
      outcome: 'exited',
      status: 0,
      output: 'out\n\tx\xfferr\r',
    });
  });

  it('gets its arguments as they are, and no shell reads them', async () => {
    const nasty = [
      'a b',
      '$(id)',
      '`id`',
      ';exit 3',
      '*',
      "'",
      '"',
      '',
      '~',
      'A=1',
      '\\',
      '--',
      '!',
    ];
    const { output } = await run(shellLine(['/usr/bin/printf', '%s|', ...nasty]));
    expect(output).toBe(`${nasty.join('|')}|`);
    // The first word is a program, not an assignment.
    expect(await run(shellLine(['A=1']))).toMatchObject({ status: 127 });
  });

  it('keeps the end of long output', async () => {
    const { output } = await run('seq 1 200000; echo the end');
    expect(output.length).toBe(OUTPUT_BYTES_MAX);
    expect(output.endsWith('200000\nthe end\n')).toBe(true);
  });

  it('is not waited for when something it started holds its terminal open', async () => {
    const file = join(directory, 'left');
    const started = performance.now();
    const result = await run(`(trap '' HUP; echo $$; exec sleep 30) & echo $! >${file}; exit 4`);
    expect(result).toMatchObject({ outcome: 'exited', status: 4 });
    expect(performance.now() - started).toBeLessThan(5000);
    process.kill(Number(readFileSync(file, 'utf8')));
  });

  it('is ended at its time limit, with all that it started', async () => {
    const file = join(directory, 'pids');
    const started = performance.now();
    const result = await run(`sleep 61 & echo $! $$ >${file}; echo began; wait`, 1500);
    expect(result).toEqual({ outcome: 'timeout', status: null, output: 'began\n' });
    expect(performance.now() - started).toBeLessThan(2500);
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await until(() => !isAlive(pid));
  });

  it('ends on our clock although the node is frozen, at any moment', async () => {
    for (const freezeAfterMs of [0, 40, 150, 600]) {
      const started = performance.now();
      const result = run('sleep 62', 1500);
      await new Promise((resolve) => setTimeout(resolve, freezeAfterMs));
      server.freeze();
      expect((await result).outcome).toBe('timeout');
      expect(performance.now() - started).toBeLessThan(2500);
      server.thaw();
    }
  });

  it('can be stopped early, any number of times', async () => {
    const command = runOverSsh(server.target, 'sleep 63', 60_000, server.parts);
    command.kill();
    command.kill();
    expect(await command.result).toMatchObject({ outcome: 'timeout', status: null });
    command.kill();
  });

  it('says that the connection was lost, as ssh does', async () => {
    const file = join(directory, 'running');
    // The file is written when what was said before it has had its time to arrive.
    const result = run(`echo going down; sleep 0.5; echo $$ >${file}; sleep 64`);
    await until(() => server.sessions.length > 0 && readOr(file) !== '');
    server.dropAll();
    const { outcome, status, output } = await result;
    expect([outcome, status]).toEqual(['exited', 255]);
    expect(output).toMatch(/^going down\n\nclosed by the other end\n$/);
  });

  describe('is not started, and says why', () => {
    it('when nobody listens', async () => {
      const other = await Sshd.start();
      const target = other.target;
      await other.stop();
      expect(
        await runOverSsh(
          { ...target, key: server.target.key, knownHosts: server.target.knownHosts },
          'true',
          5000,
          server.parts,
        ).result,
      ).toEqual({
        outcome: 'not-started',
        status: null,
        output: `127.0.0.1:${target.port} refused the connection`,
      });
    });

    it('when the key is not the right one', async () => {
      const other = await Sshd.start();
      try {
        expect(await run('true', 5000, { key: other.target.key })).toMatchObject({
          outcome: 'not-started',
          output: `127.0.0.1:${server.port} refused the login of ${server.target.user}`,
        });
      } finally {
        await other.stop();
      }
    });

    it('when others can read the key', async () => {
      const key = server.target.key ?? '';
      chmodSync(key, 0o644);
      const result = await run('true');
      chmodSync(key, 0o600);
      expect(result).toMatchObject({
        outcome: 'not-started',
        output: `the secret file ${key} can be read by group or others`,
      });
    });

    it('when the host key is another one', async () => {
      const other = await Sshd.start();
      try {
        const { output } = await run('true', 5000, { knownHosts: other.target.knownHosts });
        expect(output).toMatch(
          /^the host key of \[127.0.0.1\]:\d+ is not known: ssh-ed25519 SHA256:\S{43}$/,
        );
      } finally {
        await other.stop();
      }
    });
  });
});

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead one whose parent has not looked yet still has its number.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
