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
  shownAt: number | null = null;
  readonly law = new LawWatch({
    site: this.site,
    nodes: ['n1', 'n2'],
    deviceLies: () => this.lies,
    shownAt: () => this.shownAt,
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

describe('between the last look and the key', () => {
  /** n1 was halted and parked; the RETURN is pressed, a value changes, and then the RETURN goes out. */
  const pressed = (before: (one: Bench) => void, waitsMs: number) => {
    const made = bench(({ site }) => site.node('n1').halt());
    made.law.typed(1, `boot ${PATH}`);
    before(made);
    made.law.pressed(1, '\r');
    made.site.node('n1').nvram.set('auto-boot?', 'true');
    made.clock.advance(waitsMs);
    made.law.typed(1, '\r');
    return made.found;
  };

  test('a value that changes under a pressed key that waits for its pace is excused', () => {
    expect(pressed(() => {}, 2)).toEqual(['excused just-pressed']);
  });

  test('not one that had changed before, or long before the key goes out', () => {
    const early = ({ site }: Bench) => site.node('n1').nvram.set('boot-device', 'disk');
    expect(pressed(early, 2)).toEqual(['law']);
    expect(pressed(() => {}, 50)).toEqual(['law']);
  });

  /** The standby n2 has a system asleep; its boot reaches n1, which has nothing. */
  const recabled = (shownMs: number, prepare: (one: Bench) => void = () => {}) => {
    const made = bench(({ site, clock }) => {
      site.node('n1').halt();
      site.node('n2').typeAtPrompt(`boot ${PATH}`);
      clock.advance(5_000);
      site.node('n2').spuriousBreak();
    });
    made.found.length = 0;
    prepare(made);
    made.shownAt = made.clock.now().at + shownMs;
    made.clock.advance(1_000);
    made.site.swapCables();
    made.clock.advance(1_000);
    made.law.typed(1, `boot ${PATH}\r`);
    return made.found;
  };

  test('cables that somebody changes after the machine showed who it is are excused', () => {
    expect(recabled(0)).toEqual(['excused recabled']);
  });

  test('not when it showed that afterwards, or when the boot was wrong anyway', () => {
    expect(recabled(1_500)).toEqual(['law']);
    const wrong = ({ site }: Bench) => site.node('n1').nvram.set('auto-boot?', 'true');
    expect(recabled(0, wrong)).toEqual(['law']);
  });
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

  test('the firmware itself, long after a boot that the daemon typed has failed', () => {
    const made = bench(({ site }) => {
      site.node('n1').powerOff();
      site.disk.setLabel('d1', false);
    });
    made.type(1, `boot ${PATH}\r`);
    const n2 = made.site.node('n2');
    n2.nvram.set('auto-boot?', 'true');
    n2.nvram.set('boot-device', PATH);
    n2.powerOff();
    made.site.node('n1').nvram.set('auto-boot?', 'true');
    made.site.node('n1').nvram.set('boot-device', PATH);
    made.site.disk.setLabel('d1', true);
    made.site.node('n1').powerOn();
    made.clock.advance(10_000);
    n2.powerOn();
    made.clock.advance(10_000);
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
