/**
 * The records of the daemon's log (`Logs/demo.jsonl`) as the demo reads them: the same file that an
 * administrator's programs would read. Must never depend on anything that only the demo could see.
 */
import { z } from 'zod';
import type { Clock } from '../clock/clock.ts';
import { FollowedFile } from '../commands/followed-file.ts';

const recordSchema = z.looseObject({
  level: z.string(),
  /** UTC. */
  time: z.iso.datetime(),
  topic: z.string(),
  state: z.string().optional(),
  node: z.string().nullish(),
  what: z.string().optional(),
  why: z.string().optional(),
  evidence: z.string().optional(),
  next: z.string().optional(),
  /** Of alarms. */
  event: z.enum(['raised', 'cleared']).optional(),
  name: z.string().optional(),
  text: z.string().optional(),
  type: z.string().optional(),
});
export type DaemonRecord = z.infer<typeof recordSchema>;

const LOOK_MS = 100;

/** Null: no whole record of this format. */
export function parseRecord(line: string): DaemonRecord | null {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Reads the file while it grows; it may not be there yet. */
export class RecordReader {
  readonly #file: FollowedFile;
  readonly #clock: Clock;
  readonly #take: (record: DaemonRecord) => void;
  #pending = '';
  #isStopped = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string, clock: Clock, take: (record: DaemonRecord) => void) {
    this.#file = new FollowedFile(path);
    this.#clock = clock;
    this.#take = take;
  }

  start(): void {
    this.#turn = this.#follow();
  }

  /** Resolves when everything that stands in the file was taken. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#turn;
    await this.#readAll();
    await this.#file.close();
  }

  async #follow(): Promise<void> {
    while (!this.#isStopped) {
      await this.#readAll();
      await new Promise<void>((resolve) => this.#clock.after(LOOK_MS, resolve));
    }
  }

  async #readAll(): Promise<void> {
    for (let text = await this.#file.added(); text !== ''; text = await this.#file.added()) {
      const lines = (this.#pending + text).split('\n');
      this.#pending = lines.pop() ?? '';
      for (const line of lines) {
        const record = parseRecord(line);
        if (record !== null) this.#take(record);
      }
    }
  }
}
