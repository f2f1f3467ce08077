import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import { PARKED } from '../../src/sim/site-options.ts';
import { Terminal } from './terminal.ts';

/** n1 runs and has these variables; n2 is off. */
function running(nvram: Readonly<Record<string, string>>, extra: { batteryDead?: boolean } = {}) {
  const clock = new SimulatedClock();
  const nodes = [
    { name: 'n1', start: 'running', nvram, ...extra },
    { name: 'n2', start: 'off' },
  ] as const;
  const site = new Site({ nodes }, clock);
  const terminal = new Terminal(site.console('n1'), clock);
  return { clock, site, terminal, node: site.node('n1') };
}

const ENDS = {
  panic: (site: Site) => site.node('n1').panic(),
  reboot: (site: Site) => site.node('n1').reboot(),
  reset: (site: Site) => site.node('n1').reset(),
  watchdog: (site: Site) => site.node('n1').watchdogReset(),
  'power cycle': (site: Site) => {
    site.node('n1').powerOff();
    site.node('n1').powerOn();
  },
  'BREAK and reset-all': (site: Site) => {
    site.node('n1').spuriousBreak();
    site.node('n1').typeAtPrompt('reset-all');
  },
} as const;

const BOOTABLE = { ...PARKED, 'auto-boot?': 'true', 'boot-device': 'shared' };
const ONLY_AUTO_BOOT_FALSE = { ...BOOTABLE, 'auto-boot?': 'false' };

