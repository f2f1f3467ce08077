/**
 * A checked cluster and its program -> what the machine knows of the cluster.
 * Called by the runner, once per start. Only after `checkClusterAgainstProgram` found no error.
 */
import type { Duration, Program, Setting } from '../language/program.ts';
import type { Target, TargetNode } from '../machine/target.ts';
import { ClistError } from './clist-error.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import { readDuration } from './values.ts';

/** Throws ClistError `unchecked` when the cluster does not fit the program. */
export function bindTarget(cluster: Cluster, program: Program): Target {
  const settings = bindSettings(program, cluster.settings, false);
  const [first, second] = cluster.nodes;
  return {
    cluster: cluster.name,
    nodes: [bindNode(first, program), bindNode(second, program)],
    service: cluster.service?.host ?? 'none',
    onSilence: cluster.onSilence,
    serviceLost: cluster.serviceLost,
    promptQuietMs: cluster.promptQuietMs,
    parkingSurvivedPowerCycle: cluster.parkingSurvivedPowerCycle !== null,
    settings,
    bounds: bindBounds(cluster, program, settings),
  };
}

function bindNode(node: ClusterNode, program: Program): TargetNode {
  return {
    name: node.name,
    identity: node.identity,
    bootPaths: node.bootPaths,
    hasPowerDevice: node.power.length > 0,
    settings: {
      ...bindSettings(program, node.settings, true),
      [program.identity.name]: node.identity,
    },
  };
}

function bindSettings(
  program: Program,
  given: Readonly<Record<string, string>>,
  ofNode: boolean,
): Record<string, string> {
  const bound: Record<string, string> = {};
  for (const setting of program.settings) {
    if (setting.ofNode !== ofNode) continue;
    const text = Object.hasOwn(given, setting.name) ? given[setting.name] : undefined;
    const value = text === undefined ? setting.defaultValue : bindValue(setting, text);
    if (value !== null) bound[setting.name] = value;
    else if (!setting.optional) throw unchecked(`the setting '${setting.name}' has no value`);
  }
  return bound;
}

function bindValue(setting: Setting, text: string): string {
  if (setting.type.kind !== 'duration') return text;
  const duration = readDuration(text);
  if (!duration.ok) throw unchecked(`the setting '${setting.name}' is no length of time`);
  return String(duration.value);
}

/** Every bound of the program, with the cluster's own where it has one. */
function bindBounds(
  cluster: Cluster,
  program: Program,
  settings: Readonly<Record<string, string>>,
): Target['bounds'] {
  const bounds: Record<string, { entries: number; withinMs: number }> = {};
  for (const { name, bound } of program.states) {
    if (bound === null) continue;
    const own = Object.hasOwn(cluster.bounds, name) ? cluster.bounds[name] : undefined;
    bounds[name] = {
      entries: own?.entries ?? bound.entries,
      withinMs: own?.withinMs ?? durationMs(bound.within, settings),
    };
  }
  return bounds;
}

function durationMs(duration: Duration, settings: Readonly<Record<string, string>>): number {
  if (duration.kind === 'literal') return duration.ms;
  const ms = Number(settings[duration.name]);
  if (Number.isNaN(ms)) throw unchecked(`the setting '${duration.name}' is no length of time`);
  return ms;
}

function unchecked(message: string): ClistError {
  return new ClistError('unchecked', message, 'run: clusterd check');
}
