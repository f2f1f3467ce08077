/** `clusterd demo` as people start it, all at once. `npm run build` first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../transport/until.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Each needs less than a minute on a machine that has nothing else to do. */
const DEMO_MS = 150_000;

const running = new Set<ChildProcess>();
const homes = new Set<string>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

interface DemoRun {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out(): string;
  home(): string;
}

function startDemo(...options: string[]): DemoRun {
  const child = spawn(process.execPath, [join(ROOT, 'dist/main.js'), 'demo', ...options], {
    stdio: 'pipe',
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (status) => {
      running.delete(child);
      resolve(status);
    });
  });
  const home = () => {
    const found = /CLUSTER_HOME: (\S+)/.exec(text)?.[1] ?? '';
    if (found !== '') homes.add(found);
    return found;
  };
  return { child, ended, out: () => text, home };
}

/** The daemon's pid, once it runs. */
async function daemonPid(demo: DemoRun): Promise<number> {
  const pid = () => /the daemon runs as process (\d+)/.exec(demo.out())?.[1];
  await until(() => pid() !== undefined, 30_000);
  demo.home();
  return Number(pid());
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function expectReadable(out: string): void {
  const lines = out.split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(out).not.toContain('\u001b');
  const times = lines.flatMap((line) => /^ +(\d+\.\d) {2}\S/.exec(line)?.[1] ?? []).map(Number);
  expect(times.length).toBeGreaterThan(30);
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

describe.concurrent('a takeover', () => {
  test.each([
    ['a panic', [], /n1: panics.*crash dump written +\+\d/s],
    ['power', ['--silence', 'power'], /switch off n1.*the power switch says: off +\+\d/s],
    [
      'confirm',
      ['--silence', 'confirm'],
      /is n1 off\? {2}If so, confirm it.*you +clusterd confirm demo n1.*an operator says: off +\+/s,
    ],
    ['trust', ['--silence', 'trust'], /NOT proven.*silence trusted, NOT proven +\+\d/s],
  ])('%s', { timeout: DEMO_MS }, async (_, options, shows) => {
    const demo = startDemo(...options);
    const status = await demo.ended;
    const out = demo.out();
    expect(status, out).toBe(0);
    expect(out).toMatch(shows);
    expect(out).toContain('Referee at the disk: mounted by one node at a time');
    expect(out).toContain('Acknowledged transactions lost: 0');
    expect(out).toMatch(/login prompt on n2 +\+\d/);
    expect(out).not.toMatch(/ {5}not seen$/m);
    expectReadable(out);
    expect(existsSync(demo.home())).toBe(false);
  });

  test('--keep: the pair can be played with until `quit`', { timeout: DEMO_MS }, async () => {
    const demo = startDemo('--keep');
    await until(() => demo.out().includes('The pair keeps running'), DEMO_MS);
    demo.child.stdin?.write('referee\npanic nobody\nquit\n');
    expect(await demo.ended, demo.out()).toBe(0);
    const kept = demo.home();
    expect(demo.out()).toContain('the root was never mounted twice');
    expect(demo.out()).toContain("no node is named 'nobody'");
    expect(demo.out()).toContain(`kept: ${kept}`);
    expect(existsSync(join(kept, 'Logs/demo.log'))).toBe(true);
  });
});

describe.concurrent('an end before the end', () => {
  test('SIGINT ends all and leaves nothing', { timeout: 60_000 }, async () => {
    const demo = startDemo();
    const pid = await daemonPid(demo);
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(130);
    expect(lives(pid)).toBe(false);
    expect(existsSync(demo.home())).toBe(false);
  });

  test('without the demo, killed, its daemon ends too', { timeout: 60_000 }, async () => {
    const demo = startDemo();
    const pid = await daemonPid(demo);
    demo.child.kill('SIGKILL');
    await demo.ended;
    await until(() => !lives(pid), 20_000);
  });

  test('a daemon that dies is said so, and where its log is', { timeout: 60_000 }, async () => {
    const demo = startDemo();
    process.kill(await daemonPid(demo), 'SIGKILL');
    expect(await demo.ended).toBe(1);
    expect(demo.out()).toContain('the daemon has ended: signal SIGKILL');
    expect(demo.out()).toContain(`kept: ${demo.home()}`);
  });
});
