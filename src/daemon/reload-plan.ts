/**
 * What a new reading of CList and scripts means for clusters that are watched: which stay as they
 * are, begin, end, or are described anew, and what of them changed. Pure; called by the reload, which
 * asks only about a reading without mistakes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ClusterNode } from '../clist/cluster.ts';
import type { SoundCluster } from '../home/load-home.ts';
import type { NodeIndex } from '../machine/protocol.ts';

export type Change =
  | { readonly kind: 'same'; readonly name: string }
  | { readonly kind: 'new'; readonly name: string; readonly sound: SoundCluster }
  | {
      readonly kind: 'changed';
      readonly name: string;
      readonly sound: SoundCluster;
      /** In words of CList: `its script`, `the console of n1`. */
      readonly what: readonly string[];
      /** Nodes whose wire is another one. */
      readonly reconnect: readonly NodeIndex[];
    }
  /** Other nodes under the same name: it ends and begins anew. */
  | {
      readonly kind: 'replaced';
      readonly name: string;
      readonly sound: SoundCluster;
      readonly what: readonly string[];
    }
  | { readonly kind: 'gone'; readonly name: string };

export function planReload(
  watched: ReadonlyMap<string, SoundCluster>,
  loaded: readonly SoundCluster[],
): readonly Change[] {
  const sound = loaded.map((one) => compare(watched.get(one.cluster.name), one));
  const named = new Set(sound.map(({ name }) => name));
  const gone = [...watched.keys()]
    .filter((name) => !named.has(name))
    .map((name): Change => ({ kind: 'gone', name }));
  return [...sound, ...gone];
}

function compare(before: SoundCluster | undefined, sound: SoundCluster): Change {
  const { name } = sound.cluster;
  if (before === undefined) return { kind: 'new', name, sound };
  const replaces = replacing(before, sound);
  if (replaces.length > 0) return { kind: 'replaced', name, sound, what: replaces };
  const reconnect = ([0, 1] as const).filter((node) => !isSameWire(before, sound, node));
  const what = changesOf(before, sound, reconnect);
  return what.length === 0
    ? { kind: 'same', name }
    : { kind: 'changed', name, sound, what, reconnect };
}

function replacing(before: SoundCluster, after: SoundCluster): string[] {
  const names = ({ cluster }: SoundCluster) => cluster.nodes.map(({ name }) => name);
  const what: string[] = [];
  if (!isDeepStrictEqual(names(before), names(after))) what.push('the names of its nodes');
  return what;
}

function isSameWire(before: SoundCluster, after: SoundCluster, node: NodeIndex): boolean {
  const wire = ({ console, breakMethod, paceMs }: ClusterNode) => [console, breakMethod, paceMs];
  if (!isDeepStrictEqual(loginOf(before, node), loginOf(after, node))) return false;
  return isDeepStrictEqual(wire(before.cluster.nodes[node]), wire(after.cluster.nodes[node]));
}

/** The login of a console, with the dialogues that it runs; where it stands in CList does not count. */
function loginOf({ cluster, access }: SoundCluster, node: NodeIndex): unknown {
  const { login } = cluster.nodes[node];
  if (login === undefined) return null;
  const values = login.values.map(({ name, value }) => [name, value]);
  return [access?.get(login.library), values];
}

function changesOf(
  before: SoundCluster,
  after: SoundCluster,
  reconnect: readonly NodeIndex[],
): string[] {
  const what = reconnect.map((node) => `the console of ${after.cluster.nodes[node].name}`);
  if (before.cluster.script !== after.cluster.script) what.push('another script');
  else if (!isDeepStrictEqual(before.program, after.program)) what.push('its script');
  const power = ({ cluster }: SoundCluster) => cluster.nodes.map((node) => node.power);
  if (!isDeepStrictEqual(power(before), power(after))) what.push('power devices');
  if (!isDeepStrictEqual(before.access, after.access)) what.push('an access library');
  const admins = ({ cluster }: SoundCluster) => cluster.nodes.map((node) => node.admin);
  if (!isDeepStrictEqual(admins(before), admins(after)))
    what.push('who runs commands on its nodes');
  const net = ({ cluster: { service, references, probe } }: SoundCluster) => [
    service,
    references,
    probe,
  ];
  if (!isDeepStrictEqual(net(before), net(after))) what.push('network addresses or times');
  if (!isDeepStrictEqual(before.target, after.target)) what.push('settings');
  if (!isDeepStrictEqual(before.cluster.alarmCommand, after.cluster.alarmCommand)) {
    what.push('its alarm command');
  }
  if (before.cluster.promiseMs !== after.cluster.promiseMs) what.push('the promise');
  return what;
}
