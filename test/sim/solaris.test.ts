import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import { PARKED, type SiteOptions } from '../../src/sim/site-options.ts';
import type { PanicOptions, SolarisOptions } from '../../src/sim/solaris-options.ts';
import { Terminal } from './terminal.ts';

function running(solaris: Partial<SolarisOptions> = {}, options: SiteOptions = {}) {
  const clock = new SimulatedClock();
  const site = new Site({ solaris, ...options }, clock);
  const terminal = new Terminal(site.console('n1'), clock);
  return { clock, site, terminal, node: site.node('n1') };
}

/** Ends production, and boots n1 again by hand. */
function bootAgain(site: Site, clock: SimulatedClock, how = 'boot shared') {
  site.node('n1').reset();
  clock.advance(2000);
  site.node('n1').typeAtPrompt(how);
}

const LOGIN = 'prod console login: ';

describe('a healthy system', () => {
  it('boots: kernel, copyright, host name, login', () => {
    const { clock, site, terminal } = running();
    bootAgain(site, clock);
    terminal.wait(3000);
    const order = [
      'SunOS Release 5.10 Version Generic_147440-01 64-bit\r\n',
      'Copyright (c) 1983',
      'Hostname: prod\r\n',
      '\r\nprod console login: ',
    ].map((text) => terminal.output.indexOf(text));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect([...order].sort((left, right) => left - right)).toEqual(order);
    expect(terminal.output.endsWith(LOGIN)).toBe(true);
  });

  it('says that it is ready before Solaris 10, and takes its time when slow', () => {
    const { clock, site, terminal } = running({ readyLine: true, extraBootMs: 5000 });
    bootAgain(site, clock);
    expect(terminal.wait(7000)).not.toContain('login');
    expect(terminal.wait(1000)).toContain('The system is ready.\r\n');
  });

  it('answers RETURN with the login prompt again, and a name with Password:', () => {
    const { terminal } = running();
    expect(terminal.line('')).toBe(`\r\n${LOGIN}`);
    expect(terminal.line('root')).toBe('root\r\nPassword: ');
    expect(terminal.line('wrong')).toBe(`\r\nLogin incorrect\r\n\r\n${LOGIN}`);
    terminal.line('root');
    expect(terminal.wait(60_000)).toContain(LOGIN);
  });

  it('lets root in, who sees and sets firmware variables', () => {
    const { terminal, node } = running();
    terminal.line('root');
    expect(terminal.line('secret')).toMatch(/# $/);
    expect(terminal.line('eeprom auto-boot?')).toBe('eeprom auto-boot?\r\nauto-boot?=false\r\n# ');
    expect(terminal.line('eeprom auto-boot?=true')).toBe('eeprom auto-boot?=true\r\n# ');
    expect(node.nvram.get('auto-boot?')).toBe('true');
    expect(terminal.line('eeprom nonsense')).toContain('nonsense: data not available.');
    expect(terminal.line('eeprom nonsense=1')).toContain('nonsense: invalid property.');
    expect(terminal.line('cat /var/adm/messages')).toContain('\npanic[cpu0]/thread=');
    expect(terminal.line('nonsense')).toContain('nonsense: not found');
    expect(terminal.line('exit')).toBe(`exit\r\n\r\n${LOGIN}`);
  });

  it('answers # where a root shell was left open', () => {
    const { terminal } = running({ openShell: true });
    expect(terminal.line('')).toBe('\r\n# ');
    expect(terminal.line('uname -a')).toContain('SunOS prod 5.10');
  });

  it('glues syslog to the login prompt when chatty', () => {
    const { terminal } = running({ chatty: true });
    terminal.line('', 5);
    expect(terminal.wait(1000)).toMatch(/^Jan {2}1 00:00:00 prod /);
  });

  it('has one host name on both nodes', () => {
    const { clock, site, terminal } = running();
    site.node('n1').powerOff();
    site.node('n2').typeAtPrompt('boot shared');
    clock.advance(4000);
    const other = new Terminal(site.console('n2'), clock);
    expect(other.line('')).toBe(`\r\n${LOGIN}`);
    expect(terminal.line('')).toBe('');
  });

  it('acknowledges only what is on the disk', () => {
    const { clock, site } = running();
    clock.advance(10_000);
    expect(site.referee.acknowledged).toBe(50);
    expect(site.disk.halves.map((half) => half.records)).toEqual([50, 50]);
  });
});

describe('BREAK', () => {
  it('suspends: nothing is written or served until go', () => {
    const { clock, site, terminal, node } = running();
    clock.advance(1000);
    expect(site.network.serviceUp).toBe(true);
    expect(terminal.break()).toBe("\r\nType  'go' to resume\r\nok ");
    expect(node.machine.isHeld).toBe(true);
    const { records } = site.disk;
    clock.advance(60_000);
    expect(site.disk.records).toBe(records);
    expect(site.network.serviceUp).toBe(false);
    expect(terminal.line('go')).toBe('go\r\n');
    clock.advance(1000);
    expect(site.disk.records).toBe(records + 5);
    expect(terminal.line('')).toBe(`\r\n${LOGIN}`);
    expect(site.referee.violations).toEqual([]);
  });

  it('says again that go is possible, until the reset', () => {
    const { clock, terminal } = running();
    terminal.break();
    terminal.line('banner');
    expect(terminal.break()).toBe("\r\nType  'go' to resume\r\nok ");
    terminal.line('reset-all');
    clock.advance(3000);
    expect(terminal.break()).toBe('\r\nok ');
    expect(terminal.line('go')).toContain('No program active');
  });

  it('does nothing under Solaris with kbd -a alternate, but in the firmware', () => {
    const { terminal, node } = running({ kbdAlternate: true });
    expect(terminal.break()).toBe('');
    expect(node.condition).toBe('system multi-user');
    expect(terminal.keys('\r~x\x02')).not.toContain('ok');
    expect(terminal.keys('\r~\x02')).toMatch(/Type {2}'go' to resume\r\nok $/);
    expect(terminal.break()).toMatch(/ok $/);
  });

  it('ends at the debugger where one is loaded', () => {
    const { clock, site, terminal } = running({ debugger: true });
    clock.advance(1000);
    expect(terminal.break()).toMatch(/Welcome to kmdb\r\n.*\r\n\[0\]> $/);
    const { records } = site.disk;
    clock.advance(1000);
    expect(site.disk.records).toBe(records);
    expect(site.network.serviceUp).toBe(false);
    expect(terminal.line('nonsense')).toContain('[0]> ');
    terminal.line(':c', 1000);
    expect(site.disk.records).toBeGreaterThan(records);
    terminal.break();
    expect(terminal.line('$q')).toBe('$q\r\nProgram terminated\r\nok ');
    expect(site.disk.openMounts()).toEqual([]);
  });
});

describe('the menu of sun4v', () => {
  it('resumes with c, without RETURN', () => {
    const { clock, site, terminal } = running({ monitor: 'sun4v' });
    clock.advance(1000);
    expect(terminal.break()).toBe('\r\nc)ontinue, s)ync, r)eboot, h)alt? ');
    expect(site.network.serviceUp).toBe(false);
    expect(terminal.keys('xc', 1000)).toBe('c\r\n');
    expect(site.network.serviceUp).toBe(true);
    expect(terminal.line('')).toContain(LOGIN);
  });

  it('writes to the disk with s', () => {
    const { site, terminal } = running({ monitor: 'sun4v' });
    terminal.break();
    terminal.keys('s', 3000);
    expect(terminal.output).toContain('sync initiated');
    expect(site.referee.records.some((record) => record.detail === 'dump')).toBe(true);
  });

  it('halts with h into a second menu, from there to ok with o', () => {
    const { site, terminal } = running({ monitor: 'sun4v' });
    terminal.break();
    expect(terminal.keys('h')).toBe('h\r\nProgram terminated\r\nr)eboot, o)k prompt, h)alt? ');
    expect(site.disk.openMounts()).toEqual([]);
    expect(terminal.keys('o')).toBe('o\r\nok ');
  });

  it('reboots with r', () => {
    const { terminal } = running({ monitor: 'sun4v' });
    terminal.break();
    expect(terminal.keys('r', 5000)).toContain('Rebooting with command: boot');
  });
});

describe('a panic', () => {
  function panic(options: PanicOptions, solaris: Partial<SolarisOptions> = {}) {
    const parts = running(solaris);
    parts.clock.advance(1000);
    parts.terminal.forget();
    parts.node.panic(options);
    return parts;
  }

  it('syncs, dumps with progress, and reboots', () => {
    const { terminal, clock } = panic({ message: 'BAD TRAP' });
    clock.advance(2600);
    const [, afterPanic = ''] = terminal.output.split(
      '\n\rpanic[cpu0]/thread=2a100047cc0: BAD TRAP\r\n\r\n',
    );
    expect(afterPanic).toContain('genunix:cv_wait');
    expect(afterPanic).toContain('syncing file systems... 2 1 done\r\n');
    expect(afterPanic).toMatch(/dumping to \/dev\/dsk\/c1t0d0s1, offset \d+, content: kernel\r\n/);
    expect(afterPanic).toContain('\r 45% done\r 50% done');
    expect(afterPanic).toMatch(
      /\r100% done: \d+ pages dumped, .*, dump succeeded\r\nrebooting\.\.\.\r\n$/,
    );
  });

  it('writes to the disk until the dump has ended, and serves nobody', () => {
    const { site, clock, node } = panic({ dumpMs: 60_000 });
    expect(site.network.serviceUp).toBe(false);
    const before = site.disk.records;
    clock.advance(60_000);
    expect(site.disk.records).toBe(before);
    const dumped = site.referee.records.at(-1);
    expect(dumped).toMatchObject({ kind: 'write', node: 'n1', detail: 'dump', count: 19 });
    clock.advance(5000);
    expect(site.disk.openMounts()).toEqual([]);
    expect(node.condition).toBe('ok prompt');
  });

  it('says when the dump fails, when there is none, when the disk is gone', () => {
    const failing = panic({ dump: 'fails' });
    failing.clock.advance(5000);
    expect(failing.terminal.output).toContain('dump failed: error 5\r\nrebooting...');

    const none = panic({ dump: 'none' });
    none.clock.advance(5000);
    expect(none.terminal.output).toContain(
      'skipping system dump - no dump device configured\r\nrebooting...',
    );

    const gone = panic({});
    gone.site.disk.setPower('d1', false);
    gone.site.disk.setPower('d2', false);
    gone.clock.advance(5000);
    expect(gone.terminal.output).toContain('dump failed: error 5');
    expect(gone.node.condition).toBe('ok prompt');
  });

  it('stalls for ever in a stalling dump, and BREAK still works', () => {
    const { clock, terminal, node } = panic({ stallsAtPercent: 40 });
    clock.advance(3_600_000);
    expect(terminal.output.endsWith('\r 40% done')).toBe(true);
    expect(terminal.break()).toMatch(/Type {2}'go' to resume\r\nok $/);
    expect(node.machine.isHeld).toBe(true);
  });

  it('goes on after BREAK and go', () => {
    const { clock, terminal } = panic({});
    clock.advance(1000);
    terminal.break();
    clock.advance(60_000);
    expect(terminal.line('go', 5000)).toContain('dump succeeded');
  });

  it('happens again, and writes, when sync is typed after BREAK', () => {
    const { clock, site, terminal } = panic({});
    clock.advance(100);
    terminal.break();
    const writes = site.referee.records.filter((record) => record.kind === 'write').length;
    terminal.line('sync', 5000);
    expect(terminal.output).toContain('panic[cpu0]/thread=2a100047cc0: sync initiated');
    expect(site.referee.records.filter((record) => record.kind === 'write').length).toBeGreaterThan(
      writes,
    );
  });

  it('prints its prefix twice when nested', () => {
    const { terminal } = panic({ nested: true });
    expect(terminal.output.match(/\n\rpanic\[cpu0\]\/thread=/g)?.length).toBe(2);
  });

  it('waits for a human where a debugger is loaded', () => {
    const { clock, terminal } = panic({}, { debugger: true });
    clock.advance(3_600_000);
    expect(terminal.output).toMatch(
      /panic: entering debugger \(continue to save dump\)[\s\S]*\[0\]> $/,
    );
    expect(terminal.line(':c', 10_000)).toContain('dump succeeded');
  });
});

describe('a hang', () => {
  it('leaves a silent console, no network and no writes, and BREAK works', () => {
    const { clock, site, terminal, node } = running();
    clock.advance(1000);
    node.hang();
    const { records } = site.disk;
    expect(terminal.line('', 10_000)).toBe('');
    expect(site.disk.records).toBe(records);
    expect(site.network.serviceUp).toBe(false);
    expect(site.disk.openMounts().length).toBe(1);
    expect(terminal.break()).toMatch(/ok $/);
    expect(terminal.line('go')).toBe('go\r\n');
    expect(terminal.line('', 10_000)).toBe('');
  });

  it('of the programs only still echoes, answers the network and flushes', () => {
    const { clock, site, terminal, node } = running();
    clock.advance(1000);
    node.hang({ kind: 'kernel' });
    const { records } = site.disk;
    expect(terminal.line('root', 1000)).toBe('root\r\n');
    expect(site.network.serviceUp).toBe(true);
    expect(site.disk.records).toBe(records);
    expect(site.referee.records.at(-1)?.detail).toBe('flush');
    expect(site.transact()).toBe(records);
    expect(site.referee.acknowledged).toBe(records);
  });

  it('may ignore BREAK', () => {
    const { terminal, node } = running();
    node.hang({ ignoresBreak: true });
    expect(terminal.break()).toBe('');
    expect(node.machine.isHeld).toBe(false);
  });

  it('may end by itself, and then it writes', () => {
    const { clock, site, terminal, node } = running();
    clock.advance(1000);
    node.hang({ wakesAfterMs: 30_000 });
    clock.advance(29_000);
    const { records } = site.disk;
    clock.advance(3000);
    expect(site.disk.records).toBeGreaterThan(records);
    expect(terminal.line('')).toContain(LOGIN);
  });
});

describe('an orderly end', () => {
  it('by reboot unmounts first, and prints no panic', () => {
    const { clock, site, terminal, node } = running();
    node.reboot();
    clock.advance(900);
    expect(terminal.output).toContain('syncing file systems... done\r\nrebooting...\r\n');
    expect(terminal.output).not.toContain('panic');
    expect(site.referee.records.at(-1)).toMatchObject({ kind: 'unmount', detail: 'clean' });
    expect(site.disk.journalPending).toBe(false);
  });

  it('by halt ends in Program terminated, without go', () => {
    const { clock, terminal, node } = running();
    node.halt();
    clock.advance(900);
    expect(terminal.output).toMatch(
      /syncing file systems\.\.\. done\r\nProgram terminated\r\nok $/,
    );
    expect(node.machine.isHeld).toBe(false);
    expect(terminal.line('go')).toContain('go ignored');
  });

  it('after which go may run what lies in the load buffer', () => {
    const nodes = [
      { name: 'n1', goAfterHalt: 'runs-load-buffer' },
      { name: 'n2', start: 'off' },
    ] as const;
    const { clock, site, terminal, node } = running({}, { nodes });
    node.halt();
    clock.advance(900);
    terminal.line('go', 3000);
    expect(site.disk.mounts.length).toBe(2);
  });

  it('can be typed by root: init 5 takes the power', () => {
    const { clock, terminal, node } = running({ openShell: true });
    terminal.line('init 5');
    clock.advance(2000);
    expect(node.condition).toBe('off');
  });

  it('in single user keeps the root, and control-d brings everything back', () => {
    const { clock, site, terminal, node } = running();
    node.singleUser();
    clock.advance(1000);
    expect(terminal.output.endsWith('(or give root password for system maintenance): ')).toBe(true);
    expect(site.network.serviceUp).toBe(false);
    expect(site.disk.openMounts().length).toBe(1);
    expect(terminal.line('secret')).toMatch(/# $/);
    terminal.line('exit');
    node.singleUser();
    clock.advance(1000);
    expect(terminal.keys('\x04', 4000)).toContain(LOGIN);
  });

  it('cannot be had twice', () => {
    const { node } = running();
    node.reboot();
    expect(() => node.halt()).toThrow('n1 cannot shut down now, its system is stopping');
    node.powerOff();
    expect(() => node.panic()).toThrow('n1 cannot panic now: it is off');
  });
});

describe('trouble at boot', () => {
  it('panics on a broken root, without a dump', () => {
    const { clock, site, terminal } = running();
    site.disk.rootBroken = true;
    bootAgain(site, clock);
    terminal.wait(1300);
    expect(terminal.output).toMatch(/Cannot mount root on \S+ fstype ufs\r\n/);
    expect(terminal.output).toContain('vfs_mountroot: cannot mount root');
    expect(terminal.output).toContain('skipping system dump');
    expect(site.disk.mounts.length).toBe(1);
  });

  it('checks the file system after a crash only', () => {
    const { clock, site, terminal, node } = running({ fsck: 'checks' });
    bootAgain(site, clock);
    expect(terminal.wait(6000)).toContain('is being checked');
    node.halt();
    clock.advance(1000);
    expect(terminal.line('boot shared', 6000)).not.toContain('is being checked');
    expect(terminal.output).toContain(LOGIN);
  });

  it('asks for a human when fsck gives up', () => {
    const { clock, site, terminal } = running({ fsck: 'asks' });
    bootAgain(site, clock);
    terminal.wait(10_000);
    expect(terminal.output).toContain('RUN fsck MANUALLY');
    expect(terminal.output).toContain('Type control-d to proceed with normal startup,');
    expect(terminal.output).not.toContain(LOGIN);
  });

  it('stays in single user without half of the state databases', () => {
    const { clock, site, terminal } = running({ mirrorNeedsQuorum: true });
    site.disk.setPower('d2', false);
    bootAgain(site, clock);
    expect(terminal.wait(10_000)).toContain('Insufficient metadevice database replicas');
    expect(terminal.output).not.toContain(LOGIN);
  });
});

describe('the disk', () => {
  it('may lose half of its mirror without anybody noticing', () => {
    const { clock, site, terminal } = running();
    site.disk.setPower('d1', false);
    clock.advance(1000);
    expect(site.disk.half('d2').records).toBe(5);
    expect(site.disk.half('d1').records).toBe(0);
    expect(terminal.output).toBe('');
    site.disk.setPower('d1', true);
    clock.advance(1100);
    expect(site.disk.half('d1').records).toBe(site.disk.half('d2').records);
    expect(site.story()).toContain('mirror half d1 is in step again');
  });

  it('shows what was acknowledged and lost when only the old half comes back', () => {
    const { clock, site } = running();
    site.disk.setPower('d1', false);
    clock.advance(1000);
    site.disk.setPower('d2', false);
    site.disk.setPower('d1', true);
    bootAgain(site, clock);
    clock.advance(3000);
    expect(site.referee.losses).toMatchObject([{ node: 'n1', acknowledged: 5, found: 0 }]);
    expect(site.referee.violations).toEqual([]);
  });

  it('gone altogether makes the system complain, or panic', () => {
    for (const onDiskLoss of ['warns', 'panics'] as const) {
      const { clock, site, terminal } = running({ onDiskLoss });
      site.disk.setPower('d1', false);
      site.disk.setPower('d2', false);
      clock.advance(1000);
      expect(site.referee.acknowledged).toBe(0);
      const expected = onDiskLoss === 'warns' ? 'disk not responding' : 'panic[cpu0]';
      expect(terminal.output).toContain(expected);
    }
  });

  it('runs on without its label until the next boot', () => {
    const { clock, site, terminal } = running();
    site.disk.setLabel('d1', false);
    clock.advance(1000);
    expect(site.disk.records).toBe(5);
    bootAgain(site, clock);
    expect(terminal.output).toContain('Bad magic number in disk label');
  });
});

describe('one seed', () => {
  function transcript(seed: number): string {
    const noisy = { lossRate: 0.02, doubleRate: 0.02, corruptRate: 0.02, pieceMax: 7 };
    const clock = new SimulatedClock();
    const nodes = [
      { name: 'n1', nvram: PARKED, console: noisy, cpus: 4 },
      { name: 'n2', start: 'off' },
    ] as const;
    const site = new Site({ seed, nodes, solaris: { chatty: true } }, clock);
    const terminal = new Terminal(site.console('n1'), clock);
    clock.advance(3000);
    site.node('n1').panic();
    clock.advance(10_000);
    return `${terminal.output}\n${site.story()}`;
  }

  it('gives the same bytes again, another one gives others', () => {
    expect(transcript(7)).toBe(transcript(7));
    expect(transcript(7)).not.toBe(transcript(8));
  });
});
