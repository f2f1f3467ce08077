import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS, type SiteNodeOptions, type SiteOptions } from '../../src/sim/site-options.ts';
import { Terminal } from './terminal.ts';

/** The standby at its ok prompt; n1 is off, so that nothing else is going on. */
function standby(node: Partial<SiteNodeOptions> = {}, options: SiteOptions = {}) {
  const clock = new SimulatedClock();
  const nodes = [
    { name: 'n1', start: 'off' },
    { name: 'n2', start: 'parked', ...node },
  ] as const;
  const site = new Site({ nodes, ...options }, clock);
  const terminal = new Terminal(site.console('n2'), clock);
  return { clock, site, terminal, node: site.node('n2') };
}

describe('the ok prompt', () => {
  it.each([
    ['', '\r\nok '],
    ['printenv auto-boot?', 'printenv auto-boot?\r\nauto-boot? =          false\r\nok '],
    [
      'printenv boot-device',
      'printenv boot-device\r\nboot-device =         clusterd-parked\r\nok ',
    ],
    ['printenv nonsense', 'printenv nonsense\r\nUnknown option: nonsense\r\nok '],
    [
      'setenv error-reset-recovery sync',
      'setenv error-reset-recovery sync\r\nerror-reset-recovery = sync\r\nok ',
    ],
    ['setenv auto-boot? true', 'setenv auto-boot? true\r\nauto-boot? =          true\r\nok '],
    [
      'setenv auto-boot? maybe',
      'setenv auto-boot? maybe\r\nInvalid value; previous value retained.\r\nok ',
    ],
    ['setenv nonsense 1', 'setenv nonsense 1\r\nUnknown option: nonsense\r\nok '],
    ['setenv auto-boot?', 'setenv auto-boot?\r\nUsage: setenv option-name value\r\nok '],
    ['setenv', 'setenv\r\nUsage: setenv option-name value\r\nok '],
    [
      'setenv scsi-initiator-id 16',
      'setenv scsi-initiator-id 16\r\nInvalid value; previous value retained.\r\nok ',
    ],
    ['xyz', 'xyz\r\nxyz ?\r\nok '],
    ['2 3 + .', '2 3 + .\r\n5 ok '],
    ['+', '+\r\nStack Underflow\r\nok '],
    ['go', 'go\r\nNo program active, go ignored\r\nok '],
    ['sync', 'sync\r\nNo program active, sync ignored\r\nok '],
  ])('answers %j', (typed, answer) => {
    expect(standby().terminal.line(typed)).toBe(answer);
  });

  it('shows model, memory, serial number, Ethernet address and Host ID in its banner', () => {
    const { terminal } = standby({ hostId: '83a54dc7' });
    expect(terminal.line('banner')).toBe(
      'banner\r\n\r\nSun Fire V240, No Keyboard\r\n' +
        'Copyright 1998-2004 Sun Microsystems, Inc.  All rights reserved.\r\n' +
        'OpenBoot 4.16.1, 2048 MB memory installed, Serial #61164999.\r\n' +
        'Ethernet address 0:3:ba:a5:4d:c7, Host ID: 83a54dc7.\r\n\r\n\r\nok ',
    );
  });

  it('takes back characters with backspace, DEL and CTRL-U', () => {
    const { terminal } = standby();
    expect(terminal.keys('ab\bc\x7f\x15')).toBe('ab\b \bc\b \b\b \b');
    expect(terminal.keys('garbage\x15printenv auto-bot\bot?\r')).toContain(
      '\r\nauto-boot? =          false\r\nok ',
    );
  });

  it('names its CPU when there are several', () => {
    const { terminal } = standby({ cpus: 4 });
    expect(terminal.line('')).toBe('\r\n{0} ok ');
    const prompts = new Set<string>();
    for (let count = 0; count < 50; count++) prompts.add(terminal.break());
    expect([...prompts].sort()).toEqual([0, 1, 2, 3].map((cpu) => `\r\n{${cpu}} ok `));
  });

  it('pages a bare printenv and eats what is typed meanwhile', () => {
    const { terminal } = standby();
    const first = terminal.line('printenv');
    expect(first).toContain('Variable Name         Value                          Default Value');
    expect(first.endsWith('More [<space>,<cr>,q,n,p,c] ? ')).toBe(true);
    expect(first.split('\r\n').length).toBe(24);
    expect(terminal.keys('setev')).toBe('');
    expect(terminal.keys('q')).toMatch(/ok $/);
    terminal.line('printenv');
    expect(terminal.keys(' ')).toContain('diag-switch?          false');
    expect(terminal.output).toMatch(/ok $/);
    expect(terminal.line('printenv auto-boot?')).toContain('auto-boot? =          false\r\nok ');
  });

  it('takes one line with RETURN, the page before with p, the rest with c', () => {
    const { terminal } = standby();
    terminal.line('printenv');
    expect(terminal.keys('\r').split('\r\n').length).toBe(2);
    expect(terminal.keys('p')).toContain('Variable Name');
    expect(terminal.keys('c')).toMatch(/asr-policy +normal +normal\r\nok $/);
  });

  it('keeps aliases given with nvalias over a reset', () => {
    const { clock, terminal, node } = standby();
    terminal.line(`nvalias root2 ${DISK_PATHS.d2}:a`);
    expect(node.nvram.get('use-nvramrc?')).toBe('true');
    terminal.line('reset-all');
    clock.advance(5000);
    expect(terminal.line('devalias root2')).toContain(`root2   ${DISK_PATHS.d2}:a`);
  });

  it('says in the events that a probe disturbs the bus', () => {
    const { terminal, site } = standby();
    terminal.line('probe-scsi-all');
    expect(site.story()).toContain('n2: probes the SCSI bus, which resets it');
  });

  it('switches itself off with power-off', () => {
    const { terminal, site, node } = standby();
    terminal.line('power-off');
    expect(node.condition).toBe('off');
    expect(site.power.outlet('n2').on).toBe(true);
    expect(terminal.line('')).toBe('');
  });
});

