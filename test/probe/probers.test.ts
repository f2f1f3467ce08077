import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock/clock.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import { Fping } from '../../src/probe/fping.ts';
import { parseFpingLine } from '../../src/probe/fping-line.ts';
import { createPing } from '../../src/probe/ping.ts';
import type { ProbeQuestion, Prober } from '../../src/probe/prober.ts';
import { Rounds } from '../../src/probe/rounds.ts';
import { systemProbers } from '../../src/probe/system-probers.ts';
import { createTcpConnect } from '../../src/probe/tcp-connect.ts';

/** Documentation addresses (RFC 5737): nobody answers there. */
const NOBODY = '198.51.100.1';
const hasFping = spawnSync('fping', ['-c1', '-q', '127.0.0.1']).status === 0;
const hasPing = spawnSync('ping', ['-c1', '-q', '127.0.0.1']).status === 0;

let directory = '';
let probers: Prober[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'probe-'));
  probers = [];
});
afterEach(async () => {
  for (const prober of probers) prober.stop();
  for (const server of servers.splice(0)) server.close();
  await rm(directory, { recursive: true, force: true });
});

function question(host: string, change: Partial<ProbeQuestion> = {}): ProbeQuestion {
  return { key: host, host, port: 0, intervalMs: 500, ...change };
}

function collect() {
  const results: string[] = [];
  const troubles: string[] = [];
  const onResult = (key: string, answered: boolean, detail: string) => {
    results.push(`${key} ${answered ? 'answered' : detail}`);
  };
  return { results, troubles, onResult, onTrouble: (text: string) => troubles.push(text) };
}

