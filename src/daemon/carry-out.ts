/**
 * Changes of a reload, carried out on the clusters that run, each of which may happen now
 * (reload-order.ts). First what gives consoles up, then what changes in place, in one turn, then what
 * begins. Called by the reload. Never rejects.
 */
import { consolesOf } from './cluster-claims.ts';
import type { Fleet } from './fleet.ts';
import { type Waits, whoWaits } from './reload-order.ts';
import type { Change } from './reload-plan.ts';

export type Doing = Exclude<Change, { kind: 'same' }>;
/** What became of a change. */
export interface Outcome {
  readonly text: string;
  readonly isDone: boolean;
}

type Changed = Extract<Doing, { kind: 'changed' }>;

/** Those that may not happen yet, each with the cluster whose rest it waits for. */
export async function waitsOf(
  fleet: Fleet,
  changes: readonly Doing[],
  isAtRest: (change: Doing) => boolean,
): Promise<Waits> {
  const wishes = changes.map(async (change) => ({
    name: change.name,
    consoles: change.kind === 'gone' ? [] : await consolesOf(change.sound.cluster),
    isAtRest: isAtRest(change),
  }));
  const held = [...fleet.watched].map(
    async ([name, { sound }]) => [name, await consolesOf(sound.cluster)] as const,
  );
  return whoWaits(await Promise.all(wishes), new Map(await Promise.all(held)));
}

/** One outcome for each change, in their order. `by`: who asked. */
export async function carryOut(
  fleet: Fleet,
  changes: readonly Doing[],
  by: string,
): Promise<readonly Outcome[]> {
  const refused = await refusals(fleet, changes);
  const doing = changes.filter(({ name }) => !refused.has(name));
  for (const change of changes) {
    const why = refused.get(change.name);
    const how = why === undefined ? 'applied' : `NOT APPLIED: ${why}`;
    const text = `${wordsOf(change)}: ${how}, asked for by ${by}`;
    fleet.watched.get(change.name)?.runner.note('reload', text);
  }
  for (const { kind, name } of doing) {
    if (kind === 'gone' || kind === 'replaced') await fleet.remove(name);
    if (kind === 'gone') fleet.forget(name);
  }
  const changed = doing.filter((change): change is Changed => change.kind === 'changed');
  fleet.change(
    changed.map((change) => ({
      sound: change.sound,
      reconnect: change.reconnect,
      why: `reloaded by ${by}: ${wordsOf(change)}`,
    })),
  );
  const troubles = await begin(fleet, doing);
  return changes.map((change) => {
    const text = wordsOf(change);
    const why = refused.get(change.name);
    if (why !== undefined) return { text: `${text}; NOT APPLIED: ${why}`, isDone: false };
    const trouble = troubles.get(change.name);
    if (trouble !== undefined) return { text: `${text}; NOT WATCHED: ${trouble}`, isDone: false };
    const more = change.kind === 'new' ? `, ${armedWords(fleet, change.name)}` : '';
    return { text: `${text}${more}`, isDone: true };
  });
}

/** A cluster that was watched here before has a journal. */
function armedWords(fleet: Fleet, name: string): string {
  const isArmed = fleet.watched.get(name)?.runner.isArmed === true;
  return isArmed ? 'and ARMED: its journal says so' : 'disarmed until you arm it';
}

/** Clusters that cannot be watched, and why. */
async function begin(fleet: Fleet, doing: readonly Doing[]): Promise<ReadonlyMap<string, string>> {
  const troubles = new Map<string, string>();
  for (const change of doing) {
    if (change.kind !== 'new' && change.kind !== 'replaced') continue;
    const trouble = await fleet.add(change.sound);
    if (trouble !== null) troubles.set(change.name, trouble);
  }
  return troubles;
}

/** Those that want a console in other hands stay as they are. */
async function refusals(
  fleet: Fleet,
  changes: readonly Doing[],
): Promise<ReadonlyMap<string, string>> {
  const moving = changes.filter(
    (change): change is Changed => change.kind === 'changed' && change.reconnect.length > 0,
  );
  const objections = await fleet.objectionsTo(moving.map(({ sound }) => sound));
  const refused = new Map<string, string>();
  moving.forEach(({ name }, index) => {
    const why = objections[index] ?? null;
    if (why !== null) refused.set(name, why);
  });
  if (refused.size === 0) return refused;
  // Whoever stays as it is keeps its consoles.
  const waits = await waitsOf(fleet, changes, ({ name }) => !refused.has(name));
  for (const [name, keeper] of waits) {
    if (name !== keeper) refused.set(name, `${keeper} keeps a console that it wants`);
  }
  return refused;
}

export function wordsOf(change: Doing): string {
  switch (change.kind) {
    case 'new':
      return `${change.name}: new`;
    case 'changed':
    case 'replaced':
      return `${change.name}: ${change.what.join(', ')} changed`;
    case 'gone':
      return `${change.name}: gone from CList, no longer watched`;
  }
}
