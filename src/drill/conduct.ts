/**
 * Carries one case out: strikes, watches, judges, and takes back what was done. Made for each case by
 * the drill; a case (cases-*.ts) calls it. It acts on the cluster only through fault sources and the
 * words that any operator has; it never touches a console itself.
 */
import type { Clock } from '../clock/clock.ts';
import { messageOf } from '../cluster/daemon-error.ts';
import type { OperatorWord } from '../control/protocol.ts';
import type { Happening } from '../history/happening.ts';
import { whatDisturbs } from './calm.ts';
import { CaseFailed, type Policy } from './drill-case.ts';
import { type Fault, formatFault } from './fault.ts';
import type { FaultSources } from './fault-source.ts';
import type { Observer, Seen } from './observer.ts';
import { boots, type TakeoverTimes, timesOf } from './takeover-times.ts';

export interface ConductParts {
  readonly observer: Observer;
  readonly sources: FaultSources;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly promiseMs: number;
  /** Sends what an operator would type; resolves with the answer. */
  readonly say: (word: OperatorWord, node: string | null) => Promise<string>;
  readonly tell: (text: string) => void;
}

/** What a person may say to a cluster that rests, without vouching for anything. */
const WAKING = ['release', 'go'] as const;
/** What follows such a word is counted from it. */
const STRIKING: readonly OperatorWord[] = ['switchover'];
/** So long nothing was done: it rests. */
const REST_MS = 8_000;

/** One line of the report. */
export interface Step {
  readonly wall: number;
  readonly text: string;
}

export class Conduct {
  readonly active: string;
  readonly standby: string;
  readonly steps: Step[] = [];
  readonly policy: Policy;
  readonly promiseMs: number;
  readonly #parts: ConductParts;
  readonly #startWall: number;
  #struckWall: number;
  #setUpWall: number;
  #struck = '';
  readonly #undo: Fault[] = [];
  readonly #measures: (() => Promise<TakeoverTimes>)[] = [];

  constructor(parts: ConductParts, active: string, standby: string) {
    this.#parts = parts;
    this.active = active;
    this.standby = standby;
    this.policy = parts.policy;
    this.promiseMs = parts.promiseMs;
    this.#startWall = parts.clock.now().wall;
    this.#struckWall = this.#startWall;
    this.#setUpWall = this.#startWall;
  }

  /** Does it, and remembers what takes it back. What follows is counted from now. */
  async strike(fault: Fault, undo: Fault | null = null): Promise<void> {
    const source = this.#parts.sources.sourceOf(fault);
    if (source === null) throw new CaseFailed(`nothing can: ${formatFault(fault)}`);
    if (undo !== null) this.#undo.push(undo);
    this.#struckWall = this.#parts.clock.now().wall;
    this.#struck = formatFault(fault);
    this.note(`${formatFault(fault)} (by ${source.name})`);
    try {
      await source.strike(fault);
    } catch (error) {
      throw new CaseFailed(messageOf(error));
    }
    // A person needs time: what counts is when it was done, not when it was asked for.
    if (!source.isAutomatic) this.#struckWall = this.#parts.clock.now().wall;
  }

