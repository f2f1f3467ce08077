/** The real program, a simulated site, and a real fence agent of Debian before a service processor. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { haveFenceAgents } from '../transport/fence-agents-installed.ts';
import { RedfishPeer } from '../transport/redfish-peer.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, withShippedScripts } from './program.ts';

let site: Site;
let listening: SiteListening;
let bmc: RedfishPeer;
/** As the service processor of each machine tells it. */
let power: Map<string, string>;

beforeEach(async () => {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  site = new Site({ times }, systemClock);
  listening = await site.listen({});
  power = new Map([
    ['n1', 'On'],
    ['n2', 'On'],
  ]);
  bmc = await RedfishPeer.start({
    state: (name) => power.get(name) ?? 'Unknown',
    off: (name) => {
      power.set(name, 'Off');
      site.node(name).powerOff();
    },
  });
});
afterEach(async () => {
  cleanUp();
  await bmc.stop();
  await listening.close();
  site.powerDown();
});

function node(name: string, identity: string): string {
  const { host, port } = listening.consoles[name] ?? { host: '', port: 0 };
  return `  node ${name}
    console telnet ${host}:${port}
    identity ${identity}
    boot-path ${DISK_PATHS.d1}:a
    power within 5s fence_redfish ${bmc.options(name)} power_timeout=3
    power level 2 fence_sim ip=127.0.0.1 ipport=${listening.power.port} plug=${name}
`;
}

function home(): string {
  const { service, router } = listening;
  return withShippedScripts(
    makeHome(`cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  probe every 1s dead after 4s
  on-silence power
  prompt-quiet 100ms
  set tap-interval 5s
  set tap-quiet 1s
  set standby-interval 15s
  set doubt-time 3s
  set service-grace 20s
  set reply-limit 1500ms
  set break-limit 1s
  set post-limit 15s
  set stray-grace 5s
  set boot-limit 1m
${node('n1', '83a54dc7')}${node('n2', '83a54f12')}`),
  );
}

async function watching(): Promise<RunningDaemon> {
  const daemon = await RunningDaemon.start(home());
  await daemon.arm('demo');
  await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
  return daemon;
}

async function expectTakeover(daemon: RunningDaemon): Promise<void> {
  await daemon.journaled(/"verb":"boot"/, 120_000);
  await daemon.logged(/armed by[\s\S]*-> watch[\s\S]*-> watch/, 90_000);
  expect((await daemon.status('demo')).status).toMatchObject({ active: 'n2', state: 'watch' });
  const happened = site.events.map(({ what }) => what).join('\n');
  expect(site.referee.violations, `${daemon.file('Logs/demo.log')}\n${happened}`).toEqual([]);
  expect(site.disk.mountOf('n2')).not.toBeNull();
}

describe.skipIf(!haveFenceAgents())('a silent node, and power devices in two levels', () => {
  it('the service processor switches off: nothing else is asked', async () => {
    const daemon = await watching();
    const answers = async () =>
      ((await daemon.status('demo')).power ?? []).map((one) => one.outcome);
    await expect.poll(answers, { timeout: 60_000 }).toEqual(['on', 'on', 'on', 'on']);
    const page = await clusterd(daemon.home, 'status', 'demo');
    expect(page.out).toMatch(/n1 {2}fence_redfish 127\.0\.0\.1: said on \d+ s ago/);
    expect(page.out).toMatch(/n2 {2}fence_sim 127\.0\.0\.1 plug n2 \(level 2\): said on/);
    site.node('n1').hang({ ignoresBreak: true });
    await expectTakeover(daemon);
    expect(bmc.requests).toContain('POST n1');
    expect(bmc.requests).not.toContain('POST n2');
    expect(daemon.file('Logs/demo.log')).toMatch(/level 1: fence_redfish: status: .*Status: OFF/);
    expect(daemon.file('Logs/demo.log')).not.toMatch(/level 2:/);
  }, 300_000);

  it('the service processor died with its machine: the switch outside proves it', async () => {
    const daemon = await watching();
    bmc.manner = 'hangs';
    site.node('n1').powerOff();
    await expectTakeover(daemon);
    const log = daemon.file('Logs/demo.log');
    expect(log).toMatch(
      /level 1: fence_redfish: status: no answer within 5 s.*level 2: fence_sim: /,
    );
  }, 300_000);
});
