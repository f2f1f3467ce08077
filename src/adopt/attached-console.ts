/**
 * The console of the standby, lent by the daemon: `clusterd attach --write` without a person at the keys.
 * So the connection, the transcript, the log and the lock are those of every operator, and the daemon
 * sends nothing meanwhile. Made by the command; typed on by errand.ts.
 * Must never answer the daemon's question about a line that it has not typed itself.
 */
import { parseToTerminal, type ToTerminal, TYPED_CHARS_MAX } from '../attach/messages.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClientStream } from '../control/stream-client.ts';
import { visible } from '../log/visible.ts';
import { AdoptError } from './trouble.ts';

const LOCK_MS = 10_000;
const WIPE = '\x15';
const HELD = 'HELD, not sent yet: ';

export class AttachedConsole {
  readonly #stream: ClientStream;
  readonly #clock: Clock;
  #send: (line: string) => void = () => {};
  #isWriting = false;
  #lost: string | null = null;
  #remark = '';
  /** What was typed since the last RETURN. */
  #line = '';
  /** The line that the last RETURN ended. */
  #held = '';
  #waiting: (() => void) | null = null;
  #onText: (latin1: string) => void = () => {};
  #onLost: (why: string) => void = () => {};

  constructor(stream: ClientStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  get node(): string {
    return this.#stream.reply.node;
  }

  /** Throws AdoptError when the write lock is not given. */
  async begin(): Promise<void> {
    this.#send = this.#stream.listen(
      (line) => this.#received(line),
      () => this.#lose('the daemon is gone'),
    );
    this.#tell({ kind: 'write', force: false });
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LOCK_MS, resolve);
      this.#waiting = () => {
        cancel();
        resolve();
      };
    });
    if (this.#isWriting) return;
    const why = this.#lost ?? (this.#remark === '' ? 'no answer' : this.#remark);
    const hint = `clusterd status shows who is there; clusterd attach ${this.node} asks them`;
    throw new AdoptError(`the console of ${this.node} was not lent: ${why}`, hint);
  }

  /** Text from now on goes there. `lost`: at most once. */
  connect(text: (latin1: string) => void, lost: (why: string) => void): void {
    this.#onText = text;
    this.#onLost = lost;
    if (this.#lost !== null) lost(this.#lost);
  }

  type(latin1: string): void {
    if (this.#lost !== null) return;
    for (const char of latin1) {
      if (char === '\r') this.#held = this.#line;
      this.#line = char === '\r' || char === WIPE ? '' : this.#line + char;
    }
    for (let from = 0; from < latin1.length; from += TYPED_CHARS_MAX) {
      this.#tell({ kind: 'type', data: latin1.slice(from, from + TYPED_CHARS_MAX) });
    }
  }

  disconnect(): void {
    this.#onText = () => {};
    this.#onLost = () => {};
  }

  /** Gives the lock back and goes. */
  end(): void {
    this.disconnect();
    if (this.#isWriting) this.#tell({ kind: 'spy' });
    this.#lost ??= 'ended';
    this.#stream.close();
  }

  #tell(message: object): void {
    this.#send(JSON.stringify(message));
  }

  #received(line: string): void {
    const message = parseToTerminal(line);
    if (message === null) this.#lose('the daemon speaks another language');
    else this.#take(message);
  }

  #take(message: ToTerminal): void {
    switch (message.kind) {
      case 'text':
        if (this.#isWriting) this.#onText(message.data);
        return;
      case 'remark':
        this.#remark = visible(message.text);
        if (!this.#isWriting && /takes the lock away$|^not given/.test(message.text))
          this.#settle();
        return;
      case 'question':
        return this.#answer(message.id, message.lines);
      case 'mode':
        return this.#moved(message.isWriting);
      case 'ping':
        return this.#tell({ kind: 'pong' });
      case 'end':
        return this.#lose(visible(message.why));
      case 'told':
      case 'withdrawn':
        return;
    }
  }

  #moved(isWriting: boolean): void {
    const hadIt = this.#isWriting;
    this.#isWriting = isWriting;
    if (hadIt && !isWriting) this.#lose('the write lock was taken away');
    else this.#settle();
  }

  /**
   * The daemon holds lines in which it finds a word that starts systems: `setenv boot-command boot`.
   * What we typed ourselves is wanted; anything else on the line is not ours.
   */
  #answer(id: number, lines: readonly string[]): void {
    const held = lines[0]?.startsWith(HELD) === true ? lines[0].slice(HELD.length) : null;
    const isOurs = held !== null && this.#held !== '' && held === visible(this.#held).slice(0, 120);
    this.#tell({ kind: 'answer', id, text: isOurs ? this.node : '' });
    if (isOurs) return;
    this.#lose(`the daemon asks about a line that was not typed here: ${visible(held ?? '')}`);
    this.#settle();
  }

  #settle(): void {
    this.#waiting?.();
    this.#waiting = null;
  }

  #lose(why: string): void {
    if (this.#lost !== null) return;
    this.#lost = why;
    this.#isWriting = false;
    this.#settle();
    this.#onLost(why);
  }
}
