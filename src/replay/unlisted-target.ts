/**
 * A cluster for a recording that belongs to none of CList: the script's defaults, and the identities that the consoles themselves show. Called by the command `replay`.
 * For replays only: nothing may ever be typed on the strength of it.
 */
import type { Program, Setting } from '../language/program.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Target, TargetNode } from '../machine/target.ts';
import type { Recording } from './recording.ts';

export interface UnlistedCluster {
  readonly target: Target;
  /** Settings that CList would have to give, and what stands for them here. */
  readonly invented: readonly string[];
}

export function unlistedTarget(
  program: Program,
  patterns: PatternSet,
  recordings: readonly [Recording | null, Recording | null],
  names: readonly [string, string],
  onSilence: Target['onSilence'],
): UnlistedCluster {
  const invented: string[] = [];
  const valuesOf = (ofNode: boolean) => settingsOf(program, ofNode, invented);
  const node = (index: NodeIndex): TargetNode => ({
    name: names[index],
    identity: identityShown(program, patterns, recordings[index]) ?? `unknown-${index + 1}`,
    bootPaths: ['BOOT-PATH', 'NEXT-BOOT-PATH'],
    hasPowerDevice: onSilence === 'power',
    settings: valuesOf(true),
  });
  const target: Target = {
    cluster: 'CLUSTER',
    nodes: [node(0), node(1)],
    service: 'SERVICE',
    onSilence,
    serviceLost: 'alarm',
    promptQuietMs: 500,
    parkingSurvivedPowerCycle: false,
    settings: valuesOf(false),
    bounds: {},
  };
  return { target, invented: [...new Set(invented)] };
}

function settingsOf(program: Program, ofNode: boolean, invented: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const setting of program.settings) {
    if (setting.ofNode !== ofNode || (setting.defaultValue === null && setting.optional)) continue;
    const value = setting.defaultValue ?? sampleOf(setting);
    if (setting.defaultValue === null) invented.push(`${setting.name} ${value}`);
    values[setting.name] = value;
  }
  return values;
}

function sampleOf(setting: Setting): string {
  switch (setting.type.kind) {
    case 'duration':
      return '60000';
    case 'choice':
      return setting.type.values[0] ?? '';
    case 'text':
      return setting.name;
  }
}

/** The first identity that a console shows is taken for its node's. */
function identityShown(
  program: Program,
  patterns: PatternSet,
  recording: Recording | null,
): string | null {
  for (const item of recording?.items ?? []) {
    if (item.kind !== 'received') continue;
    for (const line of item.data.split(/[\r\n]+/)) {
      const shown = patterns.find(program.identity.match, line, {})?.group ?? null;
      if (shown !== null) return shown;
    }
  }
  return null;
}
