/** Operators of the real program with a simulated pair: who they are, and what their words do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, withShippedScripts } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const IS_ROOT = process.getuid?.() === 0;
const { username: ME } = userInfo();
/** Somebody else of this host, in the group of the operators. */
const OTHER = { name: 'daemon', uid: 1, group: 'daemon' };

let site: Site;
let listening: SiteListening;
let daemon: RunningDaemon;

beforeAll(async () => {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  site = new Site({ times }, systemClock);
  listening = await site.listen({});
  const { service, router } = listening;
  const clist = `cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  probe every 1s dead after 10s
  on-silence confirm
  set stray-grace 10m
${node('n1', '83a54dc7')}${node('n2', '83a54f12')}`;
  const home = withShippedScripts(makeHome(clist));
  const words = IS_ROOT ? ['--group', OTHER.group] : [];
  daemon = await RunningDaemon.start(home, ...words);
  await daemon.logged(/start -> watch/, 30_000);
  await daemon.arm('demo');
  await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
}, 90_000);
afterAll(async () => {
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

const say = (...words: string[]) => clusterd(daemon.home, ...words);

describe('an operator', () => {
  it('stands in log and journal by the name that the kernel knows', async () => {
    expect((await say('out-of-service', 'demo', 'n2')).status).toBe(0);
    expect((await say('in-service', 'demo', 'n2')).status).toBe(0);
    await daemon.logged(new RegExp(` ${ME}: out-of-service n2 `), 5_000);
    await daemon.journaled(new RegExp(`"by":"${ME}"`), 5_000);
  });

  it.runIf(IS_ROOT)('is the user who types, of the group that may', async () => {
    chmodSync(daemon.home, 0o750);
    chownSync(daemon.home, -1, statSync(join(daemon.home, 'state')).gid);
    const program = [join(ROOT, 'dist/main.js'), 'in-service', 'demo', 'n2'];
    const env = { ...process.env, CLUSTER_HOME: daemon.home, SUDO_USER: '' };
    const asOther = { env, uid: OTHER.uid, gid: OTHER.uid, encoding: 'utf8' } as const;
    expect(execFileSync(process.execPath, program, asOther)).toContain('so already');
    await daemon.logged(new RegExp(` ${OTHER.name}: in-service n2 `), 5_000);
    const stranger = spawnSync(process.execPath, program, { ...asOther, uid: 2, gid: 2 });
    expect([stranger.status, stranger.stderr]).toEqual([1, expect.stringContaining('clusterd: ')]);
    expect(stranger.stderr).not.toContain('a fault of clusterd itself');
  });

  it.runIf(IS_ROOT)('is told from whom sudo made him, as sudo says', async () => {
    const program = [join(ROOT, 'dist/main.js'), 'in-service', 'demo', 'n2'];
    const env = { ...process.env, CLUSTER_HOME: daemon.home, SUDO_USER: 'anna' };
    execFileSync(process.execPath, program, { env });
    await daemon.logged(/ root \(sudo by anna, as said\): in-service n2 /, 5_000);
  });

  it('is told why not, and what to do instead', async () => {
    const answers = [
      await say('release', 'demo'),
      await say('resume', 'demo'),
      await say('confirm', 'demo', 'n1', '--yes', 'n1'),
      await say('owner', 'demo', 'n2'),
      await say('out-of-service', 'demo', 'n1'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([1, 1, 1, 1, 1]);
    expect(answers.map(({ err }) => err)).toEqual([
      expect.stringMatching(/refuses release: .*it is not held; it takes: hold, switchover/),
      expect.stringMatching(/refuses resume: n1 cannot go on: it was not seen stopped/),
      expect.stringMatching(/refuses confirm: .*nobody asks whether n1 is off/),
      expect.stringMatching(/refuses owner: no running system was seen on n2/),
      expect.stringMatching(/refuses out-of-service: n1 is the active node/),
    ]);
  });

  it('lets a system go on that a stray BREAK stopped', async () => {
    site.node('n1').spuriousBreak();
    await daemon.logged(/-> stray/, 20_000);
    const { status, out } = await say('resume', 'demo');
    expect([status, out]).toEqual([0, expect.stringMatching(/^demo: now resuming: /)]);
    expect(out).toMatch(/to see it go on: clusterd log -f demo/);
    await daemon.logged(/resuming -> watch/, 30_000);
    expect(site.referee.violations).toEqual([]);
  });

  it('begins a cluster again that is at rest, and keeps its consoles', async () => {
    const { status, out } = await say('restart', 'demo');
    expect([status, out]).toEqual([0, expect.stringMatching(/^demo: it begins again/)]);
    await daemon.logged(
      new RegExp(`restarted by ${ME.replaceAll('.', '\\.')}[\\s\\S]*-> watch`),
      30_000,
    );
    expect(daemon.file('Logs/demo.n1.console').match(/! "?connected/g)).toHaveLength(1);
  });
});
