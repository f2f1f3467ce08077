/** The real program on a real terminal: what it leaves behind there, however it ends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, makeHome, RunningDaemon, silentConsoles, waitFor } from './program.ts';

/** Ended with the test, also with one that fails. */
const terminals = new Set<ChildProcess>();
afterEach(() => {
  for (const child of terminals) child.kill();
  terminals.clear();
  cleanUp();
});

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const hasScript = spawnSync('script', ['--version']).status === 0;
const SCRIPTS = {
  'plain.chat': `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on active panic -> held "$line"
  rest

state held lasting "is held"
  on operator release -> watch "$operator released"
  alarm production "held"
  rest
`,
};

async function daemonOfDemo(): Promise<RunningDaemon> {
  const [one = 0, two = 0] = await silentConsoles(2);
  const node = (name: string, port: number, identity: string) =>
    `  node ${name}
    console tcp 127.0.0.1:${port}
    identity ${identity}
    boot-path disk
`;
  const clist = `cluster demo
  script plain
  on-silence confirm
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
${node('a1', one, '83a54d1a')}${node('a2', two, '83a54d1b')}`;
  const daemon = await RunningDaemon.start(makeHome(clist, SCRIPTS));
  expect(daemon.out).toMatch(/watches 1 cluster/);
  return daemon;
}

/** Runs it below script(1), with the terminal's settings printed before and after. */
function onTerminal(home: string, words: string) {
  const command = `stty -g; ${process.execPath} ${PROGRAM} status --watch ${words}; echo "ended $?"; stty -g`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, CLUSTER_HOME: home, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  terminals.add(child);
  const terminal = { out: '', child };
  child.stdout.on('data', (chunk: Buffer) => {
    terminal.out += chunk.toString('latin1');
  });
  return terminal;
}

describe.skipIf(!hasScript)('status --watch on a terminal (script of util-linux)', () => {
  it.each([
    ['q', 'q', 'ended 0'],
    ['^C', '\x03', 'ended 0'],
  ])('gives it back after %s', async (_, typed, ended) => {
    const daemon = await daemonOfDemo();
    const terminal = onTerminal(daemon.home, '');
    const story = () => JSON.stringify(terminal.out);
    await waitFor(() => /demo .*watch|demo .*start/.test(terminal.out), 15_000, story);
    terminal.child.stdin.write(typed);
    await waitFor(() => terminal.out.includes('ended'), 10_000, story);
    await waitFor(() => /ended \d+\r\n\S+\r\n/.test(terminal.out), 5_000, story);
    expect(terminal.out).toContain(ended);
    const [before, after] = [...terminal.out.matchAll(/^([0-9a-f]+(?::[0-9a-f]+){10,})\r$/gm)];
    expect(after?.[1]).toBe(before?.[1]);
    expect(terminal.out.lastIndexOf('\x1b[?1049l')).toBeGreaterThan(
      terminal.out.lastIndexOf('\x1b[?1049h'),
    );
    expect(terminal.out.split('\x1b[?1049l').at(-1)).not.toMatch(/\x1b\[\d+;1H/);
  });

  it('says that the daemon is gone, and goes on when it is back', async () => {
    const daemon = await daemonOfDemo();
    const terminal = onTerminal(daemon.home, 'demo');
    const story = () => JSON.stringify(terminal.out);
    await waitFor(() => /demo: \w+:/.test(terminal.out), 15_000, story);
    await clusterd(daemon.home, 'stop');
    await waitFor(() => /NO ANSWER for/.test(terminal.out), 10_000, story);
    await RunningDaemon.start(daemon.home);
    const seen = terminal.out.length;
    await waitFor(() => /demo: \w+:/.test(terminal.out.slice(seen)), 10_000, story);
    terminal.child.stdin.write('q');
    await waitFor(() => terminal.out.includes('ended 0'), 10_000, story);
  });
});

it('prints once where there is no terminal', async () => {
  const daemon = await daemonOfDemo();
  const { status, out } = await clusterd(daemon.home, 'status', '--watch');
  expect([status, out]).toEqual([0, expect.stringMatching(/^clusterd runs[\s\S]*demo/)]);
  expect(out).not.toContain('\x1b');
});

it('loses nothing of a long text on a pipe that is read late', { timeout: 30_000 }, async () => {
  const long = Array.from({ length: 3_000 }, (_, index) => `cluster c${index}\n  script none\n`);
  const home = makeHome(long.join(''), SCRIPTS);
  const piped = spawnSync(
    'sh',
    ['-c', '"$0" "$1" check 2>&1 | (sleep 1; tail -1)', process.execPath, PROGRAM],
    { env: { ...process.env, CLUSTER_HOME: home }, encoding: 'utf8' },
  );
  expect(piped.stdout).toMatch(/errors/);
});

it('--check ends with the worst, and is critical without a daemon', async () => {
  const daemon = await daemonOfDemo();
  const other = await clusterd(daemon.home, 'status', '--check', 'other');
  expect([other.status, other.out]).toEqual([3, expect.stringMatching(/^CLUSTERD UNKNOWN - /)]);
  expect((await clusterd(daemon.home, 'status', '--check')).out).toMatch(/^CLUSTERD \w+ - .*\n$/);
  await clusterd(daemon.home, 'stop');
  const gone = await clusterd(daemon.home, 'status', '--check');
  expect([gone.status, gone.out]).toEqual([
    2,
    'CLUSTERD CRITICAL - no daemon runs for this CLUSTER_HOME\n',
  ]);
  const wrong = await clusterd(daemon.home, 'status', '--check', '--json');
  expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('exclude each other')]);
});
