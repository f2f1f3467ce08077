/**
 * The consoles of one cluster as those hear them who are attached: joins its log, through which every
 * byte and remark goes, and its two lines. Made with the parts of the cluster (daemon/), used by
 * cluster-desk.ts. While nobody is attached it costs nothing and is told nothing.
 */
import type { Clock } from '../clock/clock.ts';
import type { NodeIndex } from '../machine/protocol.ts';

/** What is asked of a log (log/cluster-log.ts). */
export interface HeardLog {
  listen(tap: { received: Heard; remark: Heard } | null): void;
  remark(node: NodeIndex, text: string, wall: number): void;
  flush(): void;
}

/** What is asked of a line (transport/line.ts). */
export interface HeardLine {
  watch(isWatched: boolean): void;
}

type Heard = (node: NodeIndex, text: string) => void;

export interface Listener {
  received(node: NodeIndex, latin1: string): void;
  remark(node: NodeIndex, text: string): void;
}

export class Ears {
  readonly #log: HeardLog;
  readonly #clock: Clock;
  readonly #lines = new Map<NodeIndex, HeardLine>();
  readonly #watched = new Set<NodeIndex>();
  #isQuiet = false;

  constructor(log: HeardLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The line of a console, from now on; gives it back. */
  with<L extends HeardLine>(node: NodeIndex, line: L): L {
    this.#lines.set(node, line);
    if (this.#watched.has(node)) line.watch(true);
    return line;
  }

  listen(listener: Listener | null): void {
    if (listener === null) this.#log.listen(null);
    else
      this.#log.listen({
        received: (node, latin1) => listener.received(node, latin1),
        remark: (node, text) => {
          if (!this.#isQuiet) listener.remark(node, text);
        },
      });
  }

  /** `true`: nothing of this console is held back for a while. */
  watch(node: NodeIndex, isWatched: boolean): void {
    if (isWatched) this.#watched.add(node);
    else this.#watched.delete(node);
    this.#lines.get(node)?.watch(isWatched);
  }

  /** Into the transcript, and to all who are attached. */
  remark(node: NodeIndex, text: string): void {
    this.#log.remark(node, text, this.#clock.now().wall);
  }

  /** Into the transcript alone. */
  record(node: NodeIndex, text: string): void {
    this.#isQuiet = true;
    this.remark(node, text);
    this.#isQuiet = false;
  }

  flush(): void {
    this.#log.flush();
  }
}
