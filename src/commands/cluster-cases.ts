/**
 * For `check`: what happens to a cluster in each trouble that it is bought for, whether a person is
 * needed, how long it takes until the boot is typed, and whether that keeps what CList promises.
 */

import type { SoundCluster } from '../home/load-home.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import { compilePatterns, type PatternSet } from '../machine/patterns.ts';
import type { CaseResult } from '../proof/cases.ts';
import { judgeCluster } from '../proof/judge-cluster.ts';

export interface ClusterCases {
  readonly results: readonly CaseResult[];
  /** Where the longest of them is longer than the promise. */
  readonly warning: Diagnostic | null;
}

/** Clusters that agree in script and settings are judged once. */
export class CaseJudge {
  readonly #patterns = new Map<SoundCluster['program'], PatternSet>();
  readonly #known = new Map<string, readonly CaseResult[]>();

  judge(sound: SoundCluster): ClusterCases {
    const { cluster, program, target } = sound;
    const { onSilence, serviceLost, settings, nodes, parkingSurvivedPowerCycle } = target;
    const power = nodes.map(({ hasPowerDevice }) => hasPowerDevice);
    const { deadAfterMs } = cluster.probe;
    const given = {
      onSilence,
      serviceLost,
      settings,
      power,
      parkingSurvivedPowerCycle,
      deadAfterMs,
    };
    const key = `${cluster.script} ${JSON.stringify(given)}`;
    const patterns = this.#patterns.get(program) ?? compilePatterns(program);
    this.#patterns.set(program, patterns);
    const results = this.#known.get(key) ?? judgeCluster(program, patterns, target, deadAfterMs);
    this.#known.set(key, results);
    return { results, warning: warningOf(sound, results) };
  }
}

function warningOf({ cluster }: SoundCluster, results: readonly CaseResult[]): Diagnostic | null {
  const automatic = results.filter(({ how }) => how === 'automatic');
  const slowest = automatic.reduce<CaseResult | null>(
    (most, one) => (most === null || one.mostMs > most.mostMs ? one : most),
    null,
  );
  if (slowest === null || slowest.mostMs <= cluster.promiseMs) return null;
  return {
    severity: 'warning',
    code: 'promise-exceeded',
    message: `the promise of ${minutes(cluster.promiseMs)} may not be kept: when ${slowest.name}, the boot may be typed only after ${minutes(slowest.mostMs)}, if each answer comes at the last moment`,
    span: cluster.span,
    hint: `shorten the times of the script's settings, or promise more; the way: ${slowest.states.join(' -> ')}`,
  };
}

const GOALS: Readonly<Record<CaseResult['goal'], string>> = {
  takeover: 'takeover',
  'boot-again': 'boots the same node again',
  'standby-stopped': 'stops it',
};

export function formatCases(cluster: string, results: readonly CaseResult[]): string {
  if (results.length === 0) return '';
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map((one) => `  ${one.name.padEnd(width)}  ${describe(one)}\n`);
  return `${cluster}: what happens, and when the boot is typed (answers at once - at the last moment)\n${lines.join('')}`;
}

function describe({ how, goal, leastMs, mostMs }: CaseResult): string {
  if (how === 'none') return 'only an alarm: a person must act';
  const times = `${minutes(leastMs)} - ${minutes(mostMs)}`;
  return `${how === 'automatic' ? 'automatic' : 'ATTENDED '}  ${times.padEnd(15)} ${GOALS[goal]}`;
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
