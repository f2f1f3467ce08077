/**
 * Which changes of a reload may happen now: the cluster itself is at rest, and no console that it
 * would connect is still another cluster's. That one has to give it up in the same breath, or first.
 * Pure; called by the reload. A console belongs to one cluster at any instant.
 */

/** A change, as far as it matters here. */
export interface Wish {
  readonly name: string;
  /** The consoles that it will have, as claims; empty: it gives them up. */
  readonly consoles: readonly string[];
  readonly isAtRest: boolean;
}

/** Why a change has to wait: for the rest of this cluster (its own, or one that has its console). */
export type Waits = ReadonlyMap<string, string>;

/** `held`: the consoles of each cluster that is watched now. Returns those that wait. */
export function whoWaits(
  wishes: readonly Wish[],
  held: ReadonlyMap<string, readonly string[]>,
): Waits {
  const waits = new Map<string, string>();
  for (const { name, isAtRest } of wishes) if (!isAtRest) waits.set(name, name);
  const changing = new Set(wishes.map(({ name }) => name));
  const stays = (name: string) => waits.has(name) || !changing.has(name);
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const wish of wishes) {
      if (waits.has(wish.name)) continue;
      const blocker = holderAmong(wish, held, stays);
      if (blocker === null) continue;
      waits.set(wish.name, waits.get(blocker) ?? blocker);
      isNew = true;
    }
  }
  return waits;
}

/** Another cluster that keeps a console which this one wants. */
function holderAmong(
  { name, consoles }: Wish,
  held: ReadonlyMap<string, readonly string[]>,
  stays: (name: string) => boolean,
): string | null {
  for (const [other, its] of held) {
    if (other === name || !stays(other)) continue;
    if (its.some((console) => consoles.includes(console))) return other;
  }
  return null;
}
