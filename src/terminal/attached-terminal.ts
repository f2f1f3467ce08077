/**
 * A person's terminal with the console of a node: shows what comes, sends what is typed, asks what
 * the daemon asks. Called by `clusterd attach`. The daemon decides everything; here is only what must
 * be where the keys are. Must leave the terminal as it found it, however it ends.
 */
import {
  type FromTerminal,
  parseToTerminal,
  type ToTerminal,
  TYPED_CHARS_MAX,
} from '../attach/messages.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClientStream } from '../control/stream-client.ts';
import { assertNever } from '../language/assert-never.ts';
import { AnswerLine } from './answer-line.ts';
import { type EscapeCommand, EscapeKeys, type Key } from './escape-keys.ts';
import { Page } from './page.ts';
import type { Screen } from './screen.ts';

export interface AttachOptions {
  readonly escape: readonly [string, string];
  /** Shows console text byte for byte. */
  readonly isRaw: boolean;
  /** Asks for the write lock at once; `isForced`: also from who has it. */
  readonly wantsToWrite: boolean;
  readonly isForced: boolean;
}

/** `left`: the person wanted it so. */
export type Ended = { readonly kind: 'left' } | { readonly kind: 'lost'; readonly why: string };

interface Question {
  readonly id: number;
  readonly prompt: string;
  readonly line: AnswerLine;
  /** Shows the console again. */
  readonly goOn: () => void;
  readonly askedAt: number;
}

/** Keys so soon after a question were meant for the console. */
const TYPED_BEFORE_MS = 400;
/** Console text that waits while a question stands; of more, the newest. */
const HELD_CHARS_MAX = 64 * 1024;
const REPLAY_LINES = 40;

export class AttachedTerminal {
  readonly #screen: Screen;
  readonly #stream: ClientStream;
  readonly #clock: Clock;
  readonly #options: AttachOptions;
  readonly #page: Page;
  readonly #keys: EscapeKeys;
  #send: (line: string) => void = () => {};
  #isWriting = false;
  #question: Question | null = null;
  #held = '';
  #settle: (ended: Ended) => void = () => {};
  #isOver = false;

  constructor(screen: Screen, stream: ClientStream, clock: Clock, options: AttachOptions) {
    this.#screen = screen;
    this.#stream = stream;
    this.#clock = clock;
    this.#options = options;
    this.#page = new Page(screen, options.isRaw);
    this.#keys = new EscapeKeys(options.escape);
  }

