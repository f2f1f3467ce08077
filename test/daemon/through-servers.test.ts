/**
 * A takeover whose consoles stand behind the console servers that sites run: ser2net, conserver and
 * ConMan from Debian. The daemon, the shipped script and the servers are real, the machines simulated.
 * A BREAK has to go through each of them: it is what drops the hung machine to its firmware.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { openPty } from '../../src/sim/pty.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { Conmand, Conserver } from '../transport/console-servers.ts';
import { haveTools, Ser2net } from '../transport/external.ts';
import { cleanUp, makeHome, RunningDaemon, withShippedScripts } from './program.ts';

afterAll(cleanUp);

/** One simulated site and what stands before its consoles. All tests run at once: they mostly wait. */
interface Stage {
  readonly site: Site;
  readonly listening: SiteListening;
  readonly endings: (() => unknown)[];
}

async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  const site = new Site({ times }, systemClock);
  const stage: Stage = { site, listening: await site.listen({}), endings: [] };
  try {
    await play(stage);
  } finally {
    for (const end of stage.endings.reverse()) await end();
    await stage.listening.close();
    site.powerDown();
  }
}

/** The lines of CList that say where a console is. */
type Wires = Readonly<Record<'n1' | 'n2', string>>;

/** As in the shipped CList: simulated machines answer at once. */
const QUICK = `
  prompt-quiet 100ms
  set tap-interval 3s
  set tap-quiet 500ms
  set standby-interval 10s
  set doubt-time 3s
  set service-grace 20s
  set reply-limit 2s
  set break-limit 2s
  set post-limit 15s
  set dump-silence 10s
  set boot-limit 1m`;

function clist({ listening }: Stage, wires: Wires): string {
  const { service, router } = listening;
  const node = (name: 'n1' | 'n2', identity: string) => `
  node ${name}
    ${wires[name]}
    identity ${identity}
    boot-path ${DISK_PATHS.d1}:a
    boot-path ${DISK_PATHS.d2}:a`;
  return `cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  probe every 1s dead after 4s
  on-silence confirm
  service-lost takeover${QUICK}${node('n1', '83a54dc7')}${node('n2', '83a54f12')}
`;
}

function portOf({ listening }: Stage, name: string): number {
  return listening.consoles[name]?.port ?? expect.unreachable();
}

/** Everything that could explain a failure. */
function story({ site }: Stage, daemon: RunningDaemon): string {
  const happened = site.events.map(({ node, what }) => `${node ?? ''} ${what}`).join('\n');
  return [daemon.err, daemon.file('Logs/demo.log'), happened].join('\n---\n');
}

let turn: Promise<unknown> = Promise.resolve();

/** One after the other: a start is the only thing here that costs. */
function startInTurn(home: string): Promise<RunningDaemon> {
  const started = turn.then(() => RunningDaemon.start(home));
  turn = started.catch(() => {});
  return started;
}

type Strike = (stage: Stage) => void;

async function takesOver(stage: Stage, wires: Wires, strike: Strike): Promise<void> {
  const { site } = stage;
  const daemon = await startInTurn(withShippedScripts(makeHome(clist(stage, wires))));
  await daemon.arm('demo');
  await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
  strike(stage);
  await daemon.journaled(/"verb":"boot"/, 90_000).catch((error: unknown) => {
    throw new Error(story(stage, daemon), { cause: error });
  });
  await daemon.logged(/armed by[\s\S]*-> watch[\s\S]*-> watch/, 90_000);
  const { status } = await daemon.status('demo');
  expect(status, story(stage, daemon)).toMatchObject({ active: 'n2', state: 'watch' });
  expect(site.disk.mountOf('n2')).not.toBeNull();
  expect(site.disk.mountOf('n1')).toBeNull();
  expect(site.referee.violations, story(stage, daemon)).toEqual([]);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
}

const panic: Strike = ({ site }) => site.node('n1').panic();

/** It does not answer any more, and obeys a BREAK. */
const hang: Strike = ({ site }) => site.node('n1').hang();

function expectBreak({ site }: Stage): void {
  const seen = site.events.filter(({ node, what }) => node === 'n1' && what === 'stopped by BREAK');
  expect(seen.length).toBeGreaterThan(0);
}

function backends(stage: Stage) {
  return ['n1', 'n2'].map((name) => {
    return { name, port: portOf(stage, name), protocol: 'telnet' as const };
  });
}

describe.concurrent('a takeover through ser2net', () => {
  if (!haveTools('socat', 'ser2net')) return;

  it(
    'before ptys, after a panic',
    () =>
      onStage(async (stage) => {
        const directory = mkdtempSync(join(tmpdir(), 'ptys-'));
        stage.endings.push(() => rmSync(directory, { recursive: true, force: true }));
        const wire = async (name: string): Promise<string> => {
          const raw = stage.listening.rawConsoles[name] ?? expect.unreachable();
          const pty = await openPty(join(directory, name), raw);
          stage.endings.push(() => pty.close());
          const server = await Ser2net.start(pty.path);
          stage.endings.push(() => server.stop());
          return `console telnet 127.0.0.1:${server.port}`;
        };
        await takesOver(stage, { n1: await wire('n1'), n2: await wire('n2') }, panic);
      }),
    240_000,
  );

  it(
    'before lines that carry a BREAK, after a hang',
    () =>
      onStage(async (stage) => {
        const wire = async (name: string): Promise<string> => {
          const line = `telnet(rfc2217),tcp,127.0.0.1,${portOf(stage, name)}`;
          const server = await Ser2net.startBefore(line);
          stage.endings.push(() => server.stop());
          return `console telnet 127.0.0.1:${server.port}`;
        };
        await takesOver(stage, { n1: await wire('n1'), n2: await wire('n2') }, hang);
        expectBreak(stage);
      }),
    240_000,
  );
});

describe.concurrent('a takeover through conserver', () => {
  if (!haveTools('conserver-server', 'conserver-client')) return;

  async function play(stage: Stage, strike: Strike): Promise<void> {
    const server = await Conserver.start(backends(stage));
    stage.endings.push(() => server.stop());
    const wire = (node: string) =>
      `console exec ${server.words(node).join(' ')}\n    break bytes "\\x05cl0" 500ms`;
    await takesOver(stage, { n1: wire('n1'), n2: wire('n2') }, strike);
  }

  it('after a panic', () => onStage((stage) => play(stage, panic)), 240_000);

  it(
    'after a hang',
    () =>
      onStage(async (stage) => {
        await play(stage, hang);
        expectBreak(stage);
      }),
    240_000,
  );
});

describe.concurrent('a takeover through ConMan', () => {
  if (!haveTools('conman')) return;

  it(
    'after a hang',
    () =>
      onStage(async (stage) => {
        const server = await Conmand.start(backends(stage));
        stage.endings.push(() => server.stop());
        const wire = (node: string) =>
          `console exec ${server.words(node, '-Q').join(' ')}\n    break bytes "&B" 500ms`;
        await takesOver(stage, { n1: wire('n1'), n2: wire('n2') }, hang);
        expectBreak(stage);
      }),
    240_000,
  );
});
