/**
 * A file that is appended to: opened at the first write, bounded in memory, written without waiting.
 * A full or broken disk costs text, never the daemon: what does not fit is counted, and the file
 * itself says so when writing works again. Used for logs, records and transcripts.
 * Must never block and never throw.
 */
import { close, mkdir, open } from 'node:fs';
import { dirname } from 'node:path';
import sonicBoom from 'sonic-boom';
import type { Clock } from '../clock/clock.ts';
import type { Flushable, FlushTicker } from './flush-ticker.ts';

/** What SonicBoom is to us; a test may put another in its place. */
export interface Sink {
  write(text: string): boolean;
  flush(): void;
  end(): void;
  destroy(): void;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface AppendFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly ticker: FlushTicker;
  /** What the file says of itself after a loss; ends with a line end. */
  readonly lossLine: (loss: Loss) => string;
  /** Writing began to fail (`code`, for example ENOSPC), or works again (null). */
  readonly onTrouble?: (path: string, code: string | null) => void;
  readonly openSink?: (descriptor: number) => Sink;
}

export interface Loss {
  readonly bytes: number;
  readonly code: string;
  readonly wall: number;
}

/** Held in memory while the disk does not take it, and as much again on its way. */
export const WAITING_BYTES_MAX = 64 * 1024;
const FLOOD_BYTES = 16 * 1024;
const CLOSE_WITHIN_MS = 5_000;
const FILE_MODE = 0o640;

export class AppendFile implements Flushable {
  readonly #options: AppendFileOptions;
  readonly #slot: number;
  #waiting = '';
  #sink: Sink | null = null;
  /** Characters that the sink has and the disk may not. */
  #underWay = 0;
  #isOpening = false;
  #flushAgain = false;
  #rotate = false;
  #trouble: string | null = null;
  #lastTrouble = '';
  #lostBytes = 0;
  #finish: (() => void) | null = null;
  #isClosed = false;

  constructor(options: AppendFileOptions) {
    this.#options = options;
    this.#slot = options.ticker.takeSlot();
  }

  /** `text` is whole lines. Also the stream interface that pino wants. */
  write(text: string): void {
    if (this.#isClosed || this.#waiting.length + text.length > WAITING_BYTES_MAX) {
      this.#lostBytes += text.length;
      return;
    }
    this.#waiting += text;
    this.#options.ticker.want(this.#slot, this);
    // A flood does not wait for the timer.
    if (this.#waiting.length >= FLOOD_BYTES && this.#trouble === null) this.flush();
  }

  /** Asks to be called by the ticker though nothing waits here yet. */
  wantTick(file: Flushable): void {
    this.#options.ticker.want(this.#slot, file);
  }

  /** Hands everything to the operating system now, without waiting for it. */
  flush(): void {
    if (this.#underWay > 0) this.#flushAgain = true;
    this.#pump();
  }

  tick(): boolean {
    if (this.#trouble !== null && this.#sink !== null) this.#sink.flush();
    this.#pump();
    return !this.#isClosed && (this.#waiting !== '' || this.#trouble !== null);
  }

  /** After the file was renamed: goes on in a new one. */
  reopen(): void {
    this.#rotate = this.#sink !== null || this.#isOpening;
    this.#pump();
  }

  /** Resolves when all is on the disk, or when it is clear that it will not be: within 5 s. */
  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_WITHIN_MS, () => this.#abandon());
      this.#finish = () => {
        this.#isClosed = true;
        cancel();
        resolve();
      };
      if (this.#trouble !== null) this.#abandon();
      else this.#pump();
    });
  }

  #pump(): void {
    if (this.#isClosed || this.#isOpening) return;
    if (this.#rotate) this.#rotateNow();
    if (this.#underWay > 0) return;
    if (this.#waiting === '' && this.#lostBytes === 0) this.#settle();
    else if (this.#sink === null) this.#open();
    else this.#hand(this.#sink);
  }

  #hand(sink: Sink): void {
    const text = this.#waiting + this.#takeLossLine();
    this.#waiting = '';
    this.#underWay = text.length;
    sink.write(text);
  }

  #takeLossLine(): string {
    if (this.#lostBytes === 0) return '';
    const { wall } = this.#options.clock.now();
    const loss = { bytes: this.#lostBytes, code: this.#lastTrouble || 'too much text', wall };
    this.#lostBytes = 0;
    return this.#options.lossLine(loss);
  }

  #open(): void {
    this.#isOpening = true;
    openForAppend(this.#options.path, (error, descriptor) => {
      this.#isOpening = false;
      if (error !== null) {
        this.#fail(error);
      } else if (this.#isClosed) {
        close(descriptor, () => {});
      } else {
        this.#sink = this.#listen(this.#options.openSink?.(descriptor) ?? openSonic(descriptor));
        this.#recover();
        this.#pump();
      }
    });
  }

  #listen(sink: Sink): Sink {
    sink.on('error', (error) => {
      if (sink === this.#sink) this.#fail(error);
    });
    sink.on('drain', () => {
      if (sink === this.#sink) this.#onWritten();
    });
    return sink;
  }

  #onWritten(): void {
    this.#underWay = 0;
    this.#recover();
    const goOn = this.#flushAgain || this.#rotate || this.#lostBytes > 0 || this.#finish !== null;
    this.#flushAgain = false;
    if (goOn) this.#pump();
  }

  #fail(error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
    const isNew = this.#trouble === null;
    this.#trouble = code;
    this.#lastTrouble = code;
    this.#options.ticker.want(this.#slot, this);
    if (isNew) this.#options.onTrouble?.(this.#options.path, code);
    if (this.#finish !== null) this.#abandon();
  }

  #recover(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#options.onTrouble?.(this.#options.path, null);
  }

  /** Leaves the old file once it has everything, or at once when it takes nothing. */
  #rotateNow(): void {
    const sink = this.#sink;
    if (sink === null) return;
    if (this.#trouble === null && this.#underWay > 0) return;
    this.#rotate = false;
    this.#sink = null;
    this.#lostBytes += this.#underWay;
    if (this.#underWay > 0) sink.destroy();
    else sink.end();
    this.#underWay = 0;
  }

  /** Nothing is left to write. */
  #settle(): void {
    const finish = this.#finish;
    if (finish === null) return;
    const sink = this.#sink;
    this.#sink = null;
    if (sink === null) {
      finish();
      return;
    }
    sink.on('close', finish);
    sink.end();
  }

  #abandon(): void {
    this.#sink?.destroy();
    this.#sink = null;
    this.#finish?.();
  }
}

function openForAppend(path: string, done: (error: Error | null, descriptor: number) => void) {
  open(path, 'a', FILE_MODE, (error, descriptor) => {
    if (error?.code !== 'ENOENT') {
      done(error, descriptor);
      return;
    }
    mkdir(dirname(path), { recursive: true }, (refused) => {
      if (refused !== null) done(refused, -1);
      else open(path, 'a', FILE_MODE, done);
    });
  });
}

/** On a descriptor that is open already: SonicBoom's own opening throws from later writes when it failed. */
function openSonic(descriptor: number): Sink {
  return new sonicBoom.SonicBoom({ fd: descriptor, sync: false });
}
