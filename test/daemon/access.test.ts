/**
 * The real program with consoles behind simulated service processors: logins, a takeover through
 * them, power through them, and what is written of a login that fails.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import type { Alom } from '../../src/sim/alom.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, withShippedScripts } from './program.ts';

const PASSWORD = 'clusterd-alom';
let site: Site;
let listening: SiteListening;
let folder: string;

beforeEach(async () => {
  const times = { postMs: 500, bootMs: 1000, mountAfterMs: 400, networkAfterMs: 800, dumpMs: 500 };
  site = new Site({ times }, systemClock);
  listening = await site.listen({ alom: { passwordEcho: 'clear' } });
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(async () => {
  cleanUp();
  await listening.close();
  site.powerDown();
  rmSync(folder, { recursive: true, force: true });
});

function writeSecret(value: string): string {
  const file = join(folder, 'alom.secret');
  writeFileSync(file, `${value}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return file;
}

function node(name: string, identity: string, secret: string, power: string): string {
  const { host, port } = listening.consoles[name] ?? { host: '', port: 0 };
  const values = `user=admin password=@file:${secret}`;
  return `  node ${name}
    console telnet ${host}:${port}
    login alom ${values}
    identity ${identity}
    boot-path ${DISK_PATHS.d1}:a
    boot-path ${DISK_PATHS.d2}:a
    ${power === '' ? '' : `power ${power} via alom telnet ${host}:${port} ${values}`}
`;
}

function homeWith(secret: string, policy: 'confirm' | 'power', power = ''): string {
  const { service, router } = listening;
  const clist = `cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  probe every 1s dead after 10s
  on-silence ${policy}
  service-lost takeover
  set tap-interval 5s
  set tap-quiet 1s
  set standby-interval 15s
  set doubt-time 3s
  set reply-limit 2s
  set dump-silence 10s
${node('n1', '83a54dc7', secret, power)}${node('n2', '83a54f12', secret, power)}`;
  return withShippedScripts(makeHome(clist));
}

function story(daemon: RunningDaemon): string {
  const happened = site.events.map(({ what }) => what).join('\n');
  return [daemon.err, daemon.file('Logs/demo.log'), happened].join('\n---\n');
}

/** Whatever the daemon wrote anywhere in its home, and said. */
function everything(daemon: RunningDaemon): string {
  const files = readdirSync(daemon.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('chat-scripts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  return [...files, daemon.err].join('\n');
}

function alom(name: string): Alom {
  const found = listening.processors[name];
  if (found === undefined) throw new Error(`no ALOM of ${name}`);
  return found;
}

describe('the daemon behind service processors', () => {
  it('logs in, takes over after a panic, and tells nobody its password', async () => {
    const daemon = await RunningDaemon.start(homeWith(writeSecret(PASSWORD), 'confirm'));
    await daemon.arm('demo');
    await daemon.logged(/armed by[\s\S]*start -> watch/, 60_000);
    site.node('n1').panic();
    await daemon.logged(/-> watch[\s\S]*-> watch/, 120_000);
    expect((await daemon.status('demo')).status).toMatchObject({ active: 'n2', state: 'watch' });
    expect(site.disk.mountOf('n2'), story(daemon)).not.toBeNull();
    expect(daemon.file('Logs/demo.n1.console')).toContain('as admin with alom.chat');
    expect(site.referee.violations, story(daemon)).toEqual([]);
    const page = await clusterd(daemon.home, 'status', 'demo');
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(everything(daemon) + page.out).not.toContain(PASSWORD);
  }, 240_000);

  it('switches a node off that hears nothing, through its service processor', async () => {
    const home = homeWith(writeSecret(PASSWORD), 'power', 'shares nothing');
    const daemon = await RunningDaemon.start(home);
    await daemon.arm('demo');
    await daemon.logged(/armed by[\s\S]*start -> watch/, 60_000);
    site.node('n1').hang({ ignoresBreak: true });
    await daemon.logged(/-> watch[\s\S]*-> watch/, 200_000);
    expect(site.node('n1').machine.hasPower, story(daemon)).toBe(false);
    expect(site.disk.mountOf('n2'), story(daemon)).not.toBeNull();
    expect(site.referee.violations, story(daemon)).toEqual([]);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(everything(daemon)).not.toContain(PASSWORD);
  }, 300_000);

  it('is logged out in the middle, logs in again, and is refused only once', async () => {
    const daemon = await RunningDaemon.start(homeWith(writeSecret(PASSWORD), 'confirm'));
    await daemon.arm('demo');
    await daemon.logged(/armed by[\s\S]*start -> watch/, 60_000);
    // Somebody resets the processor; meanwhile somebody else has changed the password.
    alom('n2').options.password = 'another';
    alom('n2').die();
    alom('n2').revive();
    await daemon.logged(/login refused by 127\.0\.0\.1:\d+: it said "Invalid login"/, 60_000);
    const refused = alom('n2').logins.filter(({ accepted }) => !accepted);
    expect(refused).toHaveLength(1);
    const trouble = await clusterd(daemon.home, 'status', 'demo');
    expect(trouble.out).toContain('login refused by');
    expect(alom('n1').logins).toHaveLength(1);
    writeSecret('another');
    await daemon.logged(/n2[^\n]*connected/, 90_000);
    expect(alom('n2').logins.filter(({ accepted }) => !accepted)).toHaveLength(1);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  }, 240_000);
});
