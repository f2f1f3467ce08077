/**
 * All who are attached to the consoles of one cluster: brings them what the consoles say, gives the
 * write lock, and tells everybody who types. Made by attach-desk.ts at the first who comes.
 * Must cost nothing while nobody is attached, and must never keep the machine waiting: what it is
 * told of, it puts into the outboxes.
 */
import type { Clock } from '../clock/clock.ts';
import type { AttachedPerson } from '../control/protocol.ts';
import type { StreamWire } from '../control/stream.ts';
import { visible } from '../log/visible.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedCluster } from './attached-cluster.ts';
import { type Danger, DangerousLines } from './danger.ts';
import type { Listener } from './ears.ts';
import { firstScreen } from './first-screen.ts';
import { readLastLines } from './last-lines.ts';
import { breakQuestion, lineQuestion, workQuestion } from './questions.ts';
import { infoLines, inTheWay, typesNow, underWay, whoLines } from './report-lines.ts';
import { Session, type SessionHost } from './session.ts';
import { ShownLine } from './shown-line.ts';
import { WriteLock } from './write-lock.ts';
import { Writer } from './writer.ts';

export interface ClusterDeskOptions {
  readonly cluster: AttachedCluster;
  readonly clock: Clock;
  readonly turn: (run: () => void) => void;
  /** Without a key for so long, the write lock is given back. */
  readonly idleMs: number;
}

/** A terminal that answers nothing for so long is not believed to have somebody in front of it. */
const WRITER_SILENT_MS = 40_000;
const WATCHER_SILENT_MS = 15 * 60_000;

export class ClusterDesk implements SessionHost, Listener {
  readonly #options: ClusterDeskOptions;
  readonly #cluster: AttachedCluster;
  #dangerous: DangerousLines;
  readonly #lock: WriteLock<Session>;
  readonly #sessions = new Set<Session>();
  readonly #writers = new Map<Session, Writer>();
  /** One reading of a transcript each at a time. */
  readonly #replaying = new Set<Session>();
  #shown: readonly [ShownLine, ShownLine] = [new ShownLine(), new ShownLine()];

  constructor(options: ClusterDeskOptions) {
    this.#options = options;
    const { cluster } = options;
    this.#cluster = cluster;
    this.#dangerous = new DangerousLines(cluster);
    this.#lock = new WriteLock(cluster.nodes, (by, why) => cluster.handOver(by, why));
  }

  get cluster(): AttachedCluster {
    return this.#cluster;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions];
  }

  isWriting(session: Session): boolean {
    return this.#writers.has(session);
  }

  attach(id: number, node: NodeIndex, operator: string, lines: number, wire: StreamWire): Session {
    const { clock, turn } = this.#options;
    const session = new Session({ id, node, operator, host: this, wire, clock, turn });
    if (this.#sessions.size === 0) this.#listen();
    const mark = visible(`${operator} attaches (${id})`);
    // Before the terminal counts: it hears live what comes behind the mark.
    this.#cluster.ears.remark(node, mark);
    this.#sessions.add(session);
    this.#cluster.ears.watch(node, true);
    void this.#begin(session, lines, mark);
    return session;
  }

  /** Once in a while: a ping for each, and an end for those who have answered none for too long. */
  tick(): void {
    for (const session of this.sessions) {
      const { silentForMs } = session;
      const seconds = Math.round(silentForMs / 1000);
      if (this.isWriting(session) && silentForMs > WRITER_SILENT_MS)
        this.#release(
          session,
          `the terminal of ${session.operator} has not answered for ${seconds} s`,
        );
      if (silentForMs > WATCHER_SILENT_MS) session.end('this terminal did not answer for too long');
      else session.ping();
    }
  }

  endAll(why: string): void {
    for (const session of this.sessions) session.end(why);
  }

  // ---- what the consoles say ----