describe('what follows when a system ends', () => {
  const cases: [keyof typeof ENDS, string, Record<string, string>, 'boots' | 'stays'][] = [
    ['panic', 'parked', PARKED, 'stays'],
    ['panic', 'auto-boot? true', BOOTABLE, 'boots'],
    ['panic', 'only auto-boot? false: not enough', ONLY_AUTO_BOOT_FALSE, 'boots'],
    ['reboot', 'parked', PARKED, 'stays'],
    ['reboot', 'only auto-boot? false: not enough', ONLY_AUTO_BOOT_FALSE, 'boots'],
    ['reset', 'parked', PARKED, 'stays'],
    ['reset', 'auto-boot? true', BOOTABLE, 'boots'],
    ['reset', 'only auto-boot? false', ONLY_AUTO_BOOT_FALSE, 'stays'],
    ['power cycle', 'parked', PARKED, 'stays'],
    ['power cycle', 'auto-boot? true', BOOTABLE, 'boots'],
    ['power cycle', 'only auto-boot? false', ONLY_AUTO_BOOT_FALSE, 'stays'],
    ['BREAK and reset-all', 'only auto-boot? false', ONLY_AUTO_BOOT_FALSE, 'stays'],
    ['BREAK and reset-all', 'auto-boot? true', BOOTABLE, 'boots'],
    ['watchdog', 'parked', PARKED, 'stays'],
    [
      'watchdog',
      'error-reset-recovery boot',
      { ...ONLY_AUTO_BOOT_FALSE, 'error-reset-recovery': 'boot' },
      'boots',
    ],
    [
      'watchdog',
      'error-reset-recovery boot, boot-device parked',
      { ...PARKED, 'error-reset-recovery': 'boot' },
      'stays',
    ],
    [
      'power cycle',
      'boot-command names a disk',
      { ...PARKED, 'auto-boot?': 'true', 'boot-command': 'boot shared' },
      'boots',
    ],
    [
      'power cycle',
      'nvramrc boots',
      { ...PARKED, 'use-nvramrc?': 'true', nvramrc: 'probe-all\nboot shared' },
      'boots',
    ],
    ['power cycle', 'nvramrc not used', { ...PARKED, nvramrc: 'boot shared' }, 'stays'],
    [
      'power cycle',
      'diag-device',
      { ...PARKED, 'auto-boot?': 'true', 'diag-switch?': 'true', 'diag-device': 'shared' },
      'boots',
    ],
  ];
  it.each(cases)('%s, %s: it %4$s', (end, _name, nvram, expected) => {
    const { clock, site, node } = running(nvram);
    clock.advance(1000);
    const before = site.disk.mounts.length;
    ENDS[end](site);
    clock.advance(20_000);
    const booted = site.disk.mounts.length > before;
    expect(booted ? 'boots' : 'stays').toBe(expected);
    expect(node.condition).toBe(booted ? 'system multi-user' : 'ok prompt');
    expect(site.referee.violations).toEqual([]);
  });

  it('syncs after an error reset with error-reset-recovery sync: the node writes', () => {
    const { clock, site, terminal, node } = running({ ...PARKED, 'error-reset-recovery': 'sync' });
    clock.advance(1000);
    node.watchdogReset();
    clock.advance(1600);
    expect(site.disk.openMounts()).toMatchObject([{ node: 'n1', suspended: true }]);
    clock.advance(10_000);
    expect(terminal.output).toContain('panic[cpu0]/thread=2a100047cc0: sync initiated');
    expect(site.referee.records.some(({ detail }) => detail === 'dump')).toBe(true);
    expect(node.condition).toBe('ok prompt');
    expect(site.disk.openMounts()).toEqual([]);
  });

  it('does not sync any more when the power was off in between', () => {
    const { clock, site, node } = running({ ...PARKED, 'error-reset-recovery': 'sync' });
    node.watchdogReset();
    node.powerOff();
    expect(site.disk.openMounts()).toEqual([]);
    node.powerOn();
    clock.advance(10_000);
    expect(node.condition).toBe('ok prompt');
    expect(site.referee.records.some(({ kind }) => kind === 'write')).toBe(false);
  });

  it('runs the saved command once: a power cycle in between forgets it', () => {
    const { clock, site, node } = running(ONLY_AUTO_BOOT_FALSE);
    node.reboot();
    clock.advance(1000);
    expect(node.condition).toBe('post');
    node.powerOff();
    node.powerOn();
    clock.advance(10_000);
    expect(node.condition).toBe('ok prompt');
    expect(site.disk.mounts.length).toBe(1);
  });

  it('shows which command a panic saved', () => {
    const { clock, terminal, node } = running(PARKED);
    node.panic();
    clock.advance(10_000);
    expect(terminal.output).toMatch(
      /Host ID: 83a54dc7\.\r\n\r\n\r\nRebooting with command: boot\r\nBoot device: clusterd-parked {2}File and args: \r\n\r\nCan't locate boot device\r\n\r\n\r\nok $/,
    );
  });

  it('puts garbage before some banners', () => {
    const { clock, terminal, node } = running(PARKED);
    for (let count = 0; count < 10; count++) {
      node.reset();
      clock.advance(3000);
    }
    expect(terminal.output).toMatch(/[\x80-\xff]/);
    expect(terminal.output.match(/Host ID: 83a54dc7/g)?.length).toBe(10);
  });

  it('forgets its variables and its identity with a dead battery', () => {
    const { clock, terminal, node } = running(PARKED, { batteryDead: true });
    node.powerOff();
    node.powerOn();
    clock.advance(10_000);
    expect(terminal.output).toContain('Ethernet address ff:ff:ff:ff:ff:ff, Host ID: ffffffff.');
    expect(node.nvram.get('auto-boot?')).toBe('true');
    expect(node.nvram.get('boot-device')).toBe('disk net');
    expect(terminal.output).toContain('Timeout waiting for ARP/RARP packet');
  });

  it('takes longer to the banner with diag-switch?', () => {
    const { clock, terminal, node } = running({ ...PARKED, 'diag-switch?': 'true' });
    node.reset();
    clock.advance(5900);
    expect(terminal.output).not.toContain('Host ID');
    clock.advance(200);
    expect(terminal.output).toContain('Host ID');
  });

  it('restores auto-boot? with set-defaults', () => {
    const { terminal, node } = running(PARKED);
    terminal.break();
    terminal.line('set-defaults');
    expect(terminal.line('printenv auto-boot?')).toContain('auto-boot? =          true');
    expect(node.nvram.get('error-reset-recovery')).toBe('boot');
  });
});
