import { describe, expect, test } from 'vitest';
import { bindTarget } from '../../src/clist/bind-target.ts';
import {
  checkClusterAgainstProgram,
  checkUnsoundAgainstProgram,
} from '../../src/clist/check-program.ts';
import type { Cluster } from '../../src/clist/cluster.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { DiagnosticSink } from '../../src/language/diagnostics.ts';
import type { Action, Bound, Program } from '../../src/language/program.ts';
import { changed, program, SPAN, setting, state } from './sample.ts';

function clusterOf(replace: Readonly<Record<number, string>>): Cluster {
  const { clusters, diagnostics } = parseClist('CList', changed(replace));
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

function complaints(cluster: Cluster, script: Program): string[] {
  const sink = new DiagnosticSink();
  checkClusterAgainstProgram(cluster, script, sink);
  return sink.list().map(({ code, span, hint }) => `${code}@${span.line} ${hint ?? ''}`.trim());
}

const bound: Bound = {
  entries: 2,
  within: { kind: 'setting', name: 'window' },
  otherwise: { kind: 'go', state: 0, reason: [], span: SPAN },
  span: SPAN,
};
const bootNext: Action = {
  kind: 'boot',
  role: 'active',
  nextPath: true,
  condition: null,
  outcomes: [],
  span: SPAN,
};
const script = program({
  settings: [
    setting('tap-interval', { type: { kind: 'duration' } }),
    setting('window', { type: { kind: 'duration' }, defaultValue: '60000' }),
    setting('stray-break', { type: { kind: 'choice', values: ['go', 'ask'] }, defaultValue: 'go' }),
    setting('note', { optional: true }),
    setting('scsi-id', { ofNode: true }),
    setting('drive', { ofNode: true, optional: true }),
  ],
  states: [state('start'), state('takeover', { bound, actions: [bootNext] }), state('watch')],
});
const SETS = {
  2: 'script sun-obp\nset tap-interval 5s',
  9: 'boot-path a\nboot-path b\nset scsi-id 7',
  14: 'boot-path a\nboot-path b\nset scsi-id 6',
};

describe('a cluster that has errors already', () => {
  function more(replace: Readonly<Record<number, string>>): string[] {
    const { clusters, unsound } = parseClist('CList', changed(replace));
    expect(clusters).toEqual([]);
    const sink = new DiagnosticSink();
    for (const one of unsound) checkUnsoundAgainstProgram(one, script, sink);
    return sink.list().map(({ code, span, hint }) => `${code}@${span.line} ${hint ?? ''}`.trim());
  }

  test('a misspelt setting, a wrong value and an unknown bound are told at once', () => {
    const sets =
      'script sun-obp\nset tap-intervall 5s\nset stray-break halt\nbound takover 1 in 2h';
    expect(more({ ...SETS, 2: sets, 8: 'identty 83a54dc7' })).toEqual([
      "unknown-setting@3 did you mean 'tap-interval'?",
      'value-not-allowed@4',
      "unknown-state@5 did you mean 'takeover'?",
    ]);
  });

  test('what is missing or in the wrong place is not: the broken line may be why', () => {
    expect(more({ 7: 'consle telnet ts1:2001\nset tap-interval 5s' })).toEqual([]);
  });
});

describe('what the script demands', () => {
  test('all given', () => {
    expect(complaints(clusterOf(SETS), script)).toEqual([]);
  });

  test('nothing given: each owner is told once', () => {
    expect(complaints(clusterOf({ 9: 'boot-path a\nboot-path b' }), script)).toEqual(
      [
        'missing-setting@1 add: set tap-interval 10s',
        'missing-setting@6 add: set scsi-id VALUE',
        'missing-setting@12 add: set scsi-id VALUE',
        'single-boot-path@12 add the path of the mirror: boot-path PATH',
      ].sort((a, b) => Number(/@(\d+)/.exec(a)?.[1]) - Number(/@(\d+)/.exec(b)?.[1])),
    );
  });

  test.each([
    ['unknown', 'set tap-intervall 5s', "unknown-setting@4 did you mean 'tap-interval'?"],
    ['no choice', 'set stray-break asks', "value-not-allowed@4 did you mean 'ask'?"],
    ['no duration', 'set window 60', 'bad-duration@4 add the unit: 60s, or 60ms, 60m, 60h, 60d'],
    ['of a node', 'set drive 1', 'misplaced-setting@4 write it below both nodes'],
    ['a key', 'set on-silence power', 'unknown-setting@4 write: on-silence VALUE'],
    ['the identity', 'set host-id 1', 'unknown-setting@4 write: identity VALUE'],
    ['no such state', 'bound takeovr 1 in 1h', "unknown-state@4 did you mean 'takeover'?"],
    ['state without bound', 'bound watch 1 in 1h', 'unbounded-state@4 bounded are takeover'],
  ])('%s', (_name, line, expected) => {
    const cluster = clusterOf({ ...SETS, 2: `script sun-obp\nset tap-interval 5s\n${line}` });
    expect(complaints(cluster, script)).toEqual([expected]);
  });

  test('a setting of the cluster below a node', () => {
    const cluster = clusterOf({
      ...SETS,
      9: 'boot-path a\nboot-path b\nset scsi-id 7\nset window 1s',
    });
    expect(complaints(cluster, script)).toEqual([
      'misplaced-setting@13 move it above the first node',
    ]);
  });

  test('paths that no state tries', () => {
    const plain = program({ states: [state('start')] });
    const cluster = clusterOf({ 9: 'boot-path a\nboot-path b' });
    expect(complaints(cluster, plain)).toEqual(['unused-boot-path@6']);
  });

  test('a script that sends BREAK to a wire without one', () => {
    const breaking = program({
      dialogues: [
        {
          name: 'to hold',
          howTo: 'hold',
          parameters: [],
          steps: [{ kind: 'break', span: SPAN }],
          span: SPAN,
        },
      ],
    });
    const tcp = clusterOf({ 7: 'console tcp h:1' });
    expect(complaints(tcp, breaking).map((line) => line.split(' ')[0])).toEqual([
      'break-impossible@6',
    ]);
    expect(complaints(tcp, program())).toEqual([]);
    expect(complaints(clusterOf({ 7: 'console tcp h:1\nbreak bytes "b"' }), breaking)).toEqual([]);
  });
});

describe('binding', () => {
  test('durations become milliseconds, defaults are filled in, bounds overridden', () => {
    const plain = bindTarget(clusterOf(SETS), script);
    expect(plain).toEqual({
      cluster: 'demo',
      nodes: [
        {
          name: 'n1',
          identity: '83a54dc7',
          bootPaths: ['a', 'b'],
          hasPowerDevice: true,
          settings: { 'scsi-id': '7', 'host-id': '83a54dc7' },
        },
        {
          name: 'n2',
          identity: '83a54dc8',
          bootPaths: ['a', 'b'],
          hasPowerDevice: true,
          settings: { 'scsi-id': '6', 'host-id': '83a54dc8' },
        },
      ],
      // The host alone: scripts run `ssh root@$service`.
      service: '10.0.0.1',
      onSilence: 'power',
      serviceLost: 'alarm',
      promptQuietMs: 500,
      parkingSurvivedPowerCycle: false,
      settings: { 'tap-interval': '5000', window: '60000', 'stray-break': 'go' },
      bounds: { takeover: { entries: 2, withinMs: 60_000 } },
    });
    const own = bindTarget(
      clusterOf({
        ...SETS,
        2: 'script sun-obp\nset tap-interval 5s\nbound takeover 10 in 2h\nset note "a b"',
      }),
      script,
    );
    expect(own.bounds).toEqual({ takeover: { entries: 10, withinMs: 7_200_000 } });
    expect(own.settings.note).toBe('a b');
  });

  test('a cluster without a service, and with proof of parking', () => {
    const cluster = clusterOf({ ...SETS, 3: 'parking-survived-power-cycle 2026-11-20', 4: '' });
    expect(bindTarget(cluster, script)).toMatchObject({
      service: 'none',
      parkingSurvivedPowerCycle: true,
    });
  });

  test('an unchecked cluster is refused', () => {
    expect(() => bindTarget(clusterOf({}), script)).toThrow(/tap-interval/);
  });
});
