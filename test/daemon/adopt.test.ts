/** `clusterd adopt` with the real program: simulated machines as delivered, real consoles, real ssh. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdoptRecord } from '../../src/adopt/record.ts';
import { systemClock } from '../../src/clock/system.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { writeSshFiles } from '../../src/sim/ssh-files.ts';
import { makeSshKeys } from '../../src/sim/ssh-server.ts';
import {
  cleanUp,
  clusterd,
  makeHome,
  RunningDaemon,
  startCommand,
  waitFor,
  withShippedScripts,
} from './program.ts';

const LONG_MS = 600_000;
const ORIGINAL = {
  'auto-boot?': 'true',
  'boot-device': 'disk net',
  'diag-device': 'net',
  'error-reset-recovery': 'boot',
};
const PARKED = {
  'auto-boot?': 'false',
  'boot-device': 'clusterd-parked',
  'diag-device': 'clusterd-parked',
  'error-reset-recovery': 'none',
  'boot-command': 'boot',
};

let folder: string;
let site: Site;
let listening: SiteListening;
let daemon: RunningDaemon;
/** Who logs in on n1, and where. */
let user: string;
let port: number;
/** The same script need not be proven for each test. */
let proven = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'adopt-ssh-'));
  const nvram = { 'boot-command': 'boot net' };
  site = new Site(
    {
      nodes: [
        { name: 'n1', start: 'new-running' },
        { name: 'n2', start: 'new', nvram },
      ],
    },
    systemClock,
  );
  const keys = makeSshKeys();
  listening = await site.listen({ ssh: { keys, ports: [] } });
  writeSshFiles(folder, keys, Object.values(listening.ssh));
  user = 'root';
  port = listening.ssh.n1?.port ?? 0;
});
afterEach(async () => {
  cleanUp();
  await listening.close();
  site.powerDown();
  rmSync(folder, { recursive: true });
});

function node(name: string, identity: string, more: string): string {
  const { host, port: console } = listening.consoles[name] ?? { host: '', port: 0 };
  return `  node ${name}
    console telnet ${host}:${console}
    identity ${identity}
    boot-path ${DISK_PATHS.d1}:a
${more}`;
}

async function watch(): Promise<void> {
  const { service, router } = listening;
  const admin = `    admin ssh ${user}@127.0.0.1:${port} key=${folder}/id_ed25519 known-hosts=${folder}/known_hosts\n`;
  const clist = `cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${router.host}:${router.port}
  on-silence confirm
  service-lost alarm
${node('n1', '83a54dc7', admin)}${node('n2', '83a54f12', '')}`;
  const home = withShippedScripts(makeHome(clist));
  mkdirSync(join(home, 'state'));
  writeFileSync(join(home, 'state/proven'), proven);
  daemon = await RunningDaemon.start(home);
  proven = daemon.file('state/proven');
  await daemon.logged(/==> start -> watch/, 60_000);
}

const adopt = (...words: string[]) => clusterd(daemon.home, 'adopt', 'demo', ...words);
const YES = ['--yes', 'demo'] as const;

const record = (): AdoptRecord => JSON.parse(daemon.file('state/demo.adopted')) as AdoptRecord;
const stateOf = (name: string, variable: string) =>
  record()
    .nodes.find((one) => one.node === name)
    ?.values.find((value) => value.variable === variable)?.state;

function valuesOf(name: string, names: object): Record<string, string> {
  const { nvram } = site.node(name);
  return Object.fromEntries(Object.keys(names).map((one) => [one, nvram.get(one)]));
}

