/**
 * Answers that are on their way to the machine: what a journal on a good disk says at once, and the
 * answers that a recording lends. In order of time, then of being set. Called by player.ts.
 */
import type { EventBody } from '../machine/protocol.ts';

export interface Coming {
  readonly at: number;
  readonly body: EventBody;
  /** Of a borrowed answer, in the file. */
  readonly line: number | null;
}

export class Agenda {
  #coming: Coming[] = [];

  get dueAt(): number | null {
    return this.#coming[0]?.at ?? null;
  }

  add(coming: Coming): void {
    this.#coming.push(coming);
    this.#coming.sort((one, other) => one.at - other.at);
  }

  take(): Coming | null {
    return this.#coming.shift() ?? null;
  }

  /** Nobody waits for borrowed text any more. */
  dropText(): void {
    this.#coming = this.#coming.filter(({ body }) => body.kind !== 'bytes');
  }
}
