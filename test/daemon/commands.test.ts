/** What the commands say and how they end, with a daemon whose consoles are not reachable. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  cleanUp,
  clusterd,
  makeHome,
  RunningDaemon,
  silentConsoles,
  startCommand,
  waitFor,
} from './program.ts';

afterEach(cleanUp);

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on active panic   -> held "$line"
  on operator hold  -> held "$operator asked"
  on operator confirm active -> held "$operator is sure"
  rest

state held lasting "is held"
  on operator release -> watch "$operator released"
  alarm production "held"
  rest
`;
const SCRIPTS = { 'plain.chat': SCRIPT };

interface Choice {
  readonly script?: string;
  readonly silence?: string;
  /** Of its two consoles; nothing listens on the default ones. */
  readonly ports?: readonly number[];
}

/** Each name a letter, so that no two clusters share an address. */
function cluster(name: string, choice: Choice = {}): string {
  const letter = name.charCodeAt(0) % 16;
  const [first = letter + 1, second = letter + 101] = choice.ports ?? [];
  return `cluster ${name}
  script ${choice.script ?? 'plain'}
  on-silence ${choice.silence ?? 'confirm'}
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
  node ${name}-a
    console tcp 127.0.0.1:${first}
    identity 83a54d${letter.toString(16)}a
    boot-path disk
  node ${name}-b
    console tcp 127.0.0.1:${second}
    identity 83a54d${letter.toString(16)}b
    boot-path disk
`;
}

const home = (...names: string[]) =>
  makeHome(names.map((name) => cluster(name)).join('\n'), SCRIPTS);

/** A daemon that watches `demo`; both consoles are connected and silent. */
async function watchingDemo(): Promise<RunningDaemon> {
  const ports = await silentConsoles(2);
  const daemon = await RunningDaemon.start(makeHome(cluster('demo', { ports }), SCRIPTS));
  await daemon.logged(/-> watch/, 20_000);
  return daemon;
}

describe('without a daemon', () => {
  it.each([
    [['status'], 1, /no daemon runs.*\n.*clusterd start/],
    [['hold', 'demo'], 1, /no daemon runs/],
    [['stop'], 1, /no daemon runs/],
    [['log', 'demo'], 1, /no log of 'demo'/],
    [['confirm', 'demo', 'demo-a'], 2, /--yes demo-a/],
    [['confirm', 'demo', 'demo-a', '--yes', 'demo-b'], 2, /not 'demo-a': nothing is confirmed/],
    [['hold'], 2, /missing required argument 'cluster'/],
    [['stauts'], 2, /Did you mean status/],
    [['log', '-n', 'x', 'demo'], 2, /expected a number of lines/],
    [['status', '--home', '/does/not/exist'], 1, /--home names \/does\/not\/exist/],
  ])('clusterd %s', async (words, status, said) => {
    const finished = await clusterd(home('demo'), ...words);
    expect(finished.err).toMatch(said);
    expect([finished.status, finished.out]).toEqual([status, '']);
  });

  it('--help is no mistake', async () => {
    const { status, out } = await clusterd(home('demo'), '--help');
    expect(status).toBe(0);
    expect(out).toContain('switchover');
  });
});