  /** Until the person leaves or the other end is gone. The terminal is as it was before. */
  run(): Promise<Ended> {
    const ended = new Promise<Ended>((resolve) => {
      this.#settle = resolve;
    });
    this.#greet();
    this.#screen.begin({
      keys: (latin1) => this.#typed(latin1),
      drained: () => this.#stream.pause(false),
      resumed: () => this.#page.remark('shown again'),
      enough: () => this.#end({ kind: 'left' }),
      over: (why) => this.#end({ kind: 'lost', why }),
    });
    this.#send = this.#stream.listen(
      (line) => this.#received(line),
      () => this.#end({ kind: 'lost', why: 'the daemon is gone' }),
    );
    if (this.#options.wantsToWrite) this.#tell({ kind: 'write', force: this.#options.isForced });
    return ended;
  }

  #greet(): void {
    if (!this.#screen.isTerminal) return;
    const { cluster, node, operator } = this.#stream.reply;
    const name = this.#keys.name;
    this.#page.remark(
      `${cluster}/${node} for ${operator}; ${name}? shows the keys, ${name}. leaves`,
    );
  }

  #end(ended: Ended): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream.close();
    this.#question?.goOn();
    this.#page.text(this.#held);
    this.#page.end();
    this.#screen.end();
    this.#settle(ended);
  }

  #tell(message: FromTerminal): void {
    this.#send(JSON.stringify(message));
  }

  // ---- what comes from the daemon ----

  #received(line: string): void {
    if (this.#isOver) return;
    const message = parseToTerminal(line);
    if (message === null) this.#end({ kind: 'lost', why: 'the daemon speaks another language' });
    else this.#take(message);
  }

  #take(message: ToTerminal): void {
    switch (message.kind) {
      case 'text':
        return this.#show(message.data);
      case 'remark':
        return this.#lines([`[clusterd: ${message.text}]`]);
      case 'told':
        return this.#lines(message.lines);
      case 'question':
        return this.#ask(message.id, message.lines, message.prompt);
      case 'withdrawn':
        if (this.#question?.id === message.id) this.#endQuestion(this.#question);
        return;
      case 'mode':
        this.#isWriting = message.isWriting;
        return;
      case 'ping':
        return this.#tell({ kind: 'pong' });
      case 'end':
        return this.#end({ kind: 'lost', why: message.why });
      default:
        assertNever(message);
    }
  }

  #show(latin1: string): void {
    if (this.#question !== null) {
      this.#held = (this.#held + latin1).slice(-HELD_CHARS_MAX);
    } else if (!this.#page.text(latin1)) this.#stream.pause(true);
  }

  /** While a question stands, it is shown again below. */
  #lines(lines: readonly string[]): void {
    const question = this.#question;
    if (question === null) return this.#page.lines(lines);
    this.#screen.write('\r\n');
    this.#page.lines(lines);
    this.#screen.write(`${question.prompt}${question.line.text}`);
  }

  // ---- questions ----

  #ask(id: number, lines: readonly string[], prompt: string): void {
    if (!this.#screen.isTerminal) return;
    this.#question?.goOn();
    const shown = lines.map((line) => `*** ${line}`);
    const goOn = this.#page.question(shown, `*** ${prompt}`);
    const { at } = this.#clock.now();
    const line = new AnswerLine();
    this.#question = { id, prompt: `*** ${prompt}`, line, goOn, askedAt: at };
  }

  #answer(question: Question, keys: string): void {
    if (this.#clock.now().at - question.askedAt < TYPED_BEFORE_MS) return;
    const step = question.line.take(keys);
    if (step.kind === 'shown') {
      this.#screen.write(step.text);
      return;
    }
    this.#endQuestion(question);
    this.#tell({
      kind: 'answer',
      id: question.id,
      text: step.kind === 'answered' ? step.text : '',
    });
  }

  #endQuestion(question: Question): void {
    this.#question = null;
    question.goOn();
    const held = this.#held;
    this.#held = '';
    if (held !== '') this.#show(held);
  }

  // ---- keys ----

  #typed(latin1: string): void {
    if (this.#isOver) return;
    const question = this.#question;
    if (question !== null) return this.#answer(question, latin1);
    for (const key of this.#keys.take(latin1)) this.#key(key);
  }

  #key(key: Key): void {
    switch (key.kind) {
      case 'typed':
        return this.#type(key.data);
      case 'command':
        return this.#command(key.command);
      case 'escape-changed':
        return this.#page.remark(`the escape keys are ${this.#keys.name} now`);
      case 'unknown':
        return this.#page.remark(`'${key.key}' is no command; ${this.#keys.name}? shows them`);
      default:
        assertNever(key);
    }
  }

  #type(data: string): void {
    if (!this.#isWriting) {
      this.#page.remark(
        `you only watch: ${this.#keys.name}a to type, ${this.#keys.name}. to leave`,
      );
      return;
    }
    for (let from = 0; from < data.length; from += TYPED_CHARS_MAX) {
      this.#tell({ kind: 'type', data: data.slice(from, from + TYPED_CHARS_MAX) });
    }
  }

  #command(command: EscapeCommand): void {
    switch (command) {
      case 'leave':
        if (this.#isWriting) this.#tell({ kind: 'spy' });
        return this.#end({ kind: 'left' });
      case 'help':
        return this.#page.lines(this.#keys.help);
      case 'write':
        return this.#tell({ kind: 'write', force: false });
      case 'force':
        return this.#tell({ kind: 'write', force: true });
      case 'spy':
        return this.#tell({ kind: 'spy' });
      case 'break':
        return this.#tell({ kind: 'break' });
      case 'who':
        return this.#tell({ kind: 'who' });
      case 'info':
        return this.#tell({ kind: 'info' });
      case 'replay':
        return this.#tell({ kind: 'replay', lines: REPLAY_LINES });
      case 'suspend':
        this.#page.remark('suspended');
        return this.#screen.suspend();
      case 'nothing':
        return;
      default:
        assertNever(command);
    }
  }
}