describe('clusterd adopt', () => {
  it(
    'shows, parks both nodes without an outage, and takes it back',
    async () => {
      await watch();
      const looked = await adopt('--dry-run');
      expect(looked.out).toMatch(/n1, active, by commands, root@127\.0\.0\.1:\d+:/);
      expect(looked.out).toMatch(/boot-device +disk net +-> {2}clusterd-parked/);
      expect(looked.status).toBe(0);
      expect(valuesOf('n1', ORIGINAL)).toEqual(ORIGINAL);
      expect(daemon.file('state/demo.adopted')).toBe('');

      const done = await adopt(...YES);
      expect(done.out + done.err).toMatch(/demo is parked: 9 values written; all were read back/);
      expect(done.status).toBe(0);
      for (const name of ['n1', 'n2']) expect(valuesOf(name, PARKED)).toEqual(PARKED);
      expect(record().state).toBe('adopted');
      expect(site.node('n1').condition).toBe('system multi-user');
      expect(site.story()).not.toMatch(/stopped by BREAK|n[12]: reset/);
      expect(daemon.file('Logs/demo.log')).toMatch(/types "setenv auto-boot\? false\\r"/);

      const back = await adopt('--undo', ...YES);
      expect(back.out).toMatch(/9 old values are back/);
      expect(back.status).toBe(0);
      for (const name of ['n1', 'n2']) expect(valuesOf(name, ORIGINAL)).toEqual(ORIGINAL);
      expect(site.node('n2').nvram.get('boot-command')).toBe('boot net');
      expect(record().state).toBe('undone');
      expect((await adopt('--undo', ...YES)).err).toMatch(/went back already: nothing to undo/);
    },
    LONG_MS,
  );

  it(
    'says all that is in the way, and changes nothing',
    async () => {
      user = 'operator';
      await watch();
      await daemon.arm('demo');
      const refused = await adopt(...YES);
      expect(refused.out).toMatch(/2 things are in the way; nothing was changed/);
      expect(refused.out).toMatch(/it is armed[^\n]*\n +clusterd disarm demo/);
      expect(refused.out).toMatch(/\/usr\/bin\/id: not-root; it said: uid=101\(operator\)/);
      expect(refused.status).toBe(1);
      // The standby parks clusterd itself, being armed.
      expect(valuesOf('n1', ORIGINAL)).toEqual(ORIGINAL);
      expect(daemon.file('state/demo.adopted')).toBe('');
      expect((await adopt()).err).toMatch(/adopt needs a person: add --yes demo/);
      expect((await adopt('--yes', 'dmeo')).status).toBe(2);
    },
    LONG_MS,
  );

  it(
    'does not write to another machine behind the address',
    async () => {
      const keys = makeSshKeys();
      const foreign = new Site(
        { nodes: [{ name: 'x', hostId: '80112233' }, { name: 'y' }] },
        systemClock,
      );
      const other = await foreign.listen({ ssh: { keys, ports: [] } });
      try {
        writeSshFiles(folder, keys, Object.values(other.ssh));
        port = other.ssh.x?.port ?? 0;
        await watch();
        const refused = await adopt(...YES);
        expect(refused.out).toMatch(
          /is not n1: it shows 80112233, which CList does not know; CList says 83a54dc7/,
        );
        expect(refused.status).toBe(1);
        expect(foreign.node('x').nvram.writes).toBe(0);
        expect(site.node('n2').nvram.writes).toBe(0);
      } finally {
        await other.close();
        foreign.powerDown();
      }
    },
    LONG_MS,
  );

  it(
    'killed in the middle leaves what it needs to go on and to go back',
    async () => {
      await watch();
      const killed = startCommand(daemon.home, 'adopt', 'demo', ...YES);
      const story = () => killed.out + killed.err + daemon.file('state/demo.adopted');
      await waitFor(() => /n2: write boot-device/.test(killed.out), 120_000, story);
      killed.child.kill('SIGKILL');
      await killed.finished;
      expect(stateOf('n2', 'auto-boot?')).toBe('may-be-written');
      expect(stateOf('n1', 'auto-boot?')).toBe('untouched');

      const again = startCommand(daemon.home, 'adopt', 'demo', ...YES);
      const more = () => again.out + again.err + daemon.file('state/demo.adopted');
      await waitFor(() => /n1: write boot-device/.test(again.out), 120_000, more);
      again.child.kill('SIGKILL');
      await again.finished;
      expect(again.out).toMatch(
        /An adoption that \S+ began at \S+ did not end; these may have been/,
      );
      expect(stateOf('n2', 'auto-boot?')).toBe('written');
      expect(stateOf('n1', 'auto-boot?')).toBe('written');
      expect(stateOf('n1', 'boot-device')).toBe('may-be-written');
      expect(stateOf('n1', 'diag-device')).toBe('untouched');

      const back = await adopt('--undo', ...YES);
      expect(back.status, back.out + back.err).toBe(0);
      for (const name of ['n1', 'n2']) expect(valuesOf(name, ORIGINAL)).toEqual(ORIGINAL);
      expect(site.node('n2').nvram.get('boot-command')).toBe('boot net');
    },
    LONG_MS,
  );

  it(
    'stops at a value that does not stick, and at a lost connection, and goes on from there',
    async () => {
      await watch();
      site.node('n1').nvram.worn.add('diag-device');
      const stopped = await adopt(...YES);
      expect(stopped.out).toMatch(
        /stopped: diag-device of n1 was written and is net, not clusterd-parked/,
      );
      expect(stopped.out).toMatch(/To go on: clusterd adopt demo; to go back: .*--undo/);
      expect(stopped.status).toBe(1);
      expect(stateOf('n1', 'boot-device')).toBe('written');
      expect(stateOf('n1', 'diag-device')).toBe('may-be-written');

      site.node('n1').nvram.worn.clear();
      // Identity, three checks, path, identity, seven values; then identity, value, and the write.
      site.node('n1').ssh.cutsAfter = 15;
      const cut = await adopt(...YES);
      expect(cut.out).toMatch(
        /stopped: n1 \(root@127\.0\.0\.1:\d+\): .*diag-device=clusterd-parked/,
      );
      expect(site.node('n1').nvram.get('diag-device')).toBe('clusterd-parked');
      expect(stateOf('n1', 'diag-device')).toBe('may-be-written');

      site.node('n1').ssh.cutsAfter = null;
      const done = await adopt(...YES);
      expect(done.status, done.out + done.err).toBe(0);
      for (const name of ['n1', 'n2']) expect(valuesOf(name, PARKED)).toEqual(PARKED);
      expect(record().state).toBe('adopted');
      expect(record().nodes.flatMap(({ values }) => values.map(({ state }) => state))).toEqual(
        Array.from({ length: 9 }, () => 'written'),
      );
    },
    LONG_MS,
  );
});
