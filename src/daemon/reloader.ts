/**
 * Brings edits of CList and scripts to the clusters that run: notices and judges them at once, and
 * applies them when an operator says `reload` (or by themselves, with `auto-apply yes`), each cluster
 * in a state of rest. Made by the daemon.
 * All or nothing: where anything is wrong nothing changes. Must never touch a cluster whose own
 * description is what it was, and never stand still while it reads.
 */
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { LoadedHome, SoundCluster } from '../home/load-home.ts';
import { formatHeadline } from '../language/diagnostics.ts';
import type { Fleet } from './fleet.ts';
import { type Change, planReload } from './reload-plan.ts';
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
  readonly accepted: boolean;
  /** One line for each cluster that is concerned. */
  readonly lines: readonly string[];
}

type Doing = Exclude<Change, { kind: 'same' }>;

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
    return this.#inOrder(() => this.#reload(by));
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
    const changes = this.#plan(reading.sound);
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
    this.#applySite(reading.site);
    await this.#apply(changes, 'auto-apply');
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
    const lines = [...this.#applySite(reading.site), ...(await this.#apply(changes, by))];
    return { accepted: true, lines: lines.length === 0 ? ['nothing has changed'] : lines };
  }

  #applySite(site: Site): readonly string[] {
    const lines = siteChanges(this.#site, site);
    this.#site = site;
    if (lines.length > 0) this.#options.onSite(site);
    return lines;
  }

  /** The newest reading counts: what an older one left waiting is forgotten. */
  async #apply(changes: readonly Doing[], by: string): Promise<string[]> {
    this.#edited = null;
    this.#waiting = new Map();
    const lines: string[] = [];
    for (const change of changes) {
      if (this.#mayHappen(change)) lines.push(await this.#carryOut(change, by));
      else {
        this.#waiting.set(change.name, { change, by });
        const text = `${wordsOf(change)}: when it comes to rest`;
        this.#note(change.name, `${text}, asked for by ${by}`);
        lines.push(text);
      }
    }
    this.#lookAgain();
    return lines;
  }

  #mayHappen({ kind, name }: Doing): boolean {
    const watched = this.#options.fleet.watched.get(name);
    return kind === 'new' || watched === undefined || watched.runner.isAtRest;
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
    for (const [name, { change, by }] of [...this.#waiting]) {
      if (this.#isEnded || !this.#mayHappen(change)) continue;
      this.#waiting.delete(name);
      await this.#carryOut(change, by);
    }
  }

  /** Never rejects: a cluster that cannot be begun is said to be not watched. */
  async #carryOut(change: Doing, by: string): Promise<string> {
    const { fleet } = this.#options;
    const text = wordsOf(change);
    this.#note(change.name, `${text}: applied, asked for by ${by}`);
    switch (change.kind) {
      case 'new':
        return withTrouble(text, await fleet.add(change.sound));
      case 'changed':
        await fleet.change(change.sound, change.reconnect, `reloaded by ${by}: ${text}`);
        return text;
      case 'replaced':
        await fleet.remove(change.name);
        return withTrouble(text, await fleet.add(change.sound));
      case 'gone':
        await fleet.remove(change.name);
        return text;
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

function wordsOf(change: Doing): string {
  switch (change.kind) {
    case 'new':
      return `${change.name}: new, disarmed until you arm it`;
    case 'changed':
    case 'replaced':
      return `${change.name}: ${change.what.join(', ')} changed`;
    case 'gone':
      return `${change.name}: gone from CList, no longer watched`;
  }
}

function withTrouble(text: string, trouble: string | null): string {
  return trouble === null ? text : `${text}; NOT WATCHED: ${trouble}`;
}
