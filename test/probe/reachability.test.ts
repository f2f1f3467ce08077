import { expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type {
  OnProbeResult,
  ProbeQuestion,
  Prober,
  ProberFactory,
} from '../../src/probe/prober.ts';
import { Reachability, type ReachTarget } from '../../src/probe/reachability.ts';

/** Answers from a table of what is down, once a second. */
class FakeNetwork {
  readonly down = new Set<string>();
  readonly asked: Record<string, readonly ProbeQuestion[]> = {};
  readonly #clock: SimulatedClock;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  factory(kind: string): ProberFactory {
    return (onResult) => this.#prober(kind, onResult);
  }

  #prober(kind: string, onResult: OnProbeResult): Prober {
    const round = () => {
      for (const { key } of this.asked[kind] ?? []) onResult(key, !this.down.has(key), 'timed out');
      this.#clock.after(1_000, round);
    };
    this.#clock.after(1_000, round);
    const ask = (questions: readonly ProbeQuestion[]) => {
      this.asked[kind] = questions;
    };
    return { ask, stop: () => ask([]) };
  }
}

function target(name: string, change: Partial<ReachTarget> = {}): ReachTarget {
  return {
    name,
    service: { kind: 'ping', host: `svc-${name}` },
    references: [{ kind: 'ping', host: 'router' }],
    probe: { intervalMs: 1_000, deadAfterMs: 10_000 },
    ...change,
  };
}

function watch(targets: readonly ReachTarget[]) {
  const clock = new SimulatedClock();
  const network = new FakeNetwork(clock);
  const told: string[] = [];
  const late: string[] = [];
  const reachability = new Reachability({
    clock,
    targets,
    ping: network.factory('ping'),
    tcp: network.factory('tcp'),
    onLevel: (cluster, level) => told.push(`${cluster} ${level}`),
    onLate: (cluster, text) => late.push(`${cluster} ${text}`),
  });
  reachability.start();
  const after = (ms: number): string[] => {
    told.length = 0;
    clock.advance(ms);
    return [...told];
  };
  return { clock, network, reachability, after, told, late };
}

test('each change of level is told once', () => {
  const { after, network, reachability } = watch([target('a'), target('b')]);
  expect(reachability.judgement('a')?.level).toBe('blind');
  expect(after(2_000)).toEqual(['a alive', 'b alive']);
  expect(after(30_000)).toEqual([]);
  network.down.add('svc-b');
  expect(after(9_000)).toEqual([]);
  expect(after(60_000)).toEqual(['b dead']);
  expect(reachability.judgement('b')?.detail).toMatch(/^svc-b: no answer for \d+ s \(timed out\)/);
  network.down.add('router').add('svc-a');
  expect(after(60_000)).toEqual(['b blind', 'a blind'].sort());
  network.down.clear();
  expect(after(3_000).sort()).toEqual(['a alive', 'b alive']);
  reachability.stop();
  expect(after(60_000)).toEqual([]);
});

test('an address that several clusters name is asked once, at the shortest interval', () => {
  const { network } = watch([
    target('a', { probe: { intervalMs: 5_000, deadAfterMs: 60_000 } }),
    target('b', { service: { kind: 'tcp', host: 'h', port: 80 } }),
    target('c', {
      service: { kind: 'tcp', host: 'h', port: 80 },
      references: [{ kind: 'tcp', host: 'h', port: 22 }],
    }),
    target('d', { service: null }),
  ]);
  expect(network.asked.ping).toEqual([
    { key: 'svc-a', host: 'svc-a', port: 0, intervalMs: 5_000 },
    { key: 'router', host: 'router', port: 0, intervalMs: 1_000 },
  ]);
  expect(network.asked.tcp).toEqual([
    { key: 'h 80', host: 'h', port: 80, intervalMs: 1_000 },
    { key: 'h 22', host: 'h', port: 22, intervalMs: 1_000 },
  ]);
});

test('services that fall silent together are blind, and the one that stays away is dead later', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { after, network, reachability } = watch(names.map((name) => target(name)));
  after(5_000);
  for (const name of ['a', 'b', 'c']) network.down.add(`svc-${name}`);
  expect(after(120_000)).toEqual(['a blind', 'b blind', 'c blind']);
  expect(reachability.judgement('b')?.detail).toMatch(/^3 of 5 services fell silent/);
  network.down.delete('svc-a');
  network.down.delete('svc-b');
  expect(after(9_000)).toEqual(['a alive', 'b alive']);
  expect(after(20_000)).toEqual(['c dead']);
});

test('a late service is told once, and that it was only late', () => {
  const { after, network, reachability, late } = watch([target('a')]);
  after(30_000);
  network.down.add('svc-a');
  after(5_000);
  expect(late).toEqual(['a service late: svc-a: no answer for 4 s (timed out)']);
  expect(reachability.late('a')).toMatch(/^svc-a: no answer for \d s/);
  network.down.delete('svc-a');
  after(3_000);
  expect(late.slice(1)).toEqual(['a service answers again: it was only late']);
  expect(reachability.late('a')).toBeNull();
  network.down.add('svc-a');
  expect(after(60_000)).toEqual(['a dead']);
  expect(late).toHaveLength(3);
});

test('one cluster alone is no common cause', () => {
  const { after, network } = watch([target('a')]);
  after(30_000);
  network.down.add('svc-a');
  expect(after(30_000)).toEqual(['a dead']);
});

test('a stall makes the dead unknown at once and restarts the time', () => {
  const { after, network, reachability, told } = watch([target('a')]);
  after(5_000);
  network.down.add('svc-a');
  after(30_000);
  told.length = 0;
  reachability.voidSilence();
  expect(told).toEqual(['a blind']);
  expect(after(9_000)).toEqual([]);
  expect(after(2_000)).toEqual(['a dead']);
});

test('a reload keeps what is known of unchanged clusters', () => {
  const { after, network, reachability } = watch([target('a'), target('b')]);
  after(5_000);
  network.down.add('svc-a').add('svc-b');
  after(30_000);
  const changedB = target('b', { references: [{ kind: 'ping', host: 'other' }] });
  const fresh = reachability.update([target('a'), changedB, target('c')]);
  expect(fresh).toEqual(['b', 'c']);
  expect(reachability.judgement('a')?.level).toBe('dead');
  expect(reachability.judgement('b')?.level).toBe('blind');
  expect(network.asked.ping?.map(({ key }) => key)).toEqual([
    'svc-a',
    'router',
    'svc-b',
    'other',
    'svc-c',
  ]);
  expect(after(5_000)).toEqual(['c alive']);
  reachability.update([]);
  expect(reachability.judgement('a')).toBeNull();
  expect(network.asked.ping).toEqual([]);
});

test('a cluster without a service stays blind and says why', () => {
  const { after, reachability } = watch([target('a', { service: null })]);
  expect(after(100_000)).toEqual([]);
  expect(reachability.judgement('a')?.detail).toMatch(/no service/);
});
