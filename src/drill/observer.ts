/**
 * What the drill sees of a cluster: only what anybody can see, its journal, its records and the status
 * that the daemon gives. Called by the conduct of a case. Changes nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { readJournal } from '../cluster/journal.ts';
import { FollowedFile } from '../commands/followed-file.ts';
import { ask } from '../control/client.ts';
import type { WatchedCluster } from '../control/protocol.ts';
import type { Happening } from '../history/happening.ts';
import { happeningsOfJournal } from '../history/journal-happenings.ts';
import { type Merged, mergeHappenings } from '../history/merge.ts';
import { readRecordLine } from '../history/record-happenings.ts';
import type { Home } from '../home/home.ts';

const LOOK_MS = 150;

export type Seen = Extract<WatchedCluster, { kind: 'watched' }>;

export class Observer {
  readonly #home: Home;
  readonly #cluster: string;
  readonly #clock: Clock;
  readonly #records: FollowedFile;
  #seen: Happening[] = [];
  #pending = '';

  constructor(home: Home, cluster: string, clock: Clock) {
    this.#home = home;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#records = new FollowedFile(join(home.logs, `${cluster}.jsonl`));
  }

  /** What stands in the records already is none of the drill's business. */
  async start(): Promise<void> {
    await this.#records.lastLines(0);
  }

  async stop(): Promise<void> {
    await this.#records.close();
  }

  /** All that happened since that time, in order. */
  async since(wall: number): Promise<readonly Happening[]> {
    return (await this.merged(wall)).happenings;
  }

  async merged(wall: number): Promise<Merged> {
    await this.#readRecords();
    const journal = (await this.#readJournal()).filter((one) => one.wall >= wall);
    return mergeHappenings(
      journal,
      this.#seen.filter((one) => one.wall >= wall),
    );
  }

  /** Throws DaemonError when no daemon answers, or it does not watch the cluster. */
  async status(): Promise<Seen> {
    const request = { kind: 'status', cluster: this.#cluster } as const;
    const { clusters } = await ask(this.#home.socket, request, this.#clock);
    const found = clusters.find(({ cluster }) => cluster === this.#cluster);
    if (found?.kind === 'watched') return found;
    const why = found === undefined ? '' : `: ${found.why}`;
    throw new DaemonError('refused', `the daemon does not watch ${this.#cluster}${why}`, {
      hint: 'clusterd check says what is wrong with it; clusterd reload when it is mended',
    });
  }

  /** The first answer of `look` that is not null; null when none came in time. */
  async until<T>(look: () => Promise<T | null>, withinMs: number): Promise<T | null> {
    const end = this.#clock.now().at + withinMs;
    for (;;) {
      const found = await look();
      if (found !== null) return found;
      if (this.#clock.now().at > end) return null;
      await this.pause(LOOK_MS);
    }
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  async #readRecords(): Promise<void> {
    for (let text = await this.#records.added(); text !== ''; text = await this.#records.added()) {
      const lines = (this.#pending + text).split('\n');
      this.#pending = lines.pop() ?? '';
      for (const line of lines) {
        const { happening } = readRecordLine(line, this.#cluster);
        if (happening !== null) this.#seen.push(happening);
      }
    }
  }

  /** At most 128 KiB: it compacts itself. */
  async #readJournal(): Promise<Happening[]> {
    const path = join(this.#home.state, `${this.#cluster}.journal`);
    return happeningsOfJournal(readJournal(await readFile(path)).records);
  }
}
