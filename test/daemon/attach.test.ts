/** People at the consoles of simulated machines, with the real daemon and real terminals. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, withShippedScripts } from './program.ts';
import { closeTerminals, hasScript, PersonAtTerminal } from './terminal.ts';

let site: Site;
let listening: SiteListening;
let daemon: RunningDaemon;

beforeEach(async () => {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  site = new Site({ times }, systemClock);
  listening = await site.listen({});
  daemon = await RunningDaemon.start(siteHome());
  await daemon.arm('demo');
  await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
}, 60_000);
afterEach(async () => {
  closeTerminals();
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

const attach = (...words: string[]) => new PersonAtTerminal(daemon.home, 'attach', ...words);
const attached = async () => (await daemon.status('demo')).attached;

const LEAVE = '\x05c.';
const WRITE = '\x05ca';

describe.skipIf(!hasScript)('people at consoles', () => {
  it('watch and type through a panic; clusterd waits for them, and then takes over', async () => {
    const watcher = attach('n1');
    await watcher.sees(/from here on live: demo\/n1/);
    const writer = attach('demo/n1', '--write');
    await writer.sees(/types on n1; clusterd sends nothing in demo/);
    await watcher.sees(/types on n1; clusterd sends nothing in demo/);
    writer.types('\r');
    await watcher.sees(/console login: /);
    writer.types('nobody\r');
    await watcher.sees(/nobody/);
    site.node('n1').panic();
    writer.types('xyz');
    await watcher.sees(/panic\[cpu/);
    await writer.sees(/panic\[cpu/);
    expect(await attached()).toMatchObject([
      { node: 'n1', isWriting: false },
      { node: 'n1', isWriting: true },
    ]);
    // The firmware comes up, parked, and nobody else types there.
    await writer.sees(/\r\nok /, 30_000);
    writer.types('banner\r');
    await writer.sees(/Host ID: 83a54dc7/);
    watcher.types(LEAVE);
    await watcher.endsWith(0);
    expect(daemon.file('state/demo.journal')).not.toContain('"verb":"fence"');
    writer.types(LEAVE);
    await writer.endsWith(0);
    await daemon.logged(/gives the write lock back: nobody types here; clusterd goes on/, 5_000);
    await daemon.journaled(/ production .*/, 90_000);
    expect(site.referee.violations).toEqual([]);
    expect(daemon.file('Logs/demo.log')).toMatch(/types "nobody\\r"/);
    expect(daemon.file('Logs/demo.n1.console')).toMatch(/! \S+.* types "[^"]*banner\\r"/);
  }, 180_000);

  it('are asked before they start a machine, and lose the lock when they are killed', async () => {
    const writer = attach('n2', '-w');
    await writer.sees(/types on n2/);
    writer.types('\r');
    await writer.sees(/ok /);
    writer.types('boot disk\r');
    await writer.sees(
      /HELD, not sent yet: boot disk[\s\S]*n1 owns the disk[\s\S]*Type the node's name/,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    writer.types('n1\r');
    await writer.sees(/that was not 'n2': nothing is done/);
    writer.types('\x15\x05cl0');
    await writer.sees(/A BREAK stops what runs on n2[\s\S]*Type the node's name/);
    process.kill(writer.pid, 'SIGKILL');
    await daemon.logged(/is gone: nobody types here; clusterd goes on in demo/, 5_000);
    expect(await attached()).toEqual([]);
    expect(site.disk.mountOf('n2')).toBeNull();
    expect(daemon.file('Logs/demo.n2.console')).not.toMatch(/BREAK by/);
  }, 60_000);

  it('have their terminal as it was, however it ends', async () => {
    const stopped = attach('n1');
    await stopped.sees(/from here on live/);
    const before = stopped.modesBefore;
    expect(stopped.modes).not.toBe(before);
    process.kill(stopped.pid, 'SIGTSTP');
    await expect.poll(() => stopped.processState).toBe('T');
    expect(stopped.modes).toBe(before);
    process.kill(stopped.pid, 'SIGCONT');
    await stopped.sees(/shown again/);
    expect(stopped.modes).not.toBe(before);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const) {
      const person = attach('n1', signal === 'SIGINT' ? '-w' : '');
      await person.sees(/from here on live/);
      process.kill(person.pid, signal);
      await person.endsWith(0);
    }
    const writer = attach('n1');
    await writer.sees(/from here on live/);
    writer.types(WRITE);
    await writer.sees(/types on n1/);
    expect((await clusterd(daemon.home, 'stop')).status).toBe(0);
    await writer.sees(/the daemon ends/);
    await writer.endsWith(1);
    await stopped.endsWith(1);
  }, 90_000);

  it('only watch without a terminal', async () => {
    const refused = await clusterd(daemon.home, 'attach', 'n1', '-w');
    expect([refused.status, refused.err]).toEqual([2, expect.stringContaining('needs a terminal')]);
    const unknown = await clusterd(daemon.home, 'attach', 'n3');
    expect([unknown.status, unknown.err]).toEqual([
      1,
      "clusterd: no cluster has a node 'n3'\n  did you mean 'n1'?\n",
    ]);
  });
});
