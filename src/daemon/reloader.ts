/**
 * Brings edits of CList and scripts to the clusters that run: notices and judges them at once, and
 * applies them when an operator says `reload` (or by themselves, with `auto-apply yes`), each cluster
 * in a state of rest. Made by the daemon.
 * All or nothing: where anything is wrong nothing changes. Must never touch a cluster whose own
 * description is what it was, and never stand still while it reads.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { LoadedHome, SoundCluster } from '../home/load-home.ts';
import { formatHeadline } from '../language/diagnostics.ts';
import { carryOut, type Doing, type Outcome, waitsOf, wordsOf } from './carry-out.ts';
import type { Fleet } from './fleet.ts';
import { planReload } from './reload-plan.ts';
import { siteChanges } from './site-changes.ts';

export interface ReloaderOptions {
  readonly clock: Clock;
  readonly fleet: Fleet;
  /** Reads and proves everything, elsewhere; throws DaemonError. */
  readonly load: () => Promise<LoadedHome>;
  /** As it was read at the start. */
  readonly site: Site;
  /** Another site block is in effect from now on. */
  readonly onSite: (site: Site) => void;
  /** About the whole home; one clause. */
  readonly onNotice: (text: string) => void;
}

/** What stands in CLUSTER_HOME and is not in effect. */
export interface Edited {
  readonly sinceWall: number;
  /** One clause: what would change, or what is wrong. */
  readonly text: string;
  readonly isSound: boolean;
}

export interface ReloadAnswer {
  /** Everything is in effect, or waits for rest. */
  readonly accepted: boolean;
  /** One line for each cluster that is concerned. */
  readonly lines: readonly string[];
}

type Reading =
  | { readonly kind: 'sound'; readonly sound: readonly SoundCluster[]; readonly site: Site }
  | { readonly kind: 'wrong'; readonly mistakes: readonly string[] };

const LOOK_AGAIN_MS = 500;

export class Reloader {
  readonly #options: ReloaderOptions;
  /** What is in effect. */
  #site: Site;
  /** Changes that wait for their cluster to come to rest. */
  #waiting = new Map<string, { readonly change: Doing; readonly by: string }>();
  #edited: Edited | null = null;
  #isEnded = false;
  #cancel: (() => void) | null = null;
  /** Reloads that have not begun to read: who asks again meanwhile gets the same answer. */
  readonly #asked = new Map<string, Promise<ReloadAnswer>>();
  /** One reading at a time, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#site = options.site;
  }

  /** Null: what stands in CLUSTER_HOME is in effect, or waits for rest. */
  get edited(): Edited | null {
    return this.#edited;
  }

