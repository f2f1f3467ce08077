/** The witness of a run: what it takes for a proof, told to it line by line. */
import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/machine/protocol.ts';
import { Random } from '../../src/sim/random.ts';
import { PARKED } from '../../src/sim/site-options.ts';
import { JournalDisk } from '../../src/simulation/journal-disk.ts';
import { ProofWatch } from '../../src/simulation/proof-watch.ts';
import { targetOf } from '../../src/simulation/target-of.ts';
import { SUN_OBP } from './scripts.ts';

const N1 = { name: 'n1', hostId: '83a54dc7' };
const N2 = { name: 'n2', hostId: '83a54f12' };
const BOOT = 'boot /pci@1c,600000/scsi@2/disk@0,0:a';
const OWNED: JournalRecord = { kind: 'intent', verb: 'boot', node: 'n2', path: '/x', pathIndex: 0 };

/** Two consoles that are connected and believed; n1 owns the disk, the boot of n2 is written down. */
class Scene {
  now = 0;
  readonly said: string[] = [];
  readonly disk = new JournalDisk('demo', new Random(1), () => {});
  readonly watch: ProofWatch;

  constructor(onSilence: 'power' | 'confirm' | 'trust' = 'power') {
    const choice = { onSilence, serviceLost: 'alarm', settings: {} } as const;
    this.watch = new ProofWatch({
      target: targetOf(SUN_OBP.program, [N1, N2], choice),
      disk: this.disk,
      now: () => this.now,
      wasParkedBefore: true,
      violated: (_kind, what) => this.said.push(what),
    });
    this.disk.inherit([OWNED], 0);
    this.watch.started();
    for (const node of [0, 1] as const) this.watch.channel(node, true);
    this.now += 10_000;
    this.shows(1, `\r\nok `);
    this.enters(1, 'banner', banner(N2.hostId));
  }

  shows(node: 0 | 1, text: string): this {
    this.watch.received(node, text);
    return this;
  }

  enters(node: 0 | 1, line: string, answer: string): this {
    this.watch.typed(node, line);
    this.shows(node, line);
    this.now += 100;
    this.watch.typed(node, '\r');
    this.now += 100;
    return this.shows(node, `\r\n${answer}ok `);
  }

  resets(hostId: string): this {
    return this.enters(0, 'reset-all', banner(hostId));
  }

  reads(values: Readonly<Record<string, string>> = PARKED): this {
    for (const [name, value] of Object.entries(values)) {
      this.enters(0, `printenv ${name}`, `${name} =   ${value}\r\n`);
    }
    return this;
  }

  later(ms: number): this {
    this.now += ms;
    return this;
  }

  boots(): readonly string[] {
    this.later(100).enters(1, BOOT, 'Boot device: /x\r\n');
    return this.said;
  }
}

function banner(hostId: string): string {
  return `OpenBoot 4.16.1, 2048 MB memory installed, Serial #1.\r\nHost ID: ${hostId}.\r\n`;
}

function atPrompt(): Scene {
  return new Scene().shows(0, '\r\nok ').enters(0, 'banner', banner(N1.hostId));
}

function fenced(): Scene {
  return atPrompt().resets(N1.hostId).reads();
}

describe('a boot of the standby', () => {
  const proven: readonly [string, () => Scene][] = [
    ['n1 was reset, shown and read', fenced],
    ['the power device said off', () => off(new Scene())],
    ['somebody confirmed it', () => confirmed(new Scene().later(40_000))],
    ['silence is trusted', () => trusted(new Scene('trust'))],
  ];
  test.each(proven)('%s: nothing to say', (_what, scene) => {
    expect(scene().boots()).toEqual([]);
  });

  const wrong: readonly [string, () => Scene][] = [
    ['nothing was proven', () => new Scene()],
    ['it was never reset', () => atPrompt().reads()],
    ['another machine was reset', () => fenced().resets(N2.hostId).reads()],
    ['it was read before its reset', () => atPrompt().reads().resets(N1.hostId)],
    ['a value was not read', () => atPrompt().resets(N1.hostId).reads({ 'auto-boot?': 'false' })],
    ['a value was different', () => fenced().reads({ 'auto-boot?': 'true' })],
    ['it was read long ago', () => fenced().later(75_000)],
    ['its console wrote since', () => fenced().later(20_000).shows(0, 'WARNING: x\r\n')],
    ['it booted since', () => fenced().shows(0, 'boot\r\nBoot device: disk\r\n')],
    ['its connection is a new one', () => reconnected(fenced())],
    ['a BREAK was sent since', () => broken(fenced())],
    ['the device said off long ago', () => off(new Scene()).later(31_000)],
    ['the device says on again', () => on(off(new Scene()))],
    ['it wrote since the device said off', () => off(new Scene()).shows(0, 'x'.repeat(17))],
    ['the service address answers', () => alive(off(new Scene()))],
    ['it wrote just before somebody confirmed', () => confirmed(new Scene().shows(0, 'x'))],
    ['somebody confirmed long ago', () => confirmed(new Scene().later(40_000)).later(901_000)],
    ['silence is not trusted here', () => trusted(new Scene('confirm'))],
    ['it answered the BREAKs', () => trusted(new Scene('trust')).shows(0, 'x')],
    ['the daemon was started again', () => restarted(off(new Scene()))],
  ];
  test.each(wrong)('%s: it is told', (_what, scene) => {
    expect(scene().boots().join()).toMatch(
      /nothing proves n1 stopped|without knowing|does not own/,
    );
  });
});