  received(node: NodeIndex, latin1: string): void {
    this.#shown[node].feed(latin1);
    for (const session of this.#sessions) if (session.node === node) session.text(latin1);
  }

  remark(node: NodeIndex, text: string): void {
    for (const session of this.#sessions) if (session.node === node) session.remark(text);
  }

  // ---- what terminals want ----

  typed(session: Session, data: string): void {
    const writer = this.#writers.get(session);
    if (writer !== undefined) writer.type(data);
    else session.mode(false);
  }

  wantsToWrite(session: Session, isForced: boolean): void {
    if (this.isWriting(session)) return session.remark('you have the write lock already');
    const [other] = this.#lock.inTheWayOf(session);
    if (other !== undefined && !isForced) {
      const idleForMs = this.#writers.get(other)?.idleForMs ?? 0;
      return session.remark(inTheWay(this.#cluster, other, idleForMs));
    }
    const work = this.#lock.hand === null ? underWay(this.#cluster) : null;
    if (work === null) return this.#take(session, isForced);
    const { lines, prompt, expected } = workQuestion(this.#cluster, work);
    session.ask(lines, prompt, expected, () => this.#take(session, isForced));
  }

  wantsToSpy(session: Session): void {
    if (!this.isWriting(session)) return session.remark('you only watch already');
    this.#release(session, `${session.operator} gives the write lock back`);
  }

  wantsBreak(session: Session): void {
    const writer = this.#writers.get(session);
    if (writer === undefined) return session.remark('only who has the write lock may send a BREAK');
    writer.touch();
    this.#askBreak(session, () => this.#sendBreak(session));
  }

  wantsWho(session: Session): void {
    const { wall } = this.#options.clock.now();
    const people = this.sessions.map((one) => ({
      session: one,
      idleForMs: this.#writers.get(one)?.idleForMs ?? null,
    }));
    session.tell(whoLines(this.#cluster, people, session, wall));
  }

  wantsInfo(session: Session): void {
    session.tell(infoLines(this.#cluster, session.node, this.#lock.holders));
  }

  wantsReplay(session: Session, lines: number): void {
    if (this.#replaying.has(session)) return;
    this.#replaying.add(session);
    this.#cluster.ears.flush();
    const path = this.#cluster.transcripts[session.node];
    void readLastLines(path, lines, null, this.#options.clock).then(({ text, count }) => {
      this.#replaying.delete(session);
      if (session.isOver) return;
      session.remark(`the last ${count} lines again`);
      session.text(text);
      session.remark('end of the lines that were shown again');
    });
  }

  gone(session: Session): void {
    this.#release(session, `the terminal of ${session.operator} is gone`);
    this.#sessions.delete(session);
    const { node } = session;
    if (!this.sessions.some((one) => one.node === node)) this.#cluster.ears.watch(node, false);
    this.#cluster.ears.remark(node, visible(`${session.operator} detaches (${session.id})`));
    if (this.#sessions.size === 0) this.#cluster.ears.listen(null);
  }

  // ---- beginning ----

  #listen(): void {
    this.#shown = [new ShownLine(), new ShownLine()];
    this.#cluster.ears.listen(this);
  }

  async #begin(session: Session, lines: number, mark: string): Promise<void> {
    const { node } = session;
    const { last, remark } = await firstScreen(
      this.#cluster,
      node,
      lines,
      mark,
      this.#options.clock,
    );
    session.start([
      { kind: 'text', data: last },
      { kind: 'remark', text: remark },
      ...this.#typingNow(session),
    ]);
    if (this.#shown[node].text === '') this.#shown[node].feed(last);
  }

  #typingNow(session: Session): readonly { readonly kind: 'remark'; readonly text: string }[] {
    return this.#lock.holders
      .filter((holder) => holder !== session)
      .map((holder) => ({ kind: 'remark', text: typesNow(this.#cluster, holder) }));
  }

  // ---- the write lock ----

  #take(session: Session, isForced: boolean): void {
    if (session.isOver) return;
    const taken = this.#lock.take(session, isForced);
    if (taken.kind === 'refused') return session.remark(`not given: ${taken.why}`);
    for (const other of taken.from) {
      this.#endWriter(other);
      this.#say(other.node, `${session.operator} has taken the write lock from ${other.operator}`);
    }
    this.#writers.set(session, this.#makeWriter(session));
    session.mode(true);
    this.#say(session.node, typesNow(this.#cluster, session));
    this.#tellOfConsole(session);
  }

  #tellOfConsole(session: Session): void {
    const node = this.#cluster.status()?.nodes[session.node];
    if (node === undefined || node.channel === 'connected') return;
    session.remark(`the console is ${node.channel}: what you type now goes nowhere`);
  }

  #release(session: Session, why: string): void {
    if (!this.isWriting(session)) return;
    this.#endWriter(session);
    const isOver = this.#lock.release(session, why);
    const next = isOver ? `clusterd goes on in ${this.#cluster.name}` : 'others still type';
    this.#say(session.node, `${why}: nobody types here; ${next}`);
  }

  #endWriter(session: Session): void {
    this.#writers.get(session)?.end();
    this.#writers.delete(session);
    session.withdraw();
    if (!session.isOver) session.mode(false);
  }

  /** To the log, the transcript, and everybody who is attached to this cluster. */
  #say(node: NodeIndex, text: string): void {
    this.#cluster.note(text, node);
    this.#cluster.ears.remark(node, text);
    for (const session of this.#sessions) if (session.node !== node) session.remark(text);
  }

  #makeWriter(session: Session): Writer {
    const { clock, idleMs } = this.#options;
    const { node, operator } = session;
    return new Writer({
      clock,
      idleMs,
      send: (latin1) => this.#lock.hand?.type(node, latin1),
      shown: () => this.#shown[node].text,
      judge: (typed, shown) => this.#judge(typed, shown),
      confirmLine: (danger, sure) => {
        const { lines, prompt, expected } = lineQuestion(this.#cluster, node, danger);
        session.ask(lines, prompt, expected, sure);
      },
      confirmBreakKey: (sure) => this.#askBreak(session, sure),
      record: (what) => {
        this.#cluster.ears.record(node, `${operator} types ${what}`);
        this.#cluster.note(`${operator} types ${what}`, node);
      },
      tell: (text) => session.remark(text),
      idle: (forMs) => {
        const minutes = Math.round(forMs / 6_000) / 10;
        this.#release(session, `${operator} has typed nothing for ${minutes} min`);
      },
    });
  }

  #judge(typed: string, shown: string): Danger | null {
    if (!this.#dangerous.isOf(this.#cluster)) this.#dangerous = new DangerousLines(this.#cluster);
    return this.#dangerous.judge(typed, shown);
  }

  #askBreak(session: Session, sure: () => void): void {
    const { lines, prompt, expected } = breakQuestion(this.#cluster, session.node);
    session.ask(lines, prompt, expected, () => {
      if (this.isWriting(session)) sure();
    });
  }

  #sendBreak(session: Session): void {
    const { node, operator } = session;
    this.#cluster.note(`${operator} sends a BREAK to ${this.#cluster.nodes[node]}`, node);
    this.#lock.hand?.sendBreak(node);
  }

  /** For status: who is here, in the order in which they came. */
  list(): readonly AttachedPerson[] {
    return this.sessions.map((session) => ({
      operator: session.operator,
      node: this.#cluster.nodes[session.node],
      sinceWall: session.sinceWall,
      isWriting: this.isWriting(session),
    }));
  }
}
