/** The real program with the delivered script against a simulated site, in real time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { readJournal } from '../../src/cluster/journal.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, withShippedScripts } from './program.ts';

let site: Site;
let listening: SiteListening;

beforeEach(async () => {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  site = new Site({ times }, systemClock);
  listening = await site.listen({});
});
afterEach(async () => {
  cleanUp();
  await listening.close();
  site.powerDown();
});

function node(name: string, identity: string): string {
  const { host, port } = listening.consoles[name] ?? { host: '', port: 0 };
  return `  node ${name}
    console telnet ${host}:${port}
    identity ${identity}
    boot-path ${DISK_PATHS.d1}:a
    boot-path ${DISK_PATHS.d2}:a
`;
}

function siteHome(): string {
  const { service, router } = listening;
  const clist = `cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  probe every 1s dead after 10s
  on-silence confirm
  service-lost takeover
${node('n1', '83a54dc7')}${node('n2', '83a54f12')}`;
  return withShippedScripts(makeHome(clist));
}

/** Everything that could explain a failure. */
function story(daemon: RunningDaemon): string {
  const happened = site.events.map(({ what }) => what).join('\n');
  return [daemon.err, daemon.file('Logs/demo.log'), happened].join('\n---\n');
}

function expectSafe(daemon: RunningDaemon): void {
  expect(site.referee.violations, story(daemon)).toEqual([]);
}

describe('the daemon', () => {
  it('watches, finishes a takeover in which it is killed, and remembers it', async () => {
    const first = await RunningDaemon.start(siteHome());
    await first.arm('demo');
    await first.logged(/armed by[\s\S]*start -> watch/, 30_000);
    site.node('n1').panic();
    await first.journaled(/"verb":"fence"/, 60_000);
    first.kill('SIGKILL');
    await first.ended;

    const second = await RunningDaemon.start(first.home);
    expect((await second.status('demo')).status).toMatchObject({
      active: 'n1',
      unfinished: 'takeover',
    });
    await second.journaled(/"verb":"boot"/, 60_000);
    second.kill('SIGKILL');
    await second.ended;

    const third = await RunningDaemon.start(first.home);
    const { status } = await third.status('demo');
    expect(status).toMatchObject({ active: 'n2', ownerAssumed: false, unfinished: 'boot' });
    expect(status?.nodes.map(({ evidence }) => evidence)).toEqual([[], []]);
    await third.logged(/armed by[\s\S]*-> watch[\s\S]*-> watch/, 90_000);
    expect((await third.status('demo')).status).toMatchObject({ active: 'n2', state: 'watch' });
    const page = await clusterd(third.home, 'status', 'demo');
    expect(page.out).toMatch(/n2 owns it/);
    expect(site.disk.mountOf('n2')).not.toBeNull();
    third.kill('SIGTERM');
    expect(await third.ended).toBe(0);
    expectSafe(third);
  }, 240_000);

  it('loses no byte of a console when it is ended', async () => {
    const daemon = await RunningDaemon.start(siteHome());
    await daemon.arm('demo');
    await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
    site.node('n1').panic();
    await daemon.logged(/watch -> crash/, 30_000);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(daemon.file('Logs/demo.n1.console')).toContain('panic[cpu');
    const journal = readJournal(Buffer.from(daemon.file('state/demo.journal')));
    expect([journal.damaged, journal.tornBytes]).toEqual([[], 0]);
    const states = journal.records.flatMap(({ record }) =>
      record.kind === 'state' ? [record.state] : [],
    );
    expect(states.slice(-3)).toEqual(['start', 'watch', 'crash']);
    expectSafe(daemon);
  }, 90_000);
});