  /** The same in the middle of what another fault began: times go on counting from that one. */
  async interrupt(fault: Fault, undo: Fault): Promise<void> {
    const struck = { wall: this.#struckWall, what: this.#struck };
    await this.strike(fault, undo);
    this.#struckWall = struck.wall;
    this.#struck = struck.what;
  }

  /** Takes back one of the faults, now. */
  async takeBack(fault: Fault): Promise<void> {
    const at = this.#undo.findIndex((one) => formatFault(one) === formatFault(fault));
    if (at >= 0) this.#undo.splice(at, 1);
    const source = this.#parts.sources.sourceOf(fault);
    this.note(`${formatFault(fault)}${source === null ? '' : ` (by ${source.name})`}`);
    await source?.strike(fault);
  }

  /** All that is left, the last first. */
  async takeAllBack(): Promise<void> {
    for (const fault of [...this.#undo].toReversed()) await this.takeBack(fault);
  }

  note(text: string): void {
    this.steps.push({ wall: this.#parts.clock.now().wall, text });
    this.#parts.tell(text);
  }

  /** As an operator would; the answer is noted. */
  async say(word: OperatorWord, node: string | null = null): Promise<void> {
    if (STRIKING.includes(word)) {
      this.#struckWall = this.#parts.clock.now().wall;
      this.#struck = word;
    }
    const answer = await this.#parts.say(word, node);
    this.note(`operator says ${node === null ? word : `${word} ${node}`}: ${answer}`);
  }

  pause(ms: number): Promise<void> {
    return this.#parts.observer.pause(ms);
  }

  fail(why: string): never {
    throw new CaseFailed(why);
  }

  /**
   * For the next fault: nodes that clusterd switched off have power again, and the takeovers that the
   * script has counted are forgotten, as its log shows.
   */
  async setUpAgain(): Promise<void> {
    const all = await this.#parts.observer.since(this.#setUpWall);
    this.#setUpWall = this.#parts.clock.now().wall;
    const off = all.flatMap(({ what }) =>
      what.kind === 'deed' && what.deed === 'power-off' ? [what.node] : [],
    );
    for (const node of new Set(off)) await this.takeBack({ kind: 'power-on', node });
    await this.say('hold');
    await this.say('release');
  }

  /** Types what the alarm says, where that is a word that proves nothing. */
  async wake(): Promise<void> {
    const alarms = (await this.#status())?.status?.alarms ?? [];
    for (const { type } of alarms) {
      const word = WAKING.find((known) => type.startsWith(`clusterd ${known} `));
      if (word !== undefined) return this.say(word);
    }
    throw new CaseFailed(`no alarm says what to type to go on (${alarms.length} alarms)`);
  }

  // ---- what has to follow ----

  /** The other node is booted after proof, and production answers on it. */
  async takeover(from: string, to: string): Promise<void> {
    await this.#bootOf(to, from, `no takeover by ${to}`);
  }

  /** The same node is booted again. */
  async restart(node: string, other: string): Promise<void> {
    await this.#bootOf(node, other, `${node} was not booted again`);
  }

  /** Something happens, at the latest when the promise ends. */
  async sees(what: string, isIt: (happening: Happening) => boolean): Promise<Happening> {
    const found = await this.#parts.observer.until(
      async () => (await this.#since()).find(isIt) ?? null,
      this.promiseMs,
    );
    if (found === null) throw new CaseFailed(`${what}: not within ${seconds(this.promiseMs)}`);
    this.note(`${what}, ${seconds(found.wall - this.#struckWall)} after ${this.#struck}`);
    return found;
  }

  alarm(): Promise<Happening> {
    return this.sees('an alarm', ({ what }) => what.kind === 'alarm');
  }

  /** The status shows something. */
  async shows(what: string, isIt: (seen: Seen) => boolean): Promise<void> {
    const found = await this.#parts.observer.until(async () => {
      const seen = await this.#status();
      return seen !== null && isIt(seen) ? seen : null;
    }, this.promiseMs);
    if (found === null) throw new CaseFailed(`${what}: not within ${seconds(this.promiseMs)}`);
    this.note(what);
  }

  /** Nothing was done to this node since the case began, nor is done for so long. */
  async untouched(node: string, forMs: number): Promise<void> {
    await this.pause(forMs);
    const all = await this.#parts.observer.since(this.#startWall);
    const deed = all.find(({ what }) => what.kind === 'deed' && what.node === node);
    if (deed?.what.kind === 'deed') {
      throw new CaseFailed(`${node} was touched: ${deed.what.deed}`);
    }
    this.note(`${node} was left alone`);
  }

  /** An alarm stands, and no node is touched any more. */
  async rests(): Promise<void> {
    const end = this.#parts.clock.now().at + this.promiseMs;
    for (;;) {
      const before = await this.#deedCount();
      await this.pause(REST_MS);
      const seen = await this.#status();
      const isCalled = (seen?.status?.alarms ?? []).some(({ type }) => type !== '');
      if (isCalled && (await this.#deedCount()) === before) break;
      if (this.#parts.clock.now().at > end) {
        throw new CaseFailed(`it does not come to rest within ${seconds(this.promiseMs)}`);
      }
    }
    this.note('an alarm calls for a person, and nothing is done any more');
  }

  /** How often any node was booted since the case began. */
  async bootCount(): Promise<number> {
    const all = await this.#parts.observer.since(this.#startWall);
    return all.filter(({ what }) => what.kind === 'deed' && what.deed === 'boot').length;
  }

  /** Production runs, the other node is parked, no alarm. */
  async calm(): Promise<void> {
    let why = 'nobody answers';
    const found = await this.#parts.observer.until(async () => {
      const seen = await this.#status();
      why = seen === null ? 'the daemon does not answer' : (whatDisturbs(seen) ?? '');
      return why === '' ? true : null;
    }, this.promiseMs);
    if (found === null) throw new CaseFailed(`the cluster does not come to rest: ${why}`);
  }

  async #bootOf(node: string, other: string, missing: string): Promise<void> {
    let wrong: string | null = null;
    const found = await this.#parts.observer.until(async () => {
      const all = await this.#since();
      if (all.some((one) => boots(one, other))) wrong = `${other} was booted instead of ${node}`;
      const booted = all.findLastIndex((one) => boots(one, node));
      const answers = all.slice(booted + 1).some((one) => isProduction(one, node));
      return wrong !== null || (booted >= 0 && answers) ? all : null;
    }, this.promiseMs);
    if (wrong !== null) throw new CaseFailed(wrong);
    if (found === null) throw new CaseFailed(`${missing} within ${seconds(this.promiseMs)}`);
    const [what, wall] = [this.#struck, this.#struckWall];
    const answered = found.findLast((one) => isProduction(one, node))?.wall ?? wall;
    this.note(`production answers on ${node}, ${seconds(answered - wall)} after ${what}`);
    // The service address may answer a moment after the login prompt.
    this.#measures.push(async () =>
      timesOf(await this.#parts.observer.since(wall), what, wall, node),
    );
  }

  /** Of each takeover and restart; at the end of the case, when all of it has been seen. */
  measure(): Promise<readonly TakeoverTimes[]> {
    return Promise.all(this.#measures.map((measure) => measure()));
  }

  async #deedCount(): Promise<number> {
    const all = await this.#parts.observer.since(this.#startWall);
    return all.filter(({ what }) => what.kind === 'deed').length;
  }

  #since(): Promise<readonly Happening[]> {
    return this.#parts.observer.since(this.#struckWall);
  }

  /** Null: the daemon does not answer, which a case may want. */
  async #status(): Promise<Seen | null> {
    try {
      return await this.#parts.observer.status();
    } catch {
      return null;
    }
  }
}

function isProduction({ what }: Happening, node: string): boolean {
  return what.kind === 'production' && what.node === node;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
