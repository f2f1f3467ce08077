/** The law of evidence at its edges: each case once let a boot through, or nearly. */
import { describe, expect, test } from 'vitest';
import { evidenceOf, judgeBoot, judgeResume } from '../../src/machine/evidence.ts';
import { type World, watching } from './world.ts';

/** Words count only while nothing answers at the service address. */
function addressDead(world: World): void {
  world.state = { ...world.state, net: { ...world.state.net, level: 'dead' } };
}

const grades = (world: World, node: 0 | 1) =>
  evidenceOf(world.engine, world.state, node).map((one) => one.grade);

describe('parked', () => {
  test('a standby that was checked is parked; the owner never is', () => {
    const world = watching();
    world.seconds(15); // The owner shows its login once more, while the standby is watched.
    expect(grades(world, 1)).toContain('parked');
    expect(grades(world, 0)).toEqual([]);
  });

  test('a stall longer than the daemon has run leaves it', () => {
    const world = watching({}, 15);
    world.feed({ kind: 'stall', lateMs: 3_600_000 });
    expect(grades(world, 1)).toContain('parked');
  });

  test('a new connection voids it', () => {
    const world = watching();
    world.site.console('n2').cutAll();
    world.seconds(1);
    expect(grades(world, 1)).toEqual([]);
  });

  test('a value that somebody changes by hand voids it', () => {
    const world = watching();
    world.site.node('n2').typeAtPrompt('setenv auto-boot? true');
    world.seconds(1);
    expect(grades(world, 1)).not.toContain('parked');
  });

  test('a standby that is only held is not parked, not even after a restart of the daemon', () => {
    const world = watching();
    world.feed({ kind: 'bytes', node: 1, data: 'SunOS Release 5.10\r\n' });
    world.feed({ kind: 'bytes', node: 1, data: "Type  'go' to resume\r\nok " });
    world.kill();
    world.restart();
    world.seconds(60);
    expect(grades(world, 1), world.story()).not.toContain('parked');
    expect(judgeBoot(world.engine, world.state, 0).kind).toBe('refused');
  });
});

describe('out of service', () => {
  test('counts as long as the console does not show that a system runs there', () => {
    const world = watching();
    world.operator('out-of-service', 1);
    world.state.nodes[1].facts.reads = {};
    expect(judgeBoot(world.engine, world.state, 0)).toMatchObject({ kind: 'refused', alive: true });
    addressDead(world);
    expect(judgeBoot(world.engine, world.state, 0).kind).toBe('allowed');
    world.site.node('n2').typeAtPrompt('boot mirror');
    world.seconds(2);
    expect(judgeBoot(world.engine, world.state, 0).kind).toBe('refused');
  });

  test('is refused for the owner of the disk', () => {
    const world = watching();
    world.operator('out-of-service', 0);
    expect(world.replies.at(-1)?.accepted).toBe(false);
  });

  test('nothing is typed there', () => {
    const world = watching();
    world.operator('out-of-service', 1);
    const before = world.typed[1];
    world.site.node('n1').panic();
    world.seconds(120);
    expect(world.typed[1]).toBe(before);
  });
});

describe('off and attested', () => {
  test('end when the node writes more than noise', () => {
    const world = watching();
    world.state.nodes[0].facts.attested = { at: world.state.now, by: 'ann' };
    world.state.nodes[0].facts.offBytes = 0;
    world.feed({ kind: 'bytes', node: 0, data: 'x' });
    expect(grades(world, 0)).toContain('attested');
    world.feed({ kind: 'bytes', node: 0, data: 'a machine that speaks\r\n' });
    expect(grades(world, 0)).not.toContain('attested');
  });

  test('an attestation lasts fifteen minutes', () => {
    const world = watching();
    world.site.node('n1').powerOff();
    addressDead(world);
    const { facts } = world.state.nodes[0];
    facts.attested = { at: world.state.now, by: 'ann' };
    expect(judgeBoot(world.engine, world.state, 1).kind).toBe('allowed');
    const later = { ...world.state, now: world.state.now + 15 * 60_000 + 1 };
    expect(judgeBoot(world.engine, later, 1).kind).toBe('refused');
  });

  test('an answer of the power device lasts thirty seconds, then it is asked again', () => {
    const world = watching();
    addressDead(world);
    world.state.nodes[0].facts.offAt = world.state.now;
    expect(judgeBoot(world.engine, world.state, 1).kind).toBe('allowed');
    const later = { ...world.state, now: world.state.now + 30_001 };
    expect(judgeBoot(world.engine, later, 1)).toEqual({ kind: 'refresh', grade: 'off' });
  });
});