describe('check', () => {
  it('is content and explains what silence means', async () => {
    const { status, out } = await clusterd(home('demo'), 'check');
    expect(out).toMatch(/demo: when a node is silent, confirm: an operator must confirm/);
    expect(out).toMatch(/1 cluster, 1 can be watched: 0 errors/);
    expect(status).toBe(0);
  });

  it('reports every mistake of CList and scripts at once, each with place and caret', async () => {
    const bad = makeHome(
      [
        cluster('a', { script: 'broken' }),
        cluster('b', { script: 'plian' }),
        cluster('c', { silence: 'hope' }),
      ].join(''),
      { 'plain.chat': SCRIPT, 'broken.chat': SCRIPT.replace('-> watch  ', '-> wacht  ') },
    );
    const { status, out } = await clusterd(bad, 'check');
    expect(status).toBe(1);
    expect(out).toMatch(
      /chat-scripts\/broken\.chat:5:6: error: .*'wacht'.*\n.*-> wacht.*\n +\^{5}\n +hint: /,
    );
    expect(out).toMatch(/CList:14:\d+: error: its script chat-scripts\/plian\.chat is not there/);
    expect(out).toMatch(/did you mean 'plain'/);
    expect(out).toMatch(/CList:29:14: error: /);
    expect(out).toMatch(/^a: cannot be watched: its script broken has errors$/m);
    expect(out).toMatch(/^b: cannot be watched: CList:14:\d+: error: its script /m);
    expect(out).toMatch(/3 clusters, 0 can be watched: 4 errors/);
    const json = await clusterd(bad, 'check', '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ errors: 4, clusters: [{}, {}, {}] });
  });

  it('checks script files that are named', async () => {
    const directory = home('demo');
    const path = join(directory, 'chat-scripts', 'plain.chat');
    expect((await clusterd(directory, 'check', path)).status).toBe(0);
    writeFileSync(path, 'state start "x"\n  boil\n');
    const { status, out } = await clusterd(directory, 'check', path);
    expect([status, out]).toEqual([1, expect.stringContaining(`${path}:2:3: error:`)]);
    const missing = await clusterd(directory, 'check', `${path}x`);
    expect([missing.status, missing.err]).toEqual([1, expect.stringContaining('no script')]);
  });

  it('points trust out', async () => {
    const trusting = cluster('demo', { silence: 'trust' }).replace(
      '  service',
      '  parking-survived-power-cycle 2026-11-20\n  service',
    );
    const { out } = await clusterd(makeHome(trusting, SCRIPTS), 'check');
    expect(out).toMatch(/TRUST: a silent node is believed dead/);
  });
});

describe('run', () => {
  it('refuses when nothing can be watched, with all diagnostics', async () => {
    const { status, err } = await clusterd(makeHome(cluster('demo', { script: 'missing' })), 'run');
    expect(err).toMatch(/CList:1:\d+: error: its script .*missing\.chat is not there/);
    expect(err).toMatch(/no cluster can be watched: 1 error/);
    expect(status).toBe(1);
  });

  it('refuses without a CList and says where it looked', async () => {
    const empty = makeHome('');
    const { status, err } = await clusterd(empty, 'run', '--home', join(empty, 'chat-scripts'));
    expect([status, err]).toEqual([1, expect.stringContaining('chat-scripts/CList')]);
  });

  it('watches the sound clusters and names the others, or none with --strict', async () => {
    const mixed = makeHome(cluster('bad', { script: 'missing' }) + cluster('good'), SCRIPTS);
    const strict = await clusterd(mixed, 'run', '--strict');
    expect([strict.status, strict.err]).toEqual([1, expect.stringContaining('--strict: bad')]);
    const daemon = await RunningDaemon.start(mixed);
    expect(daemon.out).toMatch(/^bad: NOT WATCHED: CList:1:/m);
    expect(daemon.out).toMatch(/^good: watched with plain, good-a and good-b$/m);
    const { out } = await clusterd(mixed, 'status');
    expect(out).toMatch(/^!! +bad +NOT WATCHED/m);
    expect(out).toMatch(/good +\w+ .* good-a +good-b lost/);
    const page = await clusterd(mixed, 'status', 'bad');
    expect(page.out).toMatch(/NOT WATCHED.*missing\.chat/);
    const word = await clusterd(mixed, 'hold', 'bad');
    expect([word.status, word.err]).toEqual([1, expect.stringContaining('not watched')]);
  });

  it('goes on without the cluster whose journal cannot be opened', async () => {
    const directory = home('one', 'two');
    mkdirSync(join(directory, 'state', 'one.journal'), { recursive: true });
    const daemon = await RunningDaemon.start(directory);
    expect(daemon.out).toMatch(/^one: NOT WATCHED: the journal .*one\.journal cannot be opened/m);
    expect(daemon.out).toMatch(/watches 1 cluster,/);
  });

  it('believes what is whole of a damaged journal, and raises an alarm', async () => {
    const first = await watchingDemo();
    await clusterd(first.home, 'hold', 'demo');
    await clusterd(first.home, 'stop');
    const path = join(first.home, 'state', 'demo.journal');
    const text = first.file('state/demo.journal');
    writeFileSync(path, `${text.replace('looked around', 'Looked around')}2001-03-04T03:1`);
    const second = await RunningDaemon.start(first.home);
    const { status, ownAlarms } = await second.status('demo');
    expect(status?.state).toBe('held');
    expect(ownAlarms).toMatchObject([{ name: 'clusterd:journal-damage' }]);
    expect((await clusterd(first.home, 'status')).out).toMatch(
      /ALARM clusterd:journal-damage, for .*: .*demo\.journal:\d+: damaged line: the checksum does not fit/,
    );
    await second.logged(/demo.journal ended in the middle/, 5_000);
    const page = (await clusterd(first.home, 'status', 'demo')).out;
    expect(page).toMatch(
      /disk +OWNER IN DOUBT: line \d+ of the journal: the checksum does not fit/,
    );
    expect(page).toMatch(
      /ALARM clusterd:owner.*who owns the disk\?[\s\S]*type: clusterd owner demo demo-a/,
    );
  });

  it('is refused while another runs, with its pid', async () => {
    const directory = home('demo');
    const daemon = await RunningDaemon.start(directory);
    const { status, err } = await clusterd(directory, 'run');
    expect([status, err]).toEqual([
      1,
      expect.stringContaining(`already, by process ${daemon.child.pid} (`),
    ]);
    expect((await clusterd(directory, 'status')).status).toBe(0);
  });

  it('leaves a console alone that the daemon of another CLUSTER_HOME has, and says whose', async () => {
    const [one, two] = [home('demo'), home('demo')];
    const daemon = await RunningDaemon.start(one);
    const refused = await clusterd(two, 'run');
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(
      /demo: its console localhost:\d+ is in the hands of process \d+ \(/,
    );
    expect(refused.err).toContain(`process ${daemon.child.pid} (`);
    expect(refused.err).toContain(one);
    daemon.kill('SIGKILL');
    await daemon.ended;
    expect((await RunningDaemon.start(two)).out).toMatch(/watches 1 cluster,/);
  });

  it('has one winner when several start at once after a kill -9', async () => {
    const directory = home('demo');
    const first = await RunningDaemon.start(directory);
    first.kill('SIGKILL');
    await first.ended;
    const racers = await Promise.all(
      Array.from({ length: 4 }, () => RunningDaemon.start(directory)),
    );
    expect(racers.filter(({ child }) => child.exitCode === null)).toHaveLength(1);
    expect((await clusterd(directory, 'stop')).status).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at %s and leaves what it remembers, nothing else',
    async (signal) => {
      const daemon = await watchingDemo();
      daemon.kill(signal);
      expect(await daemon.ended).toBe(0);
      expect(readdirSync(join(daemon.home, 'state')).sort()).toEqual([
        'demo.began',
        'demo.journal',
        'proven',
      ]);
    },
  );

  it('ends when asked by `stop`, and notes who asked', async () => {
    const daemon = await RunningDaemon.start(home('demo'));
    const { status, out } = await clusterd(daemon.home, 'stop');
    expect([status, out]).toEqual([0, `clusterd, process ${daemon.child.pid}, has ended\n`]);
    expect(await daemon.ended).toBe(0);
    expect(daemon.file('Logs/demo.log')).toContain(`${userInfo().username} ends the daemon`);
  });

  it('opens the logs anew at SIGHUP', async () => {
    const daemon = await RunningDaemon.start(home('demo'));
    await daemon.logged(/start/, 5_000);
    renameSync(join(daemon.home, 'Logs/demo.log'), join(daemon.home, 'Logs/demo.log.1'));
    daemon.kill('SIGHUP');
    await clusterd(daemon.home, 'hold', 'demo');
    await daemon.logged(/hold/, 10_000);
    expect(daemon.child.exitCode).toBeNull();
  });

  it('says that it stood still', async () => {
    const daemon = await RunningDaemon.start(home('demo'));
    await daemon.logged(/start/, 5_000);
    daemon.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    daemon.kill('SIGCONT');
    await daemon.logged(/stood still for [234] s/, 5_000);
  });
});

describe('an operator', () => {
  it('holds and releases, over a restart', async () => {
    const daemon = await watchingDemo();
    const held = await clusterd(daemon.home, 'hold', 'demo');
    expect([held.status, held.out]).toEqual([0, expect.stringMatching(/^demo: /)]);
    expect((await daemon.status('demo')).status).toMatchObject({ state: 'held' });
    daemon.kill('SIGKILL');
    await daemon.ended;
    const again = await RunningDaemon.start(daemon.home);
    const { status } = await again.status('demo');
    expect(status?.state).toBe('held');
    expect(status?.alarms.map(({ name }) => name)).toContain('production');
    const page = await clusterd(again.home, 'status', 'demo');
    expect(page.out).toMatch(/ALARM production/);
    expect((await clusterd(again.home, 'release', 'demo')).status).toBe(0);
    await again.logged(/held -> watch/, 20_000);
  });

  it('is told what is wrong with the request', async () => {
    const daemon = await watchingDemo();
    const answers = await Promise.all([
      clusterd(daemon.home, 'switchover', 'demo'),
      clusterd(daemon.home, 'hold', 'dmo'),
      clusterd(daemon.home, 'out-of-service', 'demo', 'demo-c'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([1, 1, 1]);
    expect(answers[1].err).toMatch(/no cluster 'dmo'\n +did you mean 'demo'/);
    expect(answers[2].err).toMatch(/no node 'demo-c'\n +its nodes are demo-a and demo-b/);
  });

  it('confirms with the name typed twice, and the log says who', async () => {
    const daemon = await watchingDemo();
    await daemon.arm('demo');
    const { status } = await clusterd(daemon.home, 'confirm', 'demo', 'demo-a', '--yes', 'demo-a');
    expect(status).toBe(0);
    await daemon.logged(new RegExp(` ${userInfo().username}: confirm demo-a`), 5_000);
    expect((await daemon.status('demo')).status?.nodes[0]?.evidence).toMatchObject([
      { grade: 'attested' },
    ]);
  });

  it('reads and follows the log', async () => {
    const daemon = await watchingDemo();
    const { out } = await clusterd(daemon.home, 'log', '-n', '1', 'demo');
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const follower = startCommand(daemon.home, 'log', '-f', 'demo');
    await waitFor(
      () => follower.out.includes('-> watch'),
      5_000,
      () => follower.out,
    );
    await clusterd(daemon.home, 'hold', 'demo');
    await waitFor(
      () => follower.out.includes('watch -> held'),
      5_000,
      () => follower.out,
    );
    renameSync(join(daemon.home, 'Logs/demo.log'), join(daemon.home, 'Logs/demo.log.1'));
    daemon.kill('SIGHUP');
    await clusterd(daemon.home, 'release', 'demo');
    await waitFor(
      () => follower.out.includes('held -> watch'),
      5_000,
      () => follower.out,
    );
    follower.child.kill('SIGINT');
    expect((await follower.finished).status).toBe(0);
  });
});
