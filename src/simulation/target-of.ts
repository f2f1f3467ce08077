/**
 * A cluster that no CList describes, for simulations and stories: every setting of any script gets a
 * value. For a simulated site lengths of time are short, as its machines are quick.
 */
import type { Program, Setting } from '../language/program.ts';
import type { Target } from '../machine/target.ts';
import { DISK_PATHS } from '../sim/site-options.ts';

/** By the names that the shipped scripts use, milliseconds; others keep their default. */
export const QUICK_SETTINGS: Readonly<Record<string, string>> = {
  'tap-interval': '10000',
  'tap-quiet': '1000',
  'reply-limit': '3000',
  'standby-interval': '60000',
  'doubt-time': '10000',
  'service-grace': '30000',
  'dump-silence': '20000',
  'stray-grace': '5000',
  'post-limit': '20000',
  'boot-limit': '60000',
};

export interface TargetChoice {
  readonly onSilence: Target['onSilence'];
  readonly serviceLost: Target['serviceLost'];
  /** Values by name, lengths of time in milliseconds; what is not there keeps its default. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface NamedMachine {
  readonly name: string;
  readonly hostId: string;
}

const PROMPT_QUIET_MS = 300;

export function targetOf(
  program: Program,
  machines: readonly [NamedMachine, NamedMachine],
  choice: TargetChoice,
): Target {
  const values = (ofNode: boolean) => {
    const entries = program.settings
      .filter((setting) => setting.ofNode === ofNode)
      .map((setting) => [setting.name, valueOf(setting, choice)] as const);
    return Object.fromEntries(
      entries.filter((entry): entry is readonly [string, string] => entry[1] !== null),
    );
  };
  const bootPaths = [`${DISK_PATHS.d1}:a`, `${DISK_PATHS.d2}:a`];
  const node = ({ name, hostId }: NamedMachine) => ({
    name,
    identity: hostId,
    bootPaths,
    hasPowerDevice: true,
    settings: values(true),
  });
  return {
    cluster: 'demo',
    nodes: [node(machines[0]), node(machines[1])],
    service: 'service',
    onSilence: choice.onSilence,
    serviceLost: choice.serviceLost,
    promptQuietMs: PROMPT_QUIET_MS,
    parkingSurvivedPowerCycle: true,
    settings: values(false),
    bounds: {},
  };
}

function valueOf(setting: Setting, { settings }: TargetChoice): string | null {
  const given = settings[setting.name];
  if (given !== undefined) return given;
  if (setting.defaultValue !== null) return setting.defaultValue;
  if (setting.optional) return null;
  if (setting.type.kind === 'duration') return '10000';
  return setting.type.kind === 'choice' ? (setting.type.values[0] ?? '') : 'simulated';
}
