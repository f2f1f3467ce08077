/**
 * Keeps its own account of what consoles, power devices, people and the network have told the daemon,
 * and judges each line that acts, at the key that enters it, by the law as it is written down: was
 * there a proof, of the right machine, young enough, and was the new owner on the disk? Shares no code
 * with the engine. law-watch.ts judges the same boots by what is really so; this one also finds a
 * daemon that was only lucky.
 */
import { assertNever } from '../language/assert-never.ts';
import type { Grade } from '../machine/evidence.ts';
import type { LogEntry, NodeIndex } from '../machine/protocol.ts';
import type { Target } from '../machine/target.ts';
import { type ConsoleWitness, witnesses } from './console-witness.ts';
import { falseNews, isOwnEcho } from './false-news.ts';
import type { JournalDisk } from './journal-disk.ts';
import { type Ownership, ownershipIn } from './ownership.ts';
import type { Level } from './simulated-prober.ts';
import type { ViolationKind } from './verdicts.ts';

export interface ProofWatchOptions {
  readonly target: Target;
  readonly disk: JournalDisk;
  readonly now: () => number;
  /** The first boot of the owner, long ago, was that of a parked machine. */
  readonly wasParkedBefore: boolean;
  readonly violated: (kind: ViolationKind, what: string) => void;
}

/** Somebody's word about a node, and how much its console had shown by then. */
interface Word {
  readonly at: number;
  readonly gotCount: number;
}

/** A minute, and what the reading of a value may take on a slow wire. */
const FENCED_MS = 72_000;
const OFF_MS = 30_000;
const TRUSTED_MS = 30_000;
const ATTESTED_MS = 15 * 60_000;
const ALIVE_MS = 30_000;
const UNDO_MS = 5 * 60_000;
/** More than line noise. */
const OFF_COUNT_MAX = 16;
/** Behind a prompt, something. */
const FOREIGN = /^(?:\{[0-9a-f]+\} )?ok>? (.*\S)\s*$/;
const NODES: readonly NodeIndex[] = [0, 1];