/** A stand-in for fping: a shell script that notes each start. */
function script(body: string): string {
  const path = join(directory, 'fping');
  writeFileSync(path, `#!/bin/sh\necho "$@" >> ${directory}/starts\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function starts(): number {
  const path = join(directory, 'starts');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0;
}

function fping(change: { program?: string; clock?: Clock }) {
  const seen = collect();
  const fallen: string[][] = [];
  const prober = new Fping({
    clock: systemClock,
    ...seen,
    fallback: () => ({
      ask: (questions) => fallen.push(questions.map(({ host }) => host)),
      stop: () => fallen.push([]),
    }),
    ...change,
  });
  probers.push(prober);
  return { ...seen, prober, fallen };
}

describe('a line of fping', () => {
  test.each([
    [
      '[1795366399.98110] 127.0.0.1 : [0], 64 bytes, 0.226 ms (0.226 avg, 0% loss)',
      { host: '127.0.0.1', answered: true, detail: '0.226 ms' },
    ],
    [
      '[1795366399.98315] ::1       : [12], 64 bytes, 0.122 ms (0.122 avg, 0% loss)',
      { host: '::1', answered: true, detail: '0.122 ms' },
    ],
    [
      '[1795366418.31389] a.example : [0], timed out (NaN avg, 100% loss)',
      { host: 'a.example', answered: false, detail: 'timed out' },
    ],
    ['127.0.0.1 : xmt/rcv/%loss = 3/3/0%, min/avg/max = 0.01/0.02/0.04', null],
    ['[1795366418.31389] a : duplicate for [0], 64 bytes, 0.1 ms', null],
    ['ICMP Host Unreachable from 192.0.2.2 for ICMP Echo sent to 192.0.2.77', null],
    ['', null],
  ])('%s', (line, expected) => {
    expect(parseFpingLine(line)).toEqual(expected);
  });
});

describe('the fping process', () => {
  test.skipIf(!hasFping)('real fping: who answers, who does not, who has no name', async () => {
    const { prober, results, troubles } = fping({});
    prober.ask(['127.0.0.1', NOBODY, 'no-such-name.invalid', '::1'].map((host) => question(host)));
    await expect
      .poll(() => results, { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['127.0.0.1 answered', `${NOBODY} timed out`]));
    expect(results.some((line) => line.includes('invalid'))).toBe(false);
    expect(troubles).toEqual([expect.stringMatching(/no-such-name\.invalid/)]);
    prober.ask([question('127.0.0.2')]);
    await expect.poll(() => results).toContain('127.0.0.2 answered');
    const before = results.length;
    prober.ask([]);
    prober.ask([question('127.0.0.3')]);
    await expect.poll(() => results).toContain('127.0.0.3 answered');
    expect(results.slice(before).filter((line) => line.startsWith('127.0.0.1 '))).toEqual([]);
  });

  test('output in any pieces', async () => {
    const line = '[1.5] h : [0], timed out (NaN avg, 100% loss)\\n';
    const program = script(
      `for c in '${line.slice(0, 9)}' '${line.slice(9, 20)}' '${line.slice(20)}'; do printf %b "$c"; sleep 0.05; done; exec sleep 60`,
    );
    const { prober, results } = fping({ program });
    prober.ask([question('h')]);
    await expect.poll(() => results).toEqual(['h timed out']);
  });

  test('one process for each interval; the same questions restart none, others theirs alone', async () => {
    const { prober } = fping({ program: script('exec sleep 60') });
    const [slow, quick] = [
      question('a', { intervalMs: 5_000 }),
      question('b', { intervalMs: 2_000 }),
    ];
    prober.ask([slow, quick]);
    await expect.poll(starts).toBe(2);
    prober.ask([slow, quick]);
    prober.ask([slow]);
    prober.ask([slow, question('c', { intervalMs: 2_000 }), question('d', { intervalMs: 2_000 })]);
    await expect.poll(starts).toBe(3);
    const all = readFileSync(join(directory, 'starts'), 'utf8').trimEnd().split('\n').sort();
    expect(all).toEqual([
      '-l -D -p 2000 -t 1500 -i 1 -B 1 -r 0',
      '-l -D -p 2000 -t 1500 -i 1 -B 1 -r 0',
      '-l -D -p 5000 -t 1500 -i 1 -B 1 -r 0',
    ]);
  });

  test('none has more addresses than it can ask in time; one more address restarts one', async () => {
    const { prober } = fping({ program: script('exec sleep 60') });
    const many = Array.from({ length: 2_500 }, (_, index) =>
      question(`h${index}`, { intervalMs: 5_000 }),
    );
    prober.ask(many);
    await expect.poll(starts).toBe(3);
    prober.ask([...many, question('new', { intervalMs: 5_000 })]);
    await expect.poll(starts).toBe(4);
    prober.ask([...many.slice(1), question('new', { intervalMs: 5_000 })]);
    await expect.poll(starts).toBe(5);
  });

  test('the process before goes on until the new one has a result', async () => {
    const program = script(
      `n=$(wc -l < ${directory}/starts); while read -r host; do hosts="$hosts $host"; done
      while [ "$n" -eq 2 ] && [ ! -e ${directory}/go ]; do sleep 0.02; done
      while :; do for h in $hosts; do echo "[1.5] $h : [0], 64 bytes, 0.1 ms (0.1 avg, 0% loss)"; done; sleep 0.05; done`,
    );
    const { prober, results } = fping({ program });
    prober.ask([question('a')]);
    await expect.poll(() => results).toContain('a answered');
    prober.ask([question('a'), question('b')]);
    await expect.poll(starts).toBe(2);
    const before = results.length;
    await expect.poll(() => results.length).toBeGreaterThan(before + 3);
    expect(results).not.toContain('b answered');
    writeFileSync(join(directory, 'go'), '');
    await expect.poll(() => results).toContain('b answered');
  });

  test('when it dies it is started again, after growing pauses', async () => {
    const clock = new SimulatedClock();
    const { prober, troubles } = fping({
      program: script('echo "fping: no luck" >&2; exit 3'),
      clock,
    });
    prober.ask([question('a')]);
    for (const [index, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      const expected = `fping ended (status 3: fping: no luck); starting it again in ${seconds} s`;
      await expect.poll(() => troubles.at(-1)).toBe(expected);
      expect(starts()).toBe(index + 1);
      troubles.length = 0;
      clock.advance(seconds * 1000 - 1);
      expect(starts()).toBe(index + 1);
      clock.advance(1);
    }
  });

  test('a name without any result is resolved again after a minute', async () => {
    const clock = new SimulatedClock();
    const program = script(
      "echo '[1.5] a : [0], 64 bytes, 0.1 ms (0.1 avg, 0% loss)'; exec sleep 60",
    );
    const { prober, results } = fping({ program, clock });
    prober.ask([question('a'), question('b')]);
    await expect.poll(() => results).toEqual(['a answered']);
    clock.advance(60_000);
    await expect.poll(starts).toBe(2);
    await expect.poll(() => results).toHaveLength(2);
    prober.ask([question('a')]);
    await expect.poll(() => results).toHaveLength(3);
    clock.advance(600_000);
    expect(starts()).toBe(3);
  });

  test.each([
    ['absent', () => join(directory, 'none'), 'ENOENT'],
    [
      'not to be run',
      () => {
        const path = script('');
        chmodSync(path, 0o644);
        return path;
      },
      'EACCES',
    ],
  ])('%s: another prober takes over', async (_name, program, code) => {
    const { prober, fallen, troubles } = fping({ program: program() });
    prober.ask([question('a')]);
    await expect.poll(() => fallen).toEqual([['a']]);
    expect(troubles.join()).toMatch(new RegExp(`cannot be started.*${code}.*using ping`));
    prober.ask([question('b')]);
    prober.stop();
    expect(fallen).toEqual([['a'], ['b'], []]);
  });
});

describe('ping(8)', () => {
  test.skipIf(!hasPing)('who answers, who does not, who has no name', async () => {
    const { results, troubles, onResult, onTrouble } = collect();
    const prober = createPing(systemClock, onResult, onTrouble);
    probers.push(prober);
    prober.ask(['127.0.0.1', NOBODY, 'no-such-name.invalid'].map((host) => question(host)));
    await expect
      .poll(() => results, { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['127.0.0.1 answered', `${NOBODY} timed out`]));
    await expect
      .poll(() => troubles)
      .toEqual([expect.stringMatching(/^ping cannot ask no-such-name/)]);
    expect(results.some((line) => line.includes('invalid'))).toBe(false);
  });

  test('absent: told once, nothing is reported as silence', async () => {
    const { results, troubles, onResult, onTrouble } = collect();
    const clock = new SimulatedClock();
    const prober = createPing(clock, onResult, onTrouble, join(directory, 'none'));
    probers.push(prober);
    prober.ask([question('a')]);
    clock.advance(1);
    await expect.poll(() => troubles).toHaveLength(1);
    clock.advance(500);
    await expect.poll(() => clock.nextDue()).not.toBeNull();
    expect(troubles).toEqual([expect.stringMatching(/^ping cannot ask a: .*ENOENT/)]);
    expect(results).toEqual([]);
  });
});

describe('tcp', () => {
  async function listen(): Promise<number> {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  test('connected, refused, and a name that does not resolve', async () => {
    const { results, onResult } = collect();
    const open = await listen();
    const closed = await listen();
    servers.pop()?.close();
    const prober = createTcpConnect(systemClock, onResult);
    probers.push(prober);
    prober.ask([
      question('127.0.0.1', { key: 'open', port: open }),
      question('127.0.0.1', { key: 'closed', port: closed }),
      question('no-such-name.invalid', { key: 'nameless', port: open }),
    ]);
    await expect
      .poll(() => results.filter((line) => line === 'closed refused').length)
      .toBeGreaterThan(1);
    expect(results).toContain('open answered');
    expect(results.some((line) => line.startsWith('nameless'))).toBe(false);
  });

  test('no word at all is a missing answer, by the clock', async () => {
    const { results, onResult } = collect();
    const clock = new SimulatedClock();
    const prober = createTcpConnect(clock, onResult);
    probers.push(prober);
    // Connecting needs a turn of the event loop, the clock is moved within this one.
    prober.ask([question('127.0.0.1', { key: 'slow', port: await listen(), intervalMs: 5_000 })]);
    clock.advance(3_000);
    expect(results).toEqual(['slow timed out']);
  });

  test('a service that comes and goes', async () => {
    const { results, onResult } = collect();
    const port = await listen();
    const prober = systemProbers(systemClock, () => {}).tcp(onResult);
    probers.push(prober);
    prober.ask([question('127.0.0.1', { key: 's', port, intervalMs: 100 })]);
    await expect.poll(() => results.at(-1)).toBe('s answered');
    await new Promise((resolve) => servers.pop()?.close(resolve));
    await expect.poll(() => results.at(-1)).toBe('s refused');
  });
});

describe('rounds', () => {
  function setUp(atOnceMax: number) {
    const clock = new SimulatedClock();
    const log: string[] = [];
    const open = new Map<string, () => void>();
    const rounds = new Rounds(clock, atOnceMax, ({ key }, done) => {
      log.push(`${key}@${clock.now().at}`);
      open.set(key, done);
      return () => log.push(`${key} ended`);
    });
    return { clock, log, open, rounds };
  }

  test('spread over the interval, never twice at a time, on the interval again', () => {
    const { clock, log, open, rounds } = setUp(9);
    rounds.ask([question('a', { intervalMs: 1000 }), question('b', { intervalMs: 1000 })]);
    clock.advance(3_000);
    expect(log).toEqual(['a@0', 'b@500']);
    open.get('a')?.();
    open.get('a')?.();
    clock.advance(0);
    expect(log).toEqual(['a@0', 'b@500', 'a@3000']);
    clock.advance(300);
    open.get('a')?.();
    clock.advance(699);
    expect(log).toHaveLength(3);
    clock.advance(1);
    expect(log.at(-1)).toBe('a@4000');
  });

  test('no more at once than allowed; the others wait their turn', () => {
    const { clock, log, open, rounds } = setUp(1);
    rounds.ask([question('a'), question('b'), question('c')]);
    clock.advance(2_000);
    expect(log).toEqual(['a@0']);
    open.get('a')?.();
    expect(log).toEqual(['a@0', 'b@2000']);
    rounds.ask([question('a'), question('c')]);
    expect(log).toEqual(['a@0', 'b@2000', 'b ended', 'c@2000']);
    rounds.stop();
    expect(log.at(-1)).toBe('c ended');
    clock.advance(10_000);
    expect(log).toHaveLength(5);
  });
});
