/**
 * A cluster while its lines are read: what was found so far. Filled by the keys, completed by
 * `parseClist`. `null` means not given or wrong; `seen` tells the two apart.
 */
import type { Span } from '../language/program.ts';
import type {
  AccessLogin,
  Cluster,
  ClusterNode,
  PowerDevice,
  ProbeTarget,
  SshTarget,
} from './cluster.ts';

/** A value and the words that it was read from. */
export interface Placed<T> {
  readonly value: T;
  readonly span: Span;
}

interface DraftCommon {
  readonly name: string;
  /** The name in the header. */
  readonly span: Span;
  /** Where each key stands first, also when its value is wrong. */
  readonly seen: Map<string, Span>;
  readonly settings: Map<string, Placed<string>>;
}

export interface NodeDraft extends DraftCommon {
  readonly kind: 'node';
  console: Placed<ClusterNode['console']> | null;
  login: Placed<AccessLogin> | null;
  identity: Placed<string> | null;
  breakMethod: Placed<ClusterNode['breakMethod']> | null;
  paceMs: number;
  readonly bootPaths: Placed<string>[];
  readonly power: Placed<PowerDevice>[];
  admin: Placed<SshTarget> | null;
}

export interface ClusterDraft extends DraftCommon {
  readonly kind: 'cluster';
  readonly nodes: NodeDraft[];
  script: string | null;
  service: Placed<ProbeTarget> | null;
  readonly references: Placed<ProbeTarget>[];
  probe: Cluster['probe'];
  onSilence: Placed<Cluster['onSilence']> | null;
  serviceLost: Cluster['serviceLost'];
  promiseMs: number;
  promptQuietMs: number;
  parkingSurvivedPowerCycle: string | null;
  readonly bounds: Map<string, Cluster['bounds'][string]>;
  alarmCommand: readonly string[];
}

export function newClusterDraft(name: string, span: Span): ClusterDraft {
  return {
    kind: 'cluster',
    name,
    span,
    seen: new Map(),
    settings: new Map(),
    nodes: [],
    script: null,
    service: null,
    references: [],
    probe: { intervalMs: 5_000, deadAfterMs: 60_000 },
    onSilence: null,
    serviceLost: 'alarm',
    promiseMs: 8 * 60_000,
    promptQuietMs: 500,
    parkingSurvivedPowerCycle: null,
    bounds: new Map(),
    alarmCommand: [],
  };
}

export function newNodeDraft(name: string, span: Span): NodeDraft {
  return {
    kind: 'node',
    name,
    span,
    seen: new Map(),
    settings: new Map(),
    console: null,
    login: null,
    identity: null,
    breakMethod: null,
    paceMs: 2,
    bootPaths: [],
    power: [],
    admin: null,
  };
}

/** The finished cluster, or null when something that it needs is missing or wrong (reported). */
export function finishCluster(draft: ClusterDraft): Cluster | null {
  const nodes = draft.nodes.map(finishNode);
  const [first, second] = nodes;
  if (!first || !second || nodes.length !== 2) return null;
  if (draft.script === null || draft.onSilence === null) return null;
  return {
    name: draft.name,
    script: draft.script,
    nodes: [first, second],
    service: draft.service?.value ?? null,
    references: draft.references.map((reference) => reference.value),
    probe: draft.probe,
    onSilence: draft.onSilence.value,
    serviceLost: draft.serviceLost,
    promiseMs: draft.promiseMs,
    promptQuietMs: draft.promptQuietMs,
    parkingSurvivedPowerCycle: draft.parkingSurvivedPowerCycle,
    bounds: Object.fromEntries(draft.bounds),
    ...finishSettings(draft),
    alarmCommand: draft.alarmCommand,
    span: draft.span,
  };
}

const DEFAULT_BREAK: ClusterNode['breakMethod'] = { kind: 'line', force: null, durationMs: 500 };

function finishNode(draft: NodeDraft): ClusterNode | null {
  if (draft.console === null || draft.identity === null || draft.bootPaths.length === 0)
    return null;
  return {
    name: draft.name,
    console: draft.console.value,
    ...(draft.login === null ? {} : { login: draft.login.value }),
    breakMethod: draft.breakMethod?.value ?? DEFAULT_BREAK,
    paceMs: draft.paceMs,
    identity: draft.identity.value,
    bootPaths: draft.bootPaths.map((path) => path.value),
    power: draft.power.map((device) => device.value),
    admin: draft.admin?.value ?? null,
    ...finishSettings(draft),
    span: draft.span,
  };
}

/** What can be checked of a cluster that has errors: all that is said of its script. */
export type GivenCluster = Pick<Cluster, 'settings' | 'settingSpans' | 'bounds' | 'span'> & {
  readonly script: string | null;
  readonly nodes: readonly Pick<ClusterNode, 'settings' | 'settingSpans' | 'span'>[];
};

export function givenOf(draft: ClusterDraft): GivenCluster {
  return {
    script: draft.script,
    nodes: draft.nodes.map((node) => ({ ...finishSettings(node), span: node.span })),
    bounds: Object.fromEntries(draft.bounds),
    ...finishSettings(draft),
    span: draft.span,
  };
}

function finishSettings(draft: DraftCommon) {
  const all = [...draft.settings];
  return {
    settings: Object.fromEntries(all.map(([name, placed]) => [name, placed.value])),
    settingSpans: Object.fromEntries(all.map(([name, placed]) => [name, placed.span])),
  };
}
