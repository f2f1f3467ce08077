import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import { PARKED } from '../../src/sim/site-options.ts';

function makeSite() {
  const clock = new SimulatedClock();
  const site = new Site({}, clock);
  clock.advance(1000);
  return { clock, site, n1: site.node('n1'), n2: site.node('n2') };
}

const kinds = (site: Site) => site.referee.violations.map(({ kind, nodes }) => [kind, ...nodes]);

describe('the referee cries', () => {
  it('when the standby boots beside the running system, with both nodes and times', () => {
    const { clock, site, n2 } = makeSite();
    clock.advance(50);
    n2.typeAtPrompt('boot shared');
    clock.advance(1000);
    expect(site.referee.violations).toEqual([
      {
        kind: 'double-mount',
        at: 2050,
        wall: Date.UTC(2001, 0, 1) + 2050,
        nodes: ['n2', 'n1'],
        mountedSince: [2050, 0],
        what: 'n2 mounted the root that n1 has mounted',
      },
    ]);
  });

  it('when either of the two then writes, once for each', () => {
    const { clock, site, n2 } = makeSite();
    n2.typeAtPrompt('boot mirror');
    clock.advance(10_000);
    expect(kinds(site)).toEqual([
      ['double-mount', 'n2', 'n1'],
      ['write-while-other-mounted', 'n1', 'n2'],
      ['write-while-other-mounted', 'n2', 'n1'],
    ]);
    expect(site.disk.damaged).toBe(true);
  });

  it('when a held system does not count as stopped', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.spuriousBreak();
    n2.typeAtPrompt('boot shared');
    clock.advance(1100);
    expect(site.referee.violations.map(({ what }) => what)).toEqual([
      'n2 mounted the root that n1 has mounted, which is only suspended and can be resumed',
    ]);
  });

  it('when a node writes to the root of one that is only held', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.spuriousBreak();
    n2.typeAtPrompt('boot shared');
    clock.advance(3000);
    expect(kinds(site)).toEqual([
      ['double-mount', 'n2', 'n1'],
      ['write-while-other-mounted', 'n2', 'n1'],
    ]);
  });

  it('when it is resumed, and its first write destroys even what nobody else wrote to', () => {
    const clock = new SimulatedClock();
    const site = new Site({ times: { loadEveryMs: 0 } }, clock);
    site.node('n1').spuriousBreak();
    site.node('n2').typeAtPrompt('boot shared');
    clock.advance(1500);
    site.node('n2').powerOff();
    site.node('n1').typeAtPrompt('go');
    expect(site.disk.damaged).toBe(false);
    site.node('n1').halt();
    clock.advance(1000);
    expect(site.disk.damaged).toBe(true);
  });

  it('when it is resumed, also if the other has come and gone meanwhile', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.spuriousBreak();
    n2.typeAtPrompt('boot shared');
    clock.advance(5000);
    n2.powerOff();
    n1.typeAtPrompt('go');
    expect(kinds(site).slice(-1)).toEqual([['resumed-after-other-mount', 'n1', 'n2']]);
    clock.advance(1000);
    expect(site.disk.damaged).toBe(true);
  });

  it('when sync is typed on a held node whose root another one has', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.spuriousBreak();
    n2.typeAtPrompt('boot shared');
    clock.advance(3000);
    n1.typeAtPrompt('sync');
    clock.advance(3000);
    expect(kinds(site)).toContainEqual(['write-while-other-mounted', 'n1', 'n2']);
  });

  it('when the standby is booted while the dump is still written', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.panic({ dumpMs: 60_000 });
    clock.advance(5000);
    n2.typeAtPrompt('boot shared');
    clock.advance(5000);
    expect(kinds(site)).toEqual([
      ['double-mount', 'n2', 'n1'],
      ['write-while-other-mounted', 'n1', 'n2'],
      ['write-while-other-mounted', 'n2', 'n1'],
    ]);
  });

  it('when a hung system was taken for dead and comes to itself', () => {
    const { clock, site, n1, n2 } = makeSite();
    n1.hang({ wakesAfterMs: 30_000 });
    n2.typeAtPrompt('boot shared');
    clock.advance(40_000);
    expect(kinds(site)).toContainEqual(['write-while-other-mounted', 'n1', 'n2']);
  });

  it('when a panicked node with auto-boot? false, but a good boot-device, was taken for parked', () => {
    const clock = new SimulatedClock();
    const nvram = { ...PARKED, 'boot-device': 'shared' };
    const site = new Site({ nodes: [{ name: 'n1', nvram }, { name: 'n2' }] }, clock);
    site.node('n1').panic();
    clock.advance(2700);
    expect(site.disk.openMounts()).toEqual([]);
    site.node('n2').typeAtPrompt('boot shared');
    clock.advance(10_000);
    expect(kinds(site)[0]).toEqual(['double-mount', 'n1', 'n2']);
  });

  it('and its file system is destroyed: nobody boots from it any more', () => {
    const { clock, n1, n2 } = makeSite();
    n2.typeAtPrompt('boot shared');
    clock.advance(5000);
    n1.powerOff();
    n2.reset();
    clock.advance(2000);
    n2.typeAtPrompt('boot shared');
    clock.advance(10_000);
    expect(n2.condition).toBe('system single-user');
  });
});