test('the new owner must be on the disk for good', () => {
  const scene = fenced();
  scene.disk.inherit([{ kind: 'owner', node: 'n1', why: 'x' }], 0);
  expect(scene.boots().join()).toContain('does not own the disk in the journal');
});

test('what stands on the line must be what was typed', () => {
  const scene = atPrompt();
  scene.watch.typed(0, 'banner');
  scene.shows(0, 'bammer').later(100).watch.typed(0, '\r');
  expect(scene.said.join()).toContain("entered 'banner' at n1, which shows 'ok bammer'");
});

test('what somebody left on the line must not be entered', () => {
  const scene = atPrompt().shows(0, 'boot').later(100);
  scene.watch.typed(0, '\r');
  expect(scene.said.join()).toContain('typed only');
});

describe('what may be known of a console', () => {
  test('a reset behind the answer to `banner` shows once the prompt has stood, and not before', () => {
    const reset = (quietMs: number) =>
      fenced().enters(0, 'banner', banner(N1.hostId)).later(quietMs).shows(0, banner(N1.hostId));
    expect(reset(100).watch.lacking(0, 'fenced', 0)).toBeNull();
    expect(reset(400).watch.lacking(0, 'fenced', 0)).toMatch(/no prompt|identity|not all/);
  });

  test('a value counts for the line behind which it stands, though an old prompt came late', () => {
    const scene = atPrompt().resets(N1.hostId);
    for (const [name, value] of Object.entries(PARKED)) {
      scene.watch.typed(0, `printenv ${name}`);
      scene.shows(0, `printenv ${name}`).later(100).watch.typed(0, '\r');
      scene.later(100).shows(0, '\b'.repeat(`printenv ${name}`.length));
      scene.later(100).shows(0, `printenv ${name}`).shows(0, `\r\n${name} = ${value}\r\nok `);
    }
    expect(scene.watch.lacking(0, 'fenced', 0)).toBeNull();
  });

  test('an alarm about one console is no echo on the other', () => {
    const scene = fenced().enters(0, 'reset-all', '');
    scene.watch.alarmed('somebody types at n2: ok reset-all');
    expect(scene.said).toEqual([]);
    scene.watch.alarmed('somebody types at n1: ok reset-all');
    expect(scene.said.join()).toContain('took its own echo on n1 for news');
  });

  test.each([
    ['prod console login: ', true],
    ['console login: ', true],
    ['prodconsole login: ', false],
    ['prod cconsole login: ', false],
  ])('%j is a login prompt: %s', (text, isOne) => {
    expect(new Scene().shows(0, `\r\n${text}`).watch.console(0).isRunning).toBe(isOne);
  });

  test('silence in which the daemon stood still makes no connection believed', () => {
    const scene = reconnected(new Scene()).later(10_000);
    scene.watch.channel(0, true);
    scene.later(20_000).watch.stoodStill();
    expect(scene.shows(0, 'old').watch.console(0).isFresh).toBe(false);
    expect(scene.later(6_000).shows(0, 'new').watch.console(0).isFresh).toBe(true);
  });
});

function off(scene: Scene): Scene {
  scene.watch.powerSaid(0, true);
  return scene;
}

function on(scene: Scene): Scene {
  scene.watch.powerSaid(0, false);
  return scene;
}

function alive(scene: Scene): Scene {
  scene.watch.net('alive');
  return scene;
}

function confirmed(scene: Scene): Scene {
  scene.watch.operatorSaid('confirm', 0);
  return scene;
}

function trusted(scene: Scene): Scene {
  scene.watch.net('dead');
  scene.watch.broke(0);
  scene.watch.broke(0);
  scene.watch.terminalServerSaid(0, true);
  return scene;
}

function broken(scene: Scene): Scene {
  scene.watch.broke(0);
  return scene;
}

function reconnected(scene: Scene): Scene {
  scene.watch.channel(0, true);
  return scene.later(10_000).shows(0, '\r\nok ');
}

function restarted(scene: Scene): Scene {
  scene.watch.started();
  return scene;
}