  /** Clusters whose change waits for a state of rest. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  end(): void {
    this.#isEnded = true;
    this.#cancel?.();
  }

  /** An operator, or SIGHUP, wants what stands there. Never rejects. */
  reload(by: string): Promise<ReloadAnswer> {
    const before = this.#asked.get(by);
    if (before !== undefined) return before;
    const answer = this.#inOrder(() => {
      this.#asked.delete(by);
      return this.#reload(by);
    });
    this.#asked.set(by, answer);
    return answer;
  }

  /** Something was written. Never rejects. */
  noticed(): Promise<void> {
    return this.#inOrder(() => this.#judge());
  }

  #inOrder<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }

  // ---- judging -----------------------------------------------------------------------------------

  async #judge(): Promise<void> {
    if (this.#isEnded) return;
    const reading = await this.#load();
    if (this.#isEnded) return;
    if (reading.kind === 'wrong') {
      const [first = '', ...others] = reading.mistakes;
      const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
      const hint = 'clusterd check shows all';
      return this.#say(`an edit has mistakes, nothing changes: ${first}${more}; ${hint}`, false);
    }
    const all = this.#plan(reading.sound);
    const changes = reading.site.autoApply ? all : this.#withoutWaiting(all);
    const ofSite = siteChanges(this.#site, reading.site);
    if (changes.length === 0 && ofSite.length === 0) {
      if (this.#edited !== null) this.#options.onNotice('the edit is undone or means nothing');
      this.#edited = null;
      return;
    }
    const words = [...ofSite, ...changes.map(wordsOf)].join('; ');
    if (!reading.site.autoApply) {
      return this.#say(`an edit waits for \`clusterd reload\`: ${words}`, true);
    }
    this.#forgetOthers(reading.sound);
    this.#applySite(reading.site);
    await this.#apply(changes, 'auto-apply');
  }

  /**
   * What waits for rest and still stands in CLUSTER_HOME is no news. What does not stand there any
   * more must not happen: its edit was undone, or became another one, which is asked for anew.
   */
  #withoutWaiting(changes: readonly Doing[]): Doing[] {
    const isWaiting = (change: Doing) =>
      isDeepStrictEqual(this.#waiting.get(change.name)?.change, change);
    const kept = new Set(changes.filter(isWaiting).map(({ name }) => name));
    for (const [name, { change }] of [...this.#waiting]) {
      if (kept.has(name)) continue;
      this.#waiting.delete(name);
      const text = `${wordsOf(change)}: does not wait any more, CList and scripts say otherwise now`;
      this.#note(name, text);
      this.#options.onNotice(text);
    }
    return changes.filter(({ name }) => !kept.has(name));
  }

  /** Told once, to the home and in the log of each cluster. */
  #say(text: string, isSound: boolean): void {
    if (this.#edited?.text === text) return;
    this.#edited = { text, isSound, sinceWall: this.#options.clock.now().wall };
    this.#options.onNotice(text);
    for (const { runner } of this.#options.fleet.watched.values()) runner.note('reload', text);
  }

  async #load(): Promise<Reading> {
    try {
      const loaded = await this.#options.load();
      const mistakes = mistakesIn(loaded);
      if (mistakes.length > 0) return { kind: 'wrong', mistakes };
      return { kind: 'sound', sound: loaded.sound, site: loaded.site };
    } catch (error) {
      const why = error instanceof DaemonError ? error.message : `unreadable: ${messageOf(error)}`;
      return { kind: 'wrong', mistakes: [why] };
    }
  }

  #plan(sound: readonly SoundCluster[]): Doing[] {
    const { watched } = this.#options.fleet;
    const before = new Map([...watched].map(([name, { sound: its }]) => [name, its]));
    return planReload(before, sound).filter((change) => change.kind !== 'same');
  }

  // ---- applying ----------------------------------------------------------------------------------

  async #reload(by: string): Promise<ReloadAnswer> {
    const reading = await this.#load();
    if (this.#isEnded) return { accepted: false, lines: ['the daemon is ending'] };
    if (reading.kind === 'wrong') {
      return {
        accepted: false,
        lines: ['nothing changes, there are mistakes:', ...reading.mistakes],
      };
    }
    const changes = this.#plan(reading.sound);
    this.#forgetOthers(reading.sound);
    const ofSite = this.#applySite(reading.site);
    const outcomes = await this.#apply(changes, by);
    const lines = [...ofSite, ...outcomes.map(({ text }) => text)];
    return {
      accepted: outcomes.every(({ isDone }) => isDone),
      lines: lines.length === 0 ? ['nothing has changed'] : lines,
    };
  }

  /** A cluster that could not be watched and is gone from CList is missed by nobody. */
  #forgetOthers(sound: readonly SoundCluster[]): void {
    const { fleet } = this.#options;
    const isThere = (name: string) => sound.some(({ cluster }) => cluster.name === name);
    for (const { name } of fleet.notWatched) if (!isThere(name)) fleet.forget(name);
  }

  #applySite(site: Site): readonly string[] {
    const lines = siteChanges(this.#site, site);
    this.#site = site;
    if (lines.length > 0) this.#options.onSite(site);
    return lines;
  }

  /** The newest reading counts: what an older one left waiting is forgotten. */
  async #apply(changes: readonly Doing[], by: string): Promise<Outcome[]> {
    this.#edited = null;
    this.#waiting = new Map();
    const waits = await this.#waitsOf(changes);
    const now = changes.filter(({ name }) => !waits.has(name));
    const done = await carryOut(this.#options.fleet, now, by);
    for (const change of changes) {
      const rest = waits.get(change.name);
      if (rest !== undefined) this.#waiting.set(change.name, { change, by });
      if (rest !== undefined)
        this.#note(change.name, `${waitingWords(change, rest)}, asked for by ${by}`);
    }
    this.#lookAgain();
    const outcomes = new Map(now.map(({ name }, index) => [name, done[index]]));
    return changes.map((change) => {
      const text = waitingWords(change, waits.get(change.name) ?? '');
      return outcomes.get(change.name) ?? { text, isDone: true };
    });
  }

  #waitsOf(changes: readonly Doing[]) {
    const { fleet } = this.#options;
    return waitsOf(fleet, changes, ({ name }) => {
      const watched = fleet.watched.get(name);
      return watched === undefined || watched.runner.isAtRest;
    });
  }

  #lookAgain(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting.size === 0 || this.#isEnded) return;
    this.#cancel = this.#options.clock.after(LOOK_AGAIN_MS, () => {
      void this.#inOrder(() => this.#takeRested()).then(() => this.#lookAgain());
    });
  }

  async #takeRested(): Promise<void> {
    const all = [...this.#waiting.values()];
    const waits = await this.#waitsOf(all.map(({ change }) => change));
    const rested = all.filter(({ change }) => !waits.has(change.name));
    if (this.#isEnded || rested.length === 0) return;
    for (const { change } of rested) this.#waiting.delete(change.name);
    const changes = rested.map(({ change }) => change);
    const by = [...new Set(rested.map((one) => one.by))].join(', ');
    for (const { text } of await carryOut(this.#options.fleet, changes, by)) {
      this.#options.onNotice(`reload: ${text}`);
    }
  }

  #note(cluster: string, text: string): void {
    this.#options.fleet.watched.get(cluster)?.runner.note('reload', text);
  }
}

function mistakesIn({ diagnostics, refused }: LoadedHome): readonly string[] {
  const errors = diagnostics
    .filter(({ diagnostic }) => diagnostic.severity === 'error')
    .map(({ diagnostic }) => formatHeadline(diagnostic));
  return errors.length > 0 ? errors : refused.map(({ name, why }) => `${name}: ${why}`);
}

/** `rest`: the cluster whose rest it waits for. */
function waitingWords(change: Doing, rest: string): string {
  if (rest === change.name) return `${wordsOf(change)}: when it comes to rest`;
  return `${wordsOf(change)}: when ${rest}, which has its console, comes to rest`;
}
