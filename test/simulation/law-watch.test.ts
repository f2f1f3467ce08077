/** The judge of boots knows only the truth: it must see what no evidence shows. */
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import { LawWatch } from '../../src/simulation/law-watch.ts';
import { whyItCouldRun } from '../../src/simulation/site-truth.ts';

const PATH = '/pci@1c,600000/scsi@2/disk@0,0:a';

class Bench {
  readonly clock = new SimulatedClock();
  readonly site = new Site({}, this.clock);
  readonly found: string[] = [];
  lies = false;
  readonly law = new LawWatch({
    site: this.site,
    nodes: ['n1', 'n2'],
    deviceLies: () => this.lies,
    violated: (kind) => this.found.push(kind),
    excused: (excuse) => this.found.push(`excused ${excuse}`),
  });

  constructor() {
    this.site.onEvent(({ node, what }) => this.law.saw(node, what));
  }

  /** What the daemon types goes past the judge to the machine. */
  type(node: 0 | 1, text: string): void {
    this.law.typed(node, text);
    const port = this.site.console(node === 0 ? 'n1' : 'n2');
    this.site.machineOn(port)?.machine.receive(text);
    this.clock.advance(5_000);
  }
}

function bench(prepare: (bench: Bench) => void): Bench {
  const made = new Bench();
  prepare(made);
  made.clock.advance(10_000);
  return made;
}

describe('could this machine run?', () => {
  const CASES: readonly [string, (one: Bench) => void, RegExp | null][] = [
    ['a system runs', () => {}, /multi-user/],
    ['it hangs', ({ site }) => site.node('n1').hang(), /hung/],
    ['no power', ({ site }) => site.node('n1').powerOff(), null],
    ['suspended', ({ site }) => site.node('n1').spuriousBreak(), /suspended/],
    ['panicked, parked', ({ site }) => site.node('n1').panic(), null],
    ['halted, parked', ({ site }) => site.node('n1').halt(), null],
    [
      'halted, not parked',
      ({ site }) => {
        site.node('n1').halt();
        site.node('n1').nvram.set('auto-boot?', 'true');
      },
      /auto-boot\?/,
    ],
  ];
  test.for(CASES)('%s', ([, prepare, why]) => {
    const found = whyItCouldRun(bench(prepare).site.node('n1'));
    if (why === null) expect(found).toBeNull();
    else expect(found).toMatch(why);
  });

  test('in its self-test, and about to boot from a path', () => {
    const { site, clock } = bench(({ site }) => site.node('n1').halt());
    // Something was loaded before: the firmware resets first.
    site.node('n1').typeAtPrompt(`boot ${PATH}`);
    clock.advance(100);
    expect(whyItCouldRun(site.node('n1'))).toMatch(/about to boot/);
  });
});

describe('a boot that the daemon types', () => {
  test('while the other node runs: a violation, and one more for the second mount', () => {
    const made = bench(() => {});
    made.type(1, `boot ${PATH}`);
    expect(made.found).toEqual([]);
    made.type(1, '\r');
    expect(made.found[0]).toBe('law');
    expect(made.found).toContain('two-mounts');
  });

  test('while the other node is off: none', () => {
    const made = bench(({ site }) => site.node('n1').powerOff());
    made.type(1, `boot ${PATH}\r`);
    expect(made.site.node('n2').machine.isMultiUser).toBe(true);
    expect(made.found).toEqual([]);
  });

  test('that was wiped before its RETURN is none', () => {
    const made = bench(() => {});
    made.type(1, `boot ${PATH}\x15\r`);
    expect(made.found).toEqual([]);
  });

  test('at the wrong machine, because the cables are swapped', () => {
    const made = bench(({ site }) => {
      site.node('n1').powerOff();
      site.swapCables();
    });
    made.type(0, `boot ${PATH}\r`);
    expect(made.site.node('n2').machine.isMultiUser).toBe(true);
    expect(made.found).toEqual([]);
  });

  const EXCUSES: readonly [string, string, boolean, string][] = [
    ['trusted silence', 'n1 is trusted: TRUSTED, not proven: silent', false, 'excused trusted'],
    ['out of service', 'n1 is out-of-service: taken out', false, 'excused out-of-service'],
    ['a device that lies', 'n1 is off: the device said off', true, 'excused device-lied'],
  ];
  test.for(EXCUSES)('%s is excused by its name', ([, evidence, lies, excuse]) => {
    const made = bench(() => {});
    made.lies = lies;
    made.law.recorded({ kind: 'intent', verb: 'boot', node: 'n2', evidence });
    made.type(1, `boot ${PATH}\r`);
    expect(new Set(made.found)).toEqual(new Set([excuse]));
  });
});

test('values lost in a power cut are excused up to the banner that shows it, and no longer', () => {
  const lost = () =>
    bench(({ site }) => {
      const node = site.node('n1');
      node.powerOff();
      node.machine.options.batteryDead = true;
    });
  const early = lost();
  early.site.node('n1').powerOn();
  early.law.typed(1, `boot ${PATH}\r`);
  expect(early.found).toEqual(['excused silent-loss']);
  const late = lost();
  late.site.node('n1').powerOn();
  late.clock.advance(1_600);
  late.law.typed(1, `boot ${PATH}\r`);
  expect(late.found).toEqual(['law']);
});

test('power that returned behind a lost console is excused, in front of a connected one it is not', () => {
  const returned = (isSeen: boolean) =>
    bench(({ site, law, clock }) => {
      const node = site.node('n1');
      law.recorded({ kind: 'intent', verb: 'boot', node: 'n2', evidence: 'n1 is off: it said so' });
      node.powerOff();
      node.nvram.set('auto-boot?', 'true');
      if (isSeen) node.console.connect({ data: () => {}, modem: () => {}, closed: () => {} });
      clock.advance(1_000);
      node.powerOn();
    });
  const unseen = returned(false);
  unseen.law.typed(1, `boot ${PATH}\r`);
  expect(unseen.found).toEqual(['excused power-returned']);
  const seen = returned(true);
  seen.law.typed(1, `boot ${PATH}\r`);
  expect(seen.found).toEqual(['law']);
});

describe('a system that somebody else started', () => {
  test('a person: excused as by-hand', () => {
    const made = bench(() => {});
    made.law.personTyped('n2', `boot ${PATH}`);
    made.site.node('n2').typeAtPrompt(`boot ${PATH}`);
    made.clock.advance(5_000);
    expect(new Set(made.found)).toEqual(new Set(['excused by-hand']));
  });

  test('the firmware itself: excused as by-itself', () => {
    const made = bench(({ site }) => {
      site.node('n2').nvram.set('auto-boot?', 'true');
      site.node('n2').nvram.set('boot-device', PATH);
      site.node('n2').reset();
    });
    expect(new Set(made.found)).toEqual(new Set(['excused by-itself']));
  });

  test('a system that the daemon lets go on after the other node mounted the root', () => {
    const made = bench(({ site, clock }) => {
      site.node('n1').spuriousBreak();
      clock.advance(1_000);
    });
    made.type(1, `boot ${PATH}\r`);
    expect(made.found).toContain('law');
    made.found.length = 0;
    made.type(0, 'go\r');
    expect(made.found).toContain('two-mounts');
  });
});
