/** A transport that a test holds in its hands: nothing happens that the test does not do. */
import type { Answer } from '../../src/transport/reach.ts';
import type { Transport, TransportHandlers } from '../../src/transport/transport.ts';

interface Question {
  readonly withinMs: number;
  settle(answer: Answer): void;
}

export class FakeTransport implements Transport {
  answersInBand = false;
  handlers: TransportHandlers | null = null;
  /** What was written, latin1, and `<BREAK>`. */
  wire = '';
  isClosed = false;
  /** The wire takes no more; `unblock` lets it go on. */
  isBlocked = false;
  readonly questions: Question[] = [];
  accept: () => void = () => {};
  refuse: (error: unknown) => void = () => {};
  endBreak: (error?: Error) => void = () => {};
  #unblock: (() => void)[] = [];

  open(handlers: TransportHandlers): Promise<void> {
    return new Promise((resolve, reject) => {
      this.accept = () => {
        this.handlers = handlers;
        resolve();
      };
      this.refuse = reject;
    });
  }

  write(bytes: Uint8Array): boolean {
    this.wire += Buffer.from(bytes).toString('latin1');
    return !this.isBlocked;
  }

  drained(): Promise<void> {
    if (!this.isBlocked) return Promise.resolve();
    return new Promise((resolve) => this.#unblock.push(resolve));
  }

  unblock(): void {
    this.isBlocked = false;
    for (const resolve of this.#unblock.splice(0)) resolve();
  }

  sendBreak(): Promise<void> {
    this.wire += '<BREAK>';
    return new Promise((resolve, reject) => {
      this.endBreak = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  answers(withinMs: number): Promise<Answer> {
    return new Promise((settle) => this.questions.push({ withinMs, settle }));
  }

  close(): void {
    this.isClosed = true;
    this.handlers = null;
  }

  pause: (isPaused: boolean) => void = () => {};

  say(text: string): void {
    this.handlers?.data(Buffer.from(text, 'latin1'));
  }

  hangUp(kind: 'lost' | 'busy' = 'lost', detail = 'closed by the other end'): void {
    this.handlers?.closed({ kind, detail });
  }
}
