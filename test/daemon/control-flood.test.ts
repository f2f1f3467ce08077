/**
 * Somebody of the operators' own group presses the control socket in every way: consoles are heard in
 * time all the same, other operators get their answers, and the daemon does not grow.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, makeHome, RunningDaemon, waitFor } from './program.ts';

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic /panic \\w+ \\d+/
pattern calm "calm"

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on active panic   -> crash "$line"
  on operator switchover if net is alive -> crash "asked"
  rest

state crash "is down"
  on active calm    -> watch "$line"
  rest
`;
const PANICS = 12;
/** What a person would not notice; two processors are shared with the flood and other tests. */
const REACTION_MS_MAX = 250;
const GROWTH_KB_MAX = 150 * 1024;

let flooder: ChildProcess | null = null;
const consoles: Server[] = [];
const lines = new Set<Socket>();
let daemon: RunningDaemon;
let startedKb = 0;

beforeAll(async () => {
  daemon = await watchingDemo();
  // A console counts once it was quiet for so long; nothing tells when it has been.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  startedKb = residentKb(daemon.child.pid);
}, 60_000);
afterEach(() => {
  flooder?.kill('SIGKILL');
});
afterAll(() => {
  for (const line of lines) line.destroy();
  for (const server of consoles) server.close();
  cleanUp();
});

async function consolePort(): Promise<number> {
  const server = createServer((socket) => {
    socket.resume().on('error', () => {});
    lines.add(socket);
  });
  consoles.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function watchingDemo(): Promise<RunningDaemon> {
  const [first, second] = [await consolePort(), await consolePort()];
  const home = makeHome(
    `cluster demo
  script plain
  on-silence confirm
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
  node a
    console tcp 127.0.0.1:${first}
    identity 83a54d1a
    boot-path disk
  node b
    console tcp 127.0.0.1:${second}
    identity 83a54d1b
    boot-path disk
`,
    { 'plain.chat': SCRIPT },
  );
  const started = await RunningDaemon.start(home);
  await started.logged(/-> watch/, 20_000);
  return started;
}

function residentKb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN);
}

async function press(kind: string): Promise<void> {
  const socket = join(daemon.home, 'state/control.sock');
  const program = join(import.meta.dirname, 'control-flooder.mjs');
  const child = spawn(process.execPath, [program, socket, kind], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  flooder = child;
  await new Promise((resolve) => child.stdout.once('data', resolve));
}

/** How late each panic was noticed, milliseconds; the consoles of both nodes say it. */
async function reactions(kind: string): Promise<number[]> {
  const late: number[] = [];
  for (let index = 0; index < PANICS; index++) {
    const sentAt = Date.now();
    for (const line of lines) line.write(`panic ${kind} ${index}\r\n`);
    const noticed = new RegExp(`"time":"([^"]+)"[^\n]*-> crash[^\n]*panic ${kind} ${index}\\b`);
    await waitFor(
      () => noticed.test(daemon.file('Logs/demo.jsonl')),
      20_000,
      () => daemon.file('Logs/demo.jsonl').slice(-2000),
    );
    const [, at = ''] = noticed.exec(daemon.file('Logs/demo.jsonl')) ?? [];
    late.push(Date.parse(at) - sentAt);
    for (const line of lines) line.write('calm\r\n');
  }
  return late;
}

describe('the daemon, its control socket pressed by', () => {
  it.each([
    'connects',
    'silent',
    'half',
    'garbage',
    'long',
    'drip',
    'deaf',
    'pings',
    'statuses',
    'words',
  ])(
    '%s, hears consoles and answers operators',
    async (kind) => {
      await press(kind);
      const late = await reactions(kind);
      const asked = Date.now();
      const status = await clusterd(daemon.home, 'status');
      const word = await clusterd(daemon.home, 'out-of-service', 'demo', 'b');
      const tookMs = Date.now() - asked;
      const grownKb = residentKb(daemon.child.pid) - startedKb;
      if (process.env.FLOOD_FIGURES)
        console.log(kind, late.join(' '), `${tookMs} ms`, `${grownKb} kB`);
      expect(status.err).toBe('');
      expect(word).toMatchObject({ status: 0, err: '' });
      expect(daemon.file('Logs/demo.log')).not.toContain('stood still');
      expect(late.filter((ms) => ms > REACTION_MS_MAX)).toEqual([]);
      expect(grownKb).toBeLessThan(GROWTH_KB_MAX);
      expect(daemon.file('Logs/demo.log').split('mallory').length).toBeLessThan(1_000);
    },
    60_000,
  );
});