describe('fenced', () => {
  function fenced(): World {
    const world = watching();
    world.site.node('n1').panic();
    const done = () => world.log.some((one) => one.text.includes('n1 is fenced'));
    expect(world.until(done, 200), world.story()).toBe(true);
    return world;
  }

  test('holds after the reset, the identity, a prompt and all read-backs', () => {
    expect(grades(fenced(), 0)).toContain('fenced');
  });

  test('bytes that nobody asked for: read again first; a banner: all over again', () => {
    const world = fenced();
    world.feed({ kind: 'bytes', node: 0, data: '#' });
    expect(judgeBoot(world.engine, world.state, 1)).toEqual({ kind: 'refresh', grade: 'fenced' });
    world.feed({ kind: 'bytes', node: 0, data: '\r\nOpenBoot 4.16.1, 2048 MB memory\r\n' });
    expect(judgeBoot(world.engine, world.state, 1).kind).toBe('refused');
  });

  test('a typed boot on it is over at once', () => {
    const world = fenced();
    world.feed({ kind: 'bytes', node: 0, data: '\r\nok boot disk1\r\n' });
    expect(judgeBoot(world.engine, world.state, 1).kind).toBe('refused');
  });

  test('older than a minute: read again first', () => {
    const world = fenced();
    const later = { ...world.state, now: world.state.now + 61_000 };
    expect(judgeBoot(world.engine, later, 1)).toEqual({ kind: 'refresh', grade: 'fenced' });
  });
});

describe('resume', () => {
  test('is refused for a node that does not own the disk', () => {
    const world = watching();
    world.feed({ kind: 'bytes', node: 1, data: 'SunOS Release 5.10\r\n' });
    world.feed({ kind: 'bytes', node: 1, data: "Type  'go' to resume\r\n" });
    expect(judgeResume(world.engine, world.state, 1).kind).toBe('refused');
  });
});

describe('a boot that is written down and never typed', () => {
  for (const ms of [0, 2, 4, 5, 6, 10, 50, 200]) {
    test(`${ms} ms after the intent the cluster is held: memory and journal agree`, () => {
      const world = watching();
      world.site.node('n1').panic();
      const intent = () =>
        world.journal.some(({ record }) => record.kind === 'intent' && record.verb === 'boot');
      for (let tick = 0; tick < 200_000 && !intent(); tick++) world.clock.advance(1);
      world.clock.advance(ms);
      world.operator('hold');
      const owner = world.activeName;
      const typed = world.typed[1].includes('boot /');
      const returned = /boot \/[^\r]*\r/.test(world.typed[1]);
      expect(returned ? 'n2' : 'n1', `typed ${typed}\n${world.story()}`).toBe(owner);
      world.kill();
      world.restart();
      expect(world.activeName).toBe(owner);
    });
  }
});

describe('a replay', () => {
  test('a banner and a prompt out of a buffer prove nothing', () => {
    const world = watching();
    const { console } = world.site.node('n2');
    const text = 'OpenBoot 4.16.1, 2048 MB memory\r\nHost ID: 83a54f12.\r\nok ';
    console.options.replay = { kind: 'text', text };
    console.cutAll();
    world.seconds(10);
    expect(world.state.nodes[1].facts.resetAt).toBe(null);
  });
});
