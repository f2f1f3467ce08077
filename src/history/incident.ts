/**
 * Cuts the story of a cluster into incidents: from the moment at which it left its calm state until
 * it is calm again, with what was done meanwhile; and what happened between them. Called by the
 * history command. Pure. Nothing here knows a script: calm is where the cluster is once production
 * has come back.
 */
import type { Happening } from './happening.ts';

/**
 * `takeover`: the disk went to the other node; `switchover`: because an operator asked for it;
 * `restart`: the owner was booted again; `boot`: who owned the disk before is not known; `hold`: an
 * operator asked for rest; `attempt`: nodes were touched and nothing was booted; `inquiry`: only
 * looked at.
 */
export type IncidentKind =
  | 'takeover'
  | 'switchover'
  | 'restart'
  | 'boot'
  | 'hold'
  | 'attempt'
  | 'inquiry';

export interface Incident {
  readonly kind: IncidentKind;
  readonly startWall: number;
  /** Null: it lasts, as far as is known. */
  readonly endWall: number | null;
  /** Who owned the disk before and after; null: not known. */
  readonly from: string | null;
  readonly to: string | null;
  readonly happenings: readonly Happening[];
}

export type Entry =
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'event'; readonly happening: Happening };

export function entryWall(entry: Entry): number {
  return entry.kind === 'incident' ? entry.incident.startWall : entry.happening.wall;
}

/** The states in which production was when it had come back; else the one that lasted longest. */
export function calmStates(happenings: readonly Happening[]): ReadonlySet<string> {
  const calm = new Set<string>();
  happenings.forEach(({ what, wall }, index) => {
    if (what.kind !== 'production') return;
    const next = happenings.slice(index + 1, index + 6).find((one) => one.what.kind === 'state');
    if (next?.what.kind === 'state' && next.wall === wall) calm.add(next.what.state);
  });
  // A compacted journal keeps no calm state: there, production itself ends an incident.
  if (calm.size > 0 || happenings.some(({ what }) => what.kind === 'production')) return calm;
  const longest = longestState(happenings);
  return new Set(longest === null ? [] : [longest]);
}

function longestState(happenings: readonly Happening[]): string | null {
  const totals = new Map<string, number>();
  let state: string | null = null;
  let since = 0;
  for (const { what, wall } of happenings) {
    if (state !== null) totals.set(state, (totals.get(state) ?? 0) + Math.max(0, wall - since));
    since = wall;
    if (what.kind === 'state') state = what.state;
  }
  // The one it is in now has lasted since.
  if (state !== null) totals.set(state, (totals.get(state) ?? 0) + 1);
  return [...totals].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

export function entriesOf(happenings: readonly Happening[]): readonly Entry[] {
  const compactedAt = happenings.findLastIndex(({ what }) => what.kind === 'compacted');
  const cutter = new Cutter(calmStates(happenings), new Set(happenings.slice(0, compactedAt + 1)));
  for (const happening of happenings) cutter.take(happening);
  return cutter.finish();
}

class Cutter {
  readonly #calm: ReadonlySet<string>;
  /** Of the time of which the journal keeps decisions only: the calm that follows is not there. */
  readonly #thinned: ReadonlySet<Happening>;
  readonly #entries: Entry[] = [];
  #open: Happening[] | null = null;
  #ownerBefore: string | null = null;
  #owner: string | null = null;
  /** What may have led to the next incident: an operator's request, what a console showed. */
  #pending: Happening[] = [];
  /** When the last incident ended: alarms that end with it are no news. */
  #endedWall: number | null = null;

  constructor(calm: ReadonlySet<string>, thinned: ReadonlySet<Happening>) {
    this.#calm = calm;
    this.#thinned = thinned;
  }

  take(happening: Happening): void {
    const { what, wall } = happening;
    if (what.kind === 'state') this.#takeState(happening, what.state);
    else if (this.#open !== null) this.#open.push(happening);
    else if (what.kind === 'deed' && what.deed === 'boot') this.#begin(happening);
    else this.#takeBetween(happening);
    const isReleased = what.kind === 'released' && this.#thinned.has(happening);
    if (what.kind === 'production' || isReleased) this.#close(wall);
    this.#noteOwner(happening);
  }

  finish(): readonly Entry[] {
    this.#flush();
    this.#close(null);
    return this.#entries;
  }

  #takeState(happening: Happening, state: string): void {
    if (!this.#calm.has(state)) {
      if (this.#open === null) this.#begin(happening);
      else this.#open.push(happening);
      return;
    }
    this.#open?.push(happening);
    this.#flush();
    this.#close(happening.wall);
  }

  #begin(happening: Happening): void {
    this.#ownerBefore = this.#owner;
    const led = this.#pending.filter(({ wall }) => wall === happening.wall);
    this.#pending = this.#pending.filter(({ wall }) => wall !== happening.wall);
    this.#flush();
    this.#open = [...led, happening];
  }

  #takeBetween(happening: Happening): void {
    this.#flush(happening.wall);
    if (happening.what.kind === 'cleared' && happening.wall === this.#endedWall) return;
    if (isEvent(happening)) this.#pending.push(happening);
  }

  /** What is older led to nothing: it stands for itself. */
  #flush(before = Number.POSITIVE_INFINITY): void {
    const over = this.#pending.filter(({ wall }) => wall < before);
    this.#pending = this.#pending.filter(({ wall }) => wall >= before);
    for (const happening of over) this.#entries.push({ kind: 'event', happening });
  }

  #noteOwner({ what }: Happening): void {
    if (what.kind === 'deed' && what.deed === 'boot') this.#owner = what.node;
    else if (what.kind === 'owner' || what.kind === 'production') this.#owner = what.node;
    else if (what.kind === 'compacted') this.#owner = what.owner;
    else if (what.kind === 'doubt') this.#owner = null;
  }

  #close(endWall: number | null): void {
    const happenings = this.#open;
    const [first] = happenings ?? [];
    if (happenings === null || first === undefined) return;
    this.#open = null;
    this.#endedWall = endWall;
    const from = this.#ownerBefore;
    const boots = happenings.flatMap(({ what }) =>
      what.kind === 'deed' && what.deed === 'boot' ? [what.node] : [],
    );
    const to = boots.at(-1) ?? from;
    const kind = kindOf(happenings, from, boots);
    const incident = { kind, startWall: first.wall, endWall, from, to, happenings };
    this.#entries.push({ kind: 'incident', incident });
  }
}

/** What stands for itself between incidents. */
function isEvent({ what }: Happening): boolean {
  if (what.kind === 'deed') return what.deed !== 'park';
  return what.kind !== 'seen' && what.kind !== 'typed-boot' && what.kind !== 'production';
}

function kindOf(
  happenings: readonly Happening[],
  from: string | null,
  boots: readonly string[],
): IncidentKind {
  const asked = (word: string) =>
    happenings.some(
      ({ what }) =>
        what.kind === 'operator' &&
        what.request.split(': ').at(-1)?.split(' ')[0] === word &&
        what.answer.startsWith('accepted'),
    );
  if (boots.length > 0) {
    if (from !== null && boots.every((node) => node === from)) return 'restart';
    if (asked('switchover')) return 'switchover';
    return from === null ? 'boot' : 'takeover';
  }
  if (asked('hold')) return 'hold';
  const touches = happenings.some(({ what }) => what.kind === 'deed' && what.deed !== 'park');
  return touches ? 'attempt' : 'inquiry';
}
