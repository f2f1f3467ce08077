/**
 * `clusterd status --watch`: asks the daemon each second and draws what it says, until `q` or a
 * signal. Called by the status command. A daemon that goes away is said and asked again until it is
 * back; the last picture stays, marked as old. Must give the terminal back on every way out.
 */
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import type { ExitStatus } from './command.ts';
import type { Screen } from './screen.ts';
import type { StatusReply } from './status-json.ts';
import { drawView, pressKey, type View } from './watch-view.ts';

export interface WatchOptions {
  readonly screen: Screen;
  readonly clock: Clock;
  /** Null: all clusters. Rejects when the daemon does not answer. */
  readonly fetchStatus: (cluster: string | null) => Promise<StatusReply>;
  readonly onlyTrouble: boolean;
  /** Only this cluster's page; null: the list. */
  readonly single: string | null;
}

const EVERY_MS = 1_000;
/** A daemon with thousands of clusters is asked less often: so many times as long as an answer took. */
const PAUSE_FACTOR = 10;

/** Rejects when the daemon does not answer the first time. */
export async function watchStatus(options: WatchOptions): Promise<ExitStatus> {
  const first = await options.fetchStatus(options.single);
  return new StatusWatch(options, first).run();
}

class StatusWatch {
  readonly #options: WatchOptions;
  #view: View;
  #goneSinceAt: number | null = null;
  #exitStatus: ExitStatus | null = null;
  #wake: () => void = () => {};

  constructor(options: WatchOptions, reply: StatusReply) {
    this.#options = options;
    const { onlyTrouble, single } = options;
    const page = single === null ? null : { cluster: single, top: 0 };
    this.#view = { reply, gone: null, onlyTrouble, marked: null, page };
  }

  async run(): Promise<ExitStatus> {
    const { screen } = this.#options;
    screen.open({
      onKey: (key) => this.#changeTo(pressKey(this.#view, key, screen.size(), this.#isSingle)),
      onRedraw: () => this.#draw(),
      onEnd: (status) => this.#end(status),
    });
    try {
      this.#draw();
      while (this.#exitStatus === null) {
        await this.#pause(await this.#ask());
      }
      return this.#exitStatus;
    } finally {
      screen.close();
    }
  }

  get #isSingle(): boolean {
    return this.#options.single !== null;
  }

  #changeTo(view: View | null): void {
    if (view === null) return this.#end(0);
    const isOther = view.page?.cluster !== this.#view.page?.cluster;
    this.#view = view;
    this.#draw();
    if (isOther) this.#wake();
  }

  #end(status: ExitStatus): void {
    this.#exitStatus ??= status;
    this.#wake();
  }

  #draw(): void {
    const { screen } = this.#options;
    screen.draw(drawView(this.#view, screen.size()));
  }

  /** Resolves with how long the answer took, in ms, or at once when the end is asked for. */
  async #ask(): Promise<number> {
    const { clock, fetchStatus } = this.#options;
    const since = clock.now().at;
    const wanted = this.#view.page?.cluster ?? null;
    const answer = fetchStatus(this.#isSingle ? this.#options.single : wanted).then(
      (reply) => this.#took(reply, wanted),
      (error: unknown) => this.#tookNone(error),
    );
    await Promise.race([answer, this.#woken()]);
    return clock.now().at - since;
  }

  /** The list stays whole while a page is asked for alone. */
  #took(reply: StatusReply, cluster: string | null): void {
    this.#goneSinceAt = null;
    const { clusters } = this.#view.reply;
    const merged =
      cluster === null || this.#isSingle
        ? reply.clusters
        : clusters.map((old) => reply.clusters.find((one) => one.cluster === old.cluster) ?? old);
    this.#view = { ...this.#view, reply: { ...reply, clusters: merged }, gone: null };
    if (this.#exitStatus === null) this.#draw();
  }

  #tookNone(error: unknown): void {
    const { at } = this.#options.clock.now();
    this.#goneSinceAt ??= at;
    const why = error instanceof DaemonError ? error.message : messageOf(error);
    this.#view = { ...this.#view, gone: { forMs: at - this.#goneSinceAt, why } };
    if (this.#exitStatus === null) this.#draw();
  }

  async #pause(tookMs: number): Promise<void> {
    if (this.#exitStatus !== null) return;
    const ms = Math.max(EVERY_MS - tookMs, Math.min(tookMs * PAUSE_FACTOR, 10 * EVERY_MS));
    let cancel = () => {};
    const passed = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(ms, resolve);
    });
    await Promise.race([passed, this.#woken()]);
    cancel();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
