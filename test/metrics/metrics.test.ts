/** What a Prometheus gets to read: the form, the numbers, and that nothing of a console is in it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { WatchedCluster } from '../../src/control/protocol.ts';
import type { JournalRecord } from '../../src/machine/protocol.ts';
import { addCluster } from '../../src/metrics/cluster-metrics.ts';
import { addDaemon } from '../../src/metrics/daemon-metrics.ts';
import { Exposition } from '../../src/metrics/exposition.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { Tally } from '../../src/metrics/tally.ts';
import { clusterNamed } from '../commands/watching.ts';
import { parseExposition } from './strict-parser.ts';

const FIGURES = {
  version: '1.2.3',
  startedWall: 1_000,
  residentBytes: 1e8,
  cpuSeconds: 1.5,
  lagMaxSeconds: 0.004,
  lagP99Seconds: 0.001,
  siteAlarms: 0,
};

function textOf(...clusters: WatchedCluster[]): string {
  const exposition = new Exposition();
  const tally = new Tally();
  tally.reacted('decision', 0.7);
  addDaemon(exposition, FIGURES, tally);
  for (const one of clusters) addCluster(exposition, one, tally.countsOf(one.cluster));
  return [...exposition.pieces()].join('');
}

function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}) {
  return parseExposition(text).find(
    (one) =>
      one.name === name &&
      Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  )?.value;
}

const refused: WatchedCluster = { kind: 'not-watched', cluster: 'bad', why: 'CList:1: "error"\n' };

describe('the text', () => {
  const text = textOf(clusterNamed('one'), clusterNamed('two', 'production'), refused);

  it('is what the format asks for', () => {
    expect(parseExposition(text).length).toBeGreaterThan(40);
  });
  it('pleases promtool', (context) => {
    const promtool = process.env.PROMTOOL ?? 'promtool';
    const { status, stdout, stderr, error } = spawnSync(promtool, ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    if (error !== undefined) context.skip('promtool is not there (package prometheus)');
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
  it.each([
    ['clusterd_cluster_watched', { cluster: 'bad' }, 0],
    ['clusterd_cluster_watched', { cluster: 'one' }, 1],
    ['clusterd_cluster_state', { cluster: 'one', state: 'watch' }, 1],
    ['clusterd_cluster_alarms', { cluster: 'two' }, 1],
    ['clusterd_alarm_raised_timestamp_seconds', { alarm: 'production' }, 983_675_564],
    ['clusterd_service_up', { cluster: 'one' }, 1],
    ['clusterd_console_connected', { cluster: 'one', node: 'n2' }, 1],
    ['clusterd_node_active', { cluster: 'one', node: 'n2' }, 0],
    ['clusterd_build_info', { version: '1.2.3' }, 1],
    ['clusterd_reaction_seconds_bucket', { to: 'decision', le: '0.0005' }, 0],
    ['clusterd_reaction_seconds_bucket', { to: 'decision', le: '0.001' }, 1],
    ['clusterd_reaction_seconds_count', { to: 'break' }, 0],
  ])('%s %j', (name, labels, value) => {
    expect(valueOf(text, name, labels)).toBe(value);
  });
  it('says nothing of what is not known', () => {
    const net = { level: 'blind', known: true, forMs: 1, detail: '' } as const;
    const one = clusterNamed('one');
    if (one.kind !== 'watched' || one.status === null) throw new Error('not watched');
    const blind = textOf({ ...one, status: { ...one.status, net } });
    expect(valueOf(blind, 'clusterd_service_up')).toBeUndefined();
    expect(valueOf(textOf(refused), 'clusterd_cluster_armed')).toBeUndefined();
    const lost = textOf({ ...one, status: null, fault: 'boom' });
    expect(valueOf(lost, 'clusterd_cluster_controlled')).toBe(0);
  });
  it('escapes what a label may hold', () => {
    const exposition = new Exposition();
    const family = { name: 'x', type: 'gauge', help: 'a\\b\nc' } as const;
    exposition.add(family, { label: 'a"b\\c\nd' }, Number.POSITIVE_INFINITY);
    const piece = [...exposition.pieces()].join('');
    expect(parseExposition(piece)[0]?.labels.label).toBe('a"b\\c\nd');
  });
});

describe('counting', () => {
  const boot = (node: string): JournalRecord => ({ kind: 'intent', verb: 'boot', node });

  it('takes a boot of the other node for a takeover, one of the same for a boot', () => {
    const tally = new Tally();
    tally.begin('one', 'n1');
    for (const record of [boot('n1'), boot('n2'), boot('n2'), boot('n1')]) {
      tally.record('one', record);
    }
    tally.record('one', { kind: 'owner', node: 'n2', why: '' });
    tally.record('one', boot('n2'));
    tally.record('one', { kind: 'intent', verb: 'break', node: 'n2' });
    tally.record('other', boot('n1'));
    expect(tally.countsOf('one')).toEqual({ takeovers: 2, boots: 5, breaks: 1 });
    expect(tally.countsOf('other')).toEqual({ takeovers: 0, boots: 0, breaks: 0 });
  });
  it('goes on counting when a cluster begins again', () => {
    const tally = new Tally();
    tally.begin('one', 'n1');
    tally.record('one', boot('n2'));
    tally.begin('one', 'n2');
    expect(tally.countsOf('one').takeovers).toBe(1);
  });
  it('puts each value into the first bucket that holds it', () => {
    const histogram = new Histogram([1, 2]);
    for (const value of [0, 1, 1.5, 2, 3]) histogram.observe(value);
    expect(histogram.counts).toEqual([2, 2, 1]);
    expect(histogram.sum).toBe(7.5);
  });
});
