/**
 * A console behind a login. Wraps the wire: it is open when the library's `to open` is done, and the
 * connection is lost as soon as the other end shows that the console was left. So the machine, which
 * sees a transport, never sees a login, and the law of evidence stays what it is. Made for each
 * connection by the daemon. Must never let a secret out of the wire.
 */
import { ClistError } from '../clist/clist-error.ts';
import type { AccessLogin } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import {
  type AccessProgram,
  IN_USE,
  KICKED_OFF,
  REFUSED,
} from '../language/access/access-program.ts';
import type { AccessTask } from '../language/words.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { Answer } from '../transport/reach.ts';
import {
  type CloseReason,
  type Transport,
  TransportError,
  type TransportHandlers,
} from '../transport/transport.ts';
import { BoundLogin, type Reveal } from './bound-login.ts';
import { Conversation } from './conversation.ts';
import { DialogueRun, type Ended } from './dialogue-run.ts';
import { type Left, LeftWatch } from './left-watch.ts';
import type { LoginLedger } from './login-ledger.ts';

export interface AccessParts {
  readonly program: AccessProgram;
  readonly patterns: PatternSet;
  readonly login: AccessLogin;
  readonly reveal: Reveal;
  readonly ledger: LoginLedger;
  readonly clock: Clock;
  readonly paceMs: number;
  /** Where it is, for messages: `10.0.0.7:23`. */
  readonly place: string;
  /** For the transcript: how the console was reached. */
  readonly note: (text: string) => void;
  /** CList says itself how a BREAK is sent. */
  readonly keepsBreak: boolean;
}

const OPEN_MS_MAX = 120_000;
/** A BREAK that takes longer than 30 s counts as a wire that takes nothing. */
const BREAK_MS_MAX = 25_000;
/** Logged out so soon, the login was none: a wrong password that was answered late. */
const SOON_MS = 10_000;

type Phase = 'new' | 'talking' | 'open' | 'closed';

export class AccessTransport implements Transport {
  readonly #inside: Transport;
  readonly #parts: AccessParts;
  #handlers: TransportHandlers | null = null;
  #login: BoundLogin | null = null;
  #conversation: Conversation | null = null;
  #watch: LeftWatch | null = null;
  #phase: Phase = 'new';
  #typedSecret = false;
  #openedAt = 0;
  /** Why the wire ended while a dialogue ran. */
  #cutBy: CloseReason | null = null;
  /** Modem lines that changed while nobody could be told. */
  readonly #modem = new Map<'dsr' | 'dcd' | 'cts', boolean>();

  constructor(inside: Transport, parts: AccessParts) {
    this.#inside = inside;
    this.#parts = parts;
  }

  get answersInBand(): boolean {
    return this.#inside.answersInBand;
  }