describe('boot', () => {
  const cases: [string, string, (site: Site) => void][] = [
    [
      'boot',
      "Boot device: clusterd-parked  File and args: \r\n\r\nCan't locate boot device\r\n\r\nok ",
      () => {},
    ],
    ['boot /pci@9/disk@9', "Can't locate boot device\r\n\r\nok ", () => {}],
    ['boot disk', "Can't open boot device\r\n\r\nok ", () => {}],
    ['boot shared', "Can't open boot device\r\n\r\nok ", (site) => site.disk.setPower('d1', false)],
    [
      'boot shared',
      "Bad magic number in disk label\r\nCan't open disk label package\r\n\r\nCan't open boot device\r\n\r\nok ",
      (site) => site.disk.setLabel('d1', false),
    ],
  ];
  it.each(cases)('%s ends in %j', (typed, end, prepare) => {
    const { terminal, site } = standby();
    prepare(site);
    expect(terminal.line(typed, 100).endsWith(end)).toBe(true);
    expect(site.disk.mounts).toEqual([]);
  });

  it('takes a word that is no device for an argument', () => {
    const { terminal } = standby();
    expect(terminal.line('boot -s')).toContain(
      'Boot device: clusterd-parked  File and args: -s\r\n',
    );
  });

  it('tries the devices of boot-device in order', () => {
    const { terminal, site } = standby();
    terminal.line('setenv boot-device shared mirror');
    site.disk.setPower('d1', false);
    expect(terminal.line('boot')).toContain(`Boot device: ${DISK_PATHS.d2}:a  File and args: \r\n`);
  });

  it('waits for the network and gives up', () => {
    const { terminal } = standby();
    const output = terminal.line('boot net', 10_000);
    expect(output.match(/Timeout waiting for ARP\/RARP packet/g)?.length).toBe(3);
    expect(output).toMatch(/Can't open boot device\r\n\r\nok $/);
  });

  it('resets first after a program has run, and only then', () => {
    const { clock, terminal, site } = standby();
    expect(terminal.line('boot shared', 4000)).not.toContain('Rebooting with command');
    site.node('n2').halt();
    clock.advance(1000);
    const again = terminal.line('boot mirror -s', 10_000);
    expect(again.indexOf('Host ID')).toBeGreaterThan(0);
    expect(again.indexOf('Rebooting with command: boot mirror -s\r\n')).toBeGreaterThan(
      again.indexOf('Host ID'),
    );
    expect(again).toContain(`Boot device: ${DISK_PATHS.d2}:a  File and args: -s\r\n`);
    expect(again.endsWith('(or give root password for system maintenance): ')).toBe(true);
  });

  it('mounts the root at its own moment, and not if stopped before', () => {
    const { clock, terminal, site } = standby();
    terminal.line('boot shared', 900);
    expect(terminal.output).toContain('SunOS Release 5.10');
    expect(terminal.break()).toBe("\r\nType  'go' to resume\r\nok ");
    clock.advance(5000);
    expect(site.disk.mounts).toEqual([]);
    terminal.line('go', 100);
    expect(site.disk.mounts.length).toBe(1);
  });
});

describe('BREAK at the firmware', () => {
  it('shows a new prompt and wipes what was typed', () => {
    const { terminal } = standby();
    terminal.keys('printenv auto');
    expect(terminal.break()).toBe('\r\nok ');
    expect(terminal.line('banner')).toContain('Host ID');
  });

  it('is ignored before the banner, unless diag-switch? is true', () => {
    const { terminal } = standby();
    terminal.line('reset-all', 500);
    expect(terminal.break()).toBe('');
    expect(terminal.wait(2000)).toContain('Host ID');
    terminal.line('setenv diag-switch? true');
    terminal.line('reset-all', 1000);
    expect(terminal.break()).toMatch(/ok $/);
  });

  it('stops the automatic boot between banner and boot', () => {
    const { terminal, site } = standby();
    terminal.line('setenv auto-boot? true');
    terminal.line('setenv boot-device shared');
    terminal.line('reset-all', 1600);
    expect(terminal.output).toContain('Host ID');
    expect(terminal.break()).toBe('Aborting auto-boot sequence.\r\nok ');
    terminal.wait(10_000);
    expect(site.disk.mounts).toEqual([]);
  });

  it('does nothing with the keyswitch in secure', () => {
    const { terminal, node } = standby();
    terminal.line('boot shared', 4000);
    node.machine.options.keyswitch = 'secure';
    expect(terminal.break()).toBe('');
    expect(node.condition).toBe('system multi-user');
  });
});

describe('security-mode', () => {
  function secured(mode: 'command' | 'full') {
    const nvram = { 'security-mode': mode, 'security-password': 'geheim' };
    return standby({ nvram });
  }

  it('asks for a password twice when it is set at the prompt', () => {
    const { terminal, node } = standby();
    expect(terminal.line('setenv security-mode command')).toMatch(/: $/);
    expect(terminal.line('geheim')).toBe('\r\nRetype password: ');
    expect(terminal.line('geheim')).toContain('security-mode =       command\r\n');
    expect(terminal.line('logout')).toMatch(/or login \(command mode\)\r\n> $/);
    expect(node.nvram.get('security-password')).toBe('geheim');
  });

  it('wants the password for a boot with arguments, not for a plain one', () => {
    const { terminal } = secured('command');
    expect(terminal.line('boot')).toContain("Can't locate boot device");
    expect(terminal.line('boot shared')).toMatch(/Firmware Password: $/);
    expect(terminal.line('wrong')).toBe('\r\nSorry.  Waiting 10 seconds.\r\n');
    expect(terminal.line('')).toBe('');
    expect(terminal.wait(10_000)).toMatch(/> $/);
    terminal.line('boot shared');
    expect(terminal.line('geheim', 4000)).toContain('SunOS Release');
  });

  it('wants it for every boot in full mode', () => {
    const { terminal } = secured('full');
    expect(terminal.line('boot')).toMatch(/Firmware Password: $/);
  });

  it('outlives set-defaults', () => {
    const { terminal, node } = secured('command');
    terminal.line('login');
    terminal.line('geheim');
    terminal.line('set-defaults');
    expect(node.nvram.get('auto-boot?')).toBe('true');
    expect(node.nvram.get('security-mode')).toBe('command');
    expect(node.nvram.get('security-password')).toBe('geheim');
  });

  it('gives the ok prompt after login', () => {
    const { terminal } = secured('command');
    expect(terminal.line('printenv')).toMatch(/> $/);
    terminal.line('login');
    expect(terminal.line('geheim')).toBe('\r\nok ');
    expect(terminal.line('printenv security-password')).toBe(
      'printenv security-password\r\nsecurity-password =   \r\nok ',
    );
  });
});
