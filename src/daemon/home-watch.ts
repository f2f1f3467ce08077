/**
 * Notices edits of CList and of chat scripts, however an editor makes them: in place, by a new file
 * that takes the name, through symbolic links. Called by the reload.
 * What it may miss (a directory of links that is swapped as a whole) `clusterd reload` finds: it
 * reads all anew. Must never say more than that there may be something new.
 */
import { realpathSync } from 'node:fs';
import { type FSWatcher, watch } from 'chokidar';
import type { Clock } from '../clock/clock.ts';
import type { Home } from '../home/home.ts';

/** An edit is looked at when nothing was written for so long: a hundred edits are one. */
const SETTLE_MS = 500;

export class HomeWatch {
  readonly #clock: Clock;
  readonly #onEdit: () => void;
  readonly #watcher: FSWatcher;
  #cancel: (() => void) | null = null;

  /** `onTrouble`: edits are not noticed any more; one clause. */
  constructor(home: Home, clock: Clock, onEdit: () => void, onTrouble: (why: string) => void) {
    this.#clock = clock;
    this.#onEdit = onEdit;
    const named = [home.clist, home.scripts];
    this.#watcher = watch([...new Set([...named, ...named.map(real)])], { ignoreInitial: true });
    this.#watcher.on('all', () => this.#edited());
    this.#watcher.on('error', (error) => onTrouble(String(error)));
  }

  /** Resolves when edits are noticed from now on. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.#watcher.once('ready', () => resolve());
    });
  }

  async close(): Promise<void> {
    this.#cancel?.();
    await this.#watcher.close();
  }

  #edited(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(SETTLE_MS, () => {
      this.#cancel = null;
      this.#onEdit();
    });
  }
}

/** What a link leads to is watched as well: its text may change where the link is not. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