  async open(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers;
    const login = this.#bind();
    this.#login = login;
    this.#refuseNow(login);
    this.#phase = 'talking';
    this.#conversation = this.#converse();
    await this.#inside.open({
      data: (bytes) => this.#data(bytes),
      modem: (line, on) => this.#modemChanged(line, on),
      closed: (reason) => this.#closed(reason),
    });
    const ended = await this.#run('open', OPEN_MS_MAX);
    if (ended.kind === 'fail') throw this.#openFailed(login, ended);
    if (this.#isClosed()) throw lostMeanwhile();
    if (this.#typedSecret) this.#accepted(login);
    this.#parts.note(describeLogin(this.#parts, login));
    this.#openedAt = this.#parts.clock.now().at;
    // What follows is told when whoever opens this knows that it is open.
    this.#parts.clock.after(0, () => this.#firstOpen());
  }

  write(bytes: Uint8Array): boolean {
    return this.#inside.write(bytes);
  }

  drained(): Promise<void> {
    return this.#inside.drained();
  }

  async sendBreak(): Promise<void> {
    const { program, keepsBreak, place } = this.#parts;
    if (program.tasks.break === undefined || keepsBreak) return this.#inside.sendBreak();
    await this.#inside.drained();
    this.#firstOpen();
    if (this.#phase !== 'open') throw lostMeanwhile();
    this.#watch?.stop();
    this.#phase = 'talking';
    this.#conversation = this.#converse();
    const ended = await this.#run('break', BREAK_MS_MAX);
    if (this.#isClosed()) throw lostMeanwhile();
    if (ended.kind === 'succeed') return this.#becomeOpen();
    const detail = `no BREAK through ${place}: ${ended.detail}`;
    this.#giveUp({ kind: 'lost', detail });
    throw new TransportError('other', detail, 'nothing to do: the line reconnects');
  }

  answers(withinMs: number): Promise<Answer> {
    return this.#inside.answers(withinMs);
  }

  pause(isPaused: boolean): void {
    this.#inside.pause?.(isPaused);
  }

  /** Only hangs up: behind an open console stands the node, and a "logout" would be typed there. */
  close(): void {
    this.#handlers = null;
    this.#end();
  }

  // ---- opening -------------------------------------------------------------------------------------

  #bind(): BoundLogin {
    const { program, login, reveal, place } = this.#parts;
    try {
      return new BoundLogin(program, login, reveal);
    } catch (error) {
      if (!(error instanceof ClistError)) throw error;
      throw new TransportError(
        'other',
        `no login at ${place}: ${error.message}`,
        error.hint,
        error,
      );
    }
  }

  /** Throws when it is not the time to try. */
  #refuseNow(login: BoundLogin): void {
    const { ledger, place } = this.#parts;
    const refusal =
      ledger.refusal(this.#account(login), login.fingerprint) ??
      ledger.refusal(this.#consoleAccount(login), login.fingerprint);
    if (refusal !== null) throw new TransportError('other', refusal, HINT_REFUSED);
    const leftTo = ledger.leftTo(place);
    if (leftTo !== null) throw new TransportError('busy', leftTo, 'nothing to do: tried again');
  }

  #account({ values }: BoundLogin): string {
    return accountOf(this.#parts.place, values);
  }

  /**
   * Logged in, and then no console, or none for long: a reason to wait here, and none to keep whoever
   * fences with the same account from it.
   */
  #consoleAccount(login: BoundLogin): string {
    return `${this.#account(login)} console`;
  }

  #accepted(login: BoundLogin): void {
    this.#parts.ledger.accepted(this.#account(login));
    this.#parts.ledger.accepted(this.#consoleAccount(login));
  }

  #openFailed(login: BoundLogin, ended: Extract<Ended, { kind: 'fail' }>): TransportError {
    const { ledger, place } = this.#parts;
    this.#end();
    if (this.#cutBy?.kind === 'busy') {
      return new TransportError('busy', this.#cutBy.detail, 'nothing to do: tried again');
    }
    if (ended.name === IN_USE) {
      this.#accepted(login);
      const text = `the console of ${place} is in use: ${ended.detail}`;
      ledger.leave(place, text);
      return new TransportError('busy', text, 'ask who it is; force=yes takes it from them');
    }
    const isRefused = ended.name === REFUSED;
    const what = isRefused ? 'login refused by' : 'login failed at';
    const why = `${what} ${place}: ${ended.detail}`;
    if (!this.#typedSecret) return new TransportError('other', why, 'look at it by hand');
    const account = isRefused ? this.#account(login) : this.#consoleAccount(login);
    const text = ledger.refused(account, login.fingerprint, why);
    return new TransportError('other', text, HINT_REFUSED);
  }

  #firstOpen(): void {
    if (this.#watch === null) this.#becomeOpen();
  }

  #becomeOpen(): void {
    if (this.#phase !== 'talking') return;
    if (this.#cutBy !== null) return this.#giveUp(this.#cutBy);
    const handlers = this.#handlers;
    const rest = this.#conversation?.takeRest() ?? '';
    const { program, clock } = this.#parts;
    this.#phase = 'open';
    this.#conversation = null;
    this.#watch = new LeftWatch(program, clock, (how, said) => this.#left(how, said));
    for (const [line, on] of this.#modem) handlers?.modem(line, on);
    this.#modem.clear();
    if (rest !== '') this.#data(Buffer.from(rest, 'latin1'));
  }

  // ---- what comes ----------------------------------------------------------------------------------

  #data(bytes: Uint8Array): void {
    if (this.#phase === 'talking') this.#conversation?.feed(latin1(bytes));
    if (this.#phase !== 'open') return;
    const text = latin1(bytes);
    this.#handlers?.data(bytes);
    this.#watch?.see(text);
  }

  #modemChanged(line: 'dsr' | 'dcd' | 'cts', on: boolean): void {
    if (this.#phase === 'open') this.#handlers?.modem(line, on);
    else this.#modem.set(line, on);
  }

  #left(how: Left, said: string): void {
    if (this.#phase !== 'open') return;
    const { ledger, place } = this.#parts;
    const shown = this.#login?.mask(said) ?? '';
    const isTaken = how === KICKED_OFF;
    const detail = isTaken
      ? `somebody else took the console of ${place}: it said "${shown}"; left to them for 1 min`
      : `logged out by ${place}: it said "${shown}"`;
    if (isTaken) ledger.leave(place, detail);
    else this.#noteSoon(detail);
    this.#giveUp({ kind: isTaken ? 'busy' : 'lost', detail });
  }

  #noteSoon(why: string): void {
    const { clock, ledger } = this.#parts;
    const login = this.#login;
    const isSoon = clock.now().at < this.#openedAt + SOON_MS;
    if (login === null || !this.#typedSecret || !isSoon) return;
    ledger.refused(this.#consoleAccount(login), login.fingerprint, `${why}, right after the login`);
  }

  #closed(reason: CloseReason): void {
    this.#cutBy = reason;
    this.#conversation?.end(reason.detail);
    // While it is being opened, whoever opens it is told.
    if (this.#phase === 'open' || this.#watch !== null) this.#giveUp(reason);
  }

  #giveUp(reason: CloseReason): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#end();
    handlers?.closed(reason);
  }

  #end(): void {
    this.#phase = 'closed';
    this.#watch?.stop();
    this.#conversation?.end('the connection was given up');
    this.#inside.close();
  }

  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  // ---- dialogues -----------------------------------------------------------------------------------

  #converse(): Conversation {
    const { clock, paceMs } = this.#parts;
    return new Conversation({
      clock,
      paceMs,
      write: (bytes) => this.#inside.write(bytes),
      drained: () => this.#inside.drained(),
    });
  }

  #run(task: AccessTask, withinMs: number): Promise<Ended> {
    const { program, patterns, clock } = this.#parts;
    const conversation = this.#conversation;
    const login = this.#login;
    const dialogue = program.tasks[task];
    if (conversation === null || login === null || dialogue === undefined) {
      throw new Error(`checked, yet nothing to run for 'to ${task}'`);
    }
    const run = new DialogueRun(
      {
        conversation,
        login,
        patterns,
        now: () => clock.now().at,
        onSecret: () => {
          this.#typedSecret = true;
        },
      },
      withinMs,
    );
    return run.run(dialogue);
  }
}

const HINT_REFUSED = 'look at name and password by hand; a new password is tried at once';

/** One account, whatever it is used for. */
export function accountOf(place: string, values: Readonly<Record<string, string>>): string {
  return `${place} ${values.user ?? ''}`;
}

function describeLogin({ place, program }: AccessParts, { values }: BoundLogin): string {
  const user = values.user === undefined ? '' : ` as ${values.user}`;
  const forced = values.force === 'yes' ? '; force=yes: taken from whoever had it' : '';
  return `logged in at ${place}${user} with ${program.name}.chat${forced}`;
}

function lostMeanwhile(): TransportError {
  const hint = 'nothing to do: the line reconnects';
  return new TransportError('other', 'the connection was given up meanwhile', hint);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