describe('the referee is silent', () => {
  const ends: [string, (site: Site, clock: SimulatedClock) => void][] = [
    ['power off', (site) => site.node('n1').powerOff()],
    ['reset', (site) => site.node('n1').reset()],
    [
      'BREAK and reset-all',
      (site) => {
        site.node('n1').spuriousBreak();
        site.node('n1').typeAtPrompt('reset-all');
      },
    ],
    [
      'halt',
      (site, clock) => {
        site.node('n1').halt();
        clock.advance(1000);
      },
    ],
    [
      'panic and dump',
      (site, clock) => {
        site.node('n1').panic();
        clock.advance(4000);
      },
    ],
    ['watchdog reset', (site) => site.node('n1').watchdogReset()],
  ];
  it.each(ends)('when the first was ended by %s before the second booted', (_name, end) => {
    const { clock, site, n2 } = makeSite();
    end(site, clock);
    n2.typeAtPrompt('boot shared');
    clock.advance(10_000);
    expect(n2.condition).toBe('system multi-user');
    expect(site.referee.violations).toEqual([]);
    expect(site.referee.losses).toEqual([]);
    expect(site.disk.damaged).toBe(false);
  });

  it('when a held system is resumed and nobody else was there', () => {
    const { clock, site, n1 } = makeSite();
    n1.spuriousBreak();
    clock.advance(60_000);
    n1.typeAtPrompt('go');
    clock.advance(1000);
    expect(site.referee.violations).toEqual([]);
  });

  it('when one node boots again and again', () => {
    const { clock, site, n1 } = makeSite();
    for (let count = 0; count < 10; count++) {
      n1.powerOff();
      n1.powerOn();
      clock.advance(2000);
      n1.typeAtPrompt('boot shared');
      clock.advance(4000);
    }
    expect(site.disk.mounts.length).toBe(11);
    expect(site.referee.violations).toEqual([]);
    expect(site.referee.losses).toEqual([]);
  });

  it('when the standby is stopped before its root is mounted', () => {
    const { clock, site, n2 } = makeSite();
    n2.typeAtPrompt('boot shared');
    clock.advance(900);
    n2.spuriousBreak();
    n2.typeAtPrompt('reset-all');
    clock.advance(10_000);
    expect(site.referee.violations).toEqual([]);
  });
});

it('remembers every mount, unmount, hold and write', () => {
  const { clock, site, n1 } = makeSite();
  n1.spuriousBreak();
  n1.typeAtPrompt('go');
  clock.advance(500);
  n1.powerOff();
  expect(site.referee.records).toEqual([
    { kind: 'mount', node: 'n1', from: 0, to: 0, count: 1, detail: 'd1' },
    { kind: 'write', node: 'n1', from: 200, to: 1000, count: 5, detail: 'transaction' },
    { kind: 'suspend', node: 'n1', from: 1000, to: 1000, count: 1, detail: '' },
    { kind: 'resume', node: 'n1', from: 1000, to: 1000, count: 1, detail: '' },
    { kind: 'write', node: 'n1', from: 1200, to: 1400, count: 2, detail: 'transaction' },
    { kind: 'unmount', node: 'n1', from: 1500, to: 1500, count: 1, detail: 'system died' },
  ]);
});