export class ProofWatch {
  readonly #options: ProofWatchOptions;
  #consoles: readonly [ConsoleWitness, ConsoleWitness];
  #net: Level | null = null;
  #off: [Word | null, Word | null] = [null, null];
  #confirmed: [Word | null, Word | null] = [null, null];
  /** When the terminal server answered last. */
  #answered: [number | null, number | null] = [null, null];
  /** The silence of that node was trusted in this life of the daemon. */
  readonly #isTrusted: [boolean, boolean] = [false, false];
  readonly #isAway: [boolean, boolean] = [false, false];
  /** It was read back parked before it was booted last. */
  readonly #wasParked: [boolean, boolean];
  /** Proofs are looked at so much later than now. */
  #aheadMs = 0;
  #releasedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ProofWatchOptions) {
    this.#options = options;
    this.#consoles = witnesses(options.target.promptQuietMs);
    this.#wasParked = [options.wasParkedBefore, false];
  }

  /** A new life of the daemon: it has seen nothing. */
  started(): void {
    this.#consoles = witnesses(this.#options.target.promptQuietMs);
    this.#net = null;
    this.#off = [null, null];
    this.#confirmed = [null, null];
    this.#answered = [null, null];
    this.#isTrusted.fill(false);
  }

  channel(node: NodeIndex, isConnected: boolean): void {
    if (isConnected) this.#consoles[node].connected(this.#now());
    else this.#consoles[node].lost();
  }

  received(node: NodeIndex, text: string): void {
    this.#consoles[node].got(text, this.#now());
  }

  typed(node: NodeIndex, text: string): void {
    for (const char of text) {
      const line = this.#consoles[node].key(char, this.#now());
      if (line === null) continue;
      this.#entered(node, line);
      this.#consoles[node].leavesBy(line);
    }
  }

  broke(node: NodeIndex): void {
    if (this.showsOther(node)) {
      this.#violated(`a BREAK to ${this.#name(node)}, whose line shows the other machine`);
    }
    this.#consoles[node].broke(this.#now());
  }

  stoodStill(): void {
    for (const console of this.#consoles) console.stoodStill(this.#now());
  }

  net(level: Level): void {
    this.#net = level;
  }

  powerSaid(node: NodeIndex, isOff: boolean): void {
    this.#off[node] = isOff ? this.#word(node) : null;
  }

  terminalServerSaid(node: NodeIndex, answers: boolean): void {
    this.#answered[node] = answers ? this.#now() : null;
  }

  /** Whether the daemon believes it or not. */
  operatorSaid(request: string, node: NodeIndex | null): void {
    if (request === 'release') this.#releasedAt = this.#now();
    if (node === null) return;
    if (request === 'out-of-service' || request === 'in-service') {
      this.#isAway[node] = request === 'out-of-service';
    }
    const { heardAt } = this.#consoles[node];
    const mayBe = heardAt === null || this.#now() - heardAt >= ALIVE_MS;
    if (request === 'confirm' && mayBe && this.#net !== 'alive') {
      this.#confirmed[node] = this.#word(node);
    }
  }

  /** The daemon left a state because of a text: had it been said just then, and by the machine? */
  decided({ topic, evidence }: LogEntry): void {
    if (topic !== 'transition' || evidence === undefined) return;
    const [, name, text = ''] = /^(\S+) \((?:active|standby)\) wrote "(.*)"$/s.exec(evidence) ?? [];
    const node = NODES.find((one) => this.#name(one) === name);
    if (node === undefined) return;
    const quietMs = this.#options.target.promptQuietMs;
    const why = falseNews(this.#consoles[node], name ?? '', text, this.#now(), quietMs);
    if (why !== null) this.#violated(why);
  }

  // ---- lines that act ------------------------------------------------------------------------------

  #entered(node: NodeIndex, line: string): void {
    this.#compareEcho(node, line);
    const [word = ''] = line.split(' ');
    switch (word) {
      case 'boot':
        return this.#boots(node, line);
      case 'go':
        return this.#resumes(node);
      case 'setenv':
      case 'reset-all':
        if (this.#consoles[node].shown !== this.#options.target.nodes[node].identity) {
          this.#violated(`'${line}' at ${this.#name(node)} without knowing which machine it is`);
        }
        if (word === 'reset-all') this.#resets(node);
        return;
      default:
        return;
    }
  }

  /** What stands on the line is what was typed, and nothing else. */
  #compareEcho(node: NodeIndex, line: string): void {
    const { tail, tails, wasWiped, gotAt } = this.#consoles[node];
    const shown = (gotAt === this.#now() ? tails : [tail]).filter((one) => one.endsWith(line));
    if (shown.length === 0) {
      return this.#violated(`entered '${line}' at ${this.#name(node)}, which shows '${tail}'`);
    }
    if (wasWiped || shown.some((one) => !this.#hasForeign(one, line))) return;
    this.#violated(`entered '${tail}' at ${this.#name(node)}, and typed only '${line}' of it`);
  }

  /** Before the line stands behind the prompt what somebody else has typed. */
  #hasForeign(tail: string, line: string): boolean {
    const before = line === '' ? tail : tail.slice(0, -line.length);
    const rest = FOREIGN.exec(before)?.[1];
    return rest !== undefined && rest !== line;
  }

  #resets(node: NodeIndex): void {
    const other = this.#consoles[otherOf(node)];
    if (this.#ownership().owner === node || !other.isRunning) return;
    this.#violated(`reset ${this.#name(node)}, while a login prompt stands on the owner's console`);
  }

  #boots(node: NodeIndex, line: string): void {
    const ownership = this.#ownership(true);
    const { owner, isFlushed, before, isInDoubt } = ownership;
    if (owner !== node || !isFlushed) {
      this.#violated(
        `'${line}' at ${this.#name(node)}, which does not own the disk in the journal`,
      );
    }
    if (this.#consoles[node].shown !== this.#options.target.nodes[node].identity) {
      this.#violated(`'${line}' at ${this.#name(node)} without knowing which machine it is`);
    }
    const other = otherOf(node);
    this.#wasParked[node] = this.#consoles[node].readSince !== null;
    this.#off[node] = null;
    this.#confirmed[node] = null;
    // What came at this very moment the daemon has not read yet.
    if (this.#consoles[other].heardAt === this.#now()) return;
    const isOwner = before === node && !isInDoubt;
    const isAlive = this.#net === 'alive' ? 'the service address answers' : null;
    const objections = [
      this.#notFenced(other),
      isAlive ?? this.#notOff(other),
      isAlive ?? this.#notConfirmed(other),
      isAlive ?? this.#notTrusted(other, before, isInDoubt),
      ...(isOwner ? [this.#notParked(other), isAlive ?? this.#notAway(other)] : []),
    ];
    if (!objections.includes(null)) {
      const why = objections.join('; ');
      this.#violated(
        `'${line}' at ${this.#name(node)}, and nothing proves ${this.#name(other)} stopped: ${why}`,
      );
    }
  }

  #resumes(node: NodeIndex): void {
    const { shown, breakAt, stoppedAt } = this.#consoles[node];
    const { target } = this.#options;
    const name = this.#name(node);
    const { owner, isInDoubt } = this.#ownership();
    if (isInDoubt) this.#violated(`'go' at ${name} while nobody is known to own the disk`);
    if (stoppedAt === null && breakAt === null) {
      this.#violated(`'go' at ${name}, which was not seen stopped on this connection`);
    }
    if (shown === target.nodes[node].identity) {
      if (owner !== node) this.#violated(`'go' at ${name}, which does not own the disk`);
      return;
    }
    if (shown === null) return this.#violated(`'go' at ${name}, whichever machine that is`);
    const isOwners = shown === target.nodes[owner].identity;
    const isOthers = shown === target.nodes[otherOf(owner)].identity;
    const isRecent = breakAt !== null && this.#now() - breakAt <= UNDO_MS;
    if (isRecent && (isOwners || (owner === node && !isOthers))) return;
    this.#violated(`'go' at ${name}, where the wrong machine is (${shown})`);
  }

  /**
   * What is lacking of a proof that the engine believes to have, or null. `inMs`: so much later, if
   * nothing happens until then.
   */
  lacking(node: NodeIndex, grade: Grade, inMs: number): string | null {
    this.#aheadMs = inMs;
    const lacking = this.#lacking(node, grade);
    this.#aheadMs = 0;
    return lacking;
  }

  #lacking(node: NodeIndex, grade: Grade): string | null {
    switch (grade) {
      case 'fenced':
        return this.#notFenced(node);
      case 'off':
        return this.#notOff(node);
      case 'attested':
        return this.#notConfirmed(node);
      case 'trusted':
        return this.#notTrusted(node, node, false);
      case 'parked':
        return this.#notParked(node);
      case 'out-of-service':
        return this.#notAway(node);
      case 'held':
        return null;
      default:
        return assertNever(grade);
    }
  }

  /** The other machine is on this line, and nobody has released the cluster since it showed that. */
  showsOther(node: NodeIndex): boolean {
    const { shown, shownAt } = this.#consoles[node];
    const other = this.#options.target.nodes[otherOf(node)].identity;
    return shown === other && shownAt > this.#releasedAt;
  }

  /** A boot is written down, and not yet on the disk: this node does not own it before. */
  get futureOwner(): NodeIndex | null {
    if (this.#options.disk.unflushed === 0) return null;
    const { owner, before, isIntent, isFlushed } = this.#ownership();
    return isIntent && !isFlushed && before !== owner ? owner : null;
  }

  /** An alarm was raised: not because of something that the daemon itself has typed. */
  alarmed(text: string): void {
    for (const node of NODES) {
      const isOfOther = text.includes(` ${this.#name(otherOf(node))}:`);
      if (isOfOther || !isOwnEcho(this.#consoles[node], text)) continue;
      this.#violated(`took its own echo on ${this.#name(node)} for news: "${text}"`);
    }
  }

  /** The daemon gives up waiting: with input that it has not read? */
  gaveUp(what: string): void {
    this.#violated(`gave up while input waited to be read: ${what}`);
  }

  /** For those who compare it with what the machine has recorded. */
  console(node: NodeIndex): ConsoleWitness {
    return this.#consoles[node];
  }

  // ---- grades: null, or what is lacking --------------------------------------------------------------

  #notFenced(node: NodeIndex): string | null {
    const console = this.#consoles[node];
    const { resetAt, readSince, shown, shownAt } = console;
    if (!console.isConnected || resetAt === null) return 'no reset was seen';
    if (!console.isAtPromptSinceReset) return 'no prompt after its reset';
    if (shown !== this.#options.target.nodes[node].identity || shownAt < resetAt) {
      return 'its identity was not shown after its reset';
    }
    if (readSince === null) return 'not all parked values were read back after its reset';
    if (this.#now() - readSince > FENCED_MS) return 'the values were read too long ago';
    if (console.strayCount > 0) return 'its console wrote since the values were read';
    return null;
  }

  #notOff(node: NodeIndex): string | null {
    return this.#isWord(node, this.#off[node], OFF_MS, 'the power device did not say off');
  }

  #notConfirmed(node: NodeIndex): string | null {
    return this.#isWord(
      node,
      this.#confirmed[node],
      ATTESTED_MS,
      'nobody confirmed that it is off',
    );
  }

  #isWord(node: NodeIndex, word: Word | null, lastsMs: number, lacking: string): string | null {
    if (word === null || this.#now() - word.at > lastsMs) return `${lacking} of late`;
    const since = this.#consoles[node].gotCount - word.gotCount;
    return since > OFF_COUNT_MAX ? 'its console wrote since it was said to be off' : null;
  }

  #notTrusted(node: NodeIndex, owner: NodeIndex, isInDoubt: boolean): string | null {
    const { target } = this.#options;
    const { isConnected, breaks } = this.#consoles[node];
    if (target.onSilence !== 'trust') return 'silence is not trusted here';
    // What was the owner's silence stays trusted for the next boot path of the other node.
    const isOwners = owner === node && !isInDoubt;
    if (!isOwners && !this.#isTrusted[node]) return 'only the silence of the owner is trusted';
    if (!this.#wasParked[node]) return 'it was not parked before its last boot';
    if (!isConnected || breaks < 2) return 'no two BREAKs without effect';
    const answered = this.#answered[node];
    const isAsked = answered !== null && this.#now() - answered <= TRUSTED_MS;
    this.#isTrusted[node] = isAsked;
    return isAsked ? null : 'the terminal server did not answer of late';
  }

  #notParked(node: NodeIndex): string | null {
    const { isConnected, readSince, everShown, shown } = this.#consoles[node];
    const identity = this.#options.target.nodes[node].identity;
    if (!isConnected || readSince === null) return 'not all parked values were read back';
    return (shown ?? everShown) === identity ? null : 'another machine may be on its line';
  }

  #notAway(node: NodeIndex): string | null {
    if (!this.#isAway[node]) return 'it is in service';
    return this.#consoles[node].isRunning ? 'a login prompt stands on its console' : null;
  }

  #ownership(isBooting = false): Ownership {
    const { disk, target } = this.#options;
    const names = [target.nodes[0].name, target.nodes[1].name] as const;
    return ownershipIn(disk.records, disk.unflushed, names, isBooting);
  }

  #now(): number {
    return this.#options.now() + this.#aheadMs;
  }

  #word(node: NodeIndex): Word {
    return { at: this.#now(), gotCount: this.#consoles[node].gotCount };
  }

  #name(node: NodeIndex): string {
    return this.#options.target.nodes[node].name;
  }

  #violated(what: string): void {
    this.#options.violated('unproven', what);
  }
}

function otherOf(node: NodeIndex): NodeIndex {
  return node === 0 ? 1 : 0;
}
