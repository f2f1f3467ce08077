/** A cluster with two consoles, a hand that is recorded, and terminals without a socket. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttachDesk } from '../../src/attach/attach-desk.ts';
import type { AttachedCluster } from '../../src/attach/attached-cluster.ts';
import { Ears } from '../../src/attach/ears.ts';
import type { FromTerminal, ToTerminal } from '../../src/attach/messages.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type { StreamListener } from '../../src/control/stream.ts';
import { compileScript } from '../../src/language/compile.ts';
import { ClusterLog } from '../../src/log/cluster-log.ts';
import { FlushTicker } from '../../src/log/flush-ticker.ts';
import type { ClusterStatus } from '../../src/machine/describe.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import type { NodeIndex } from '../../src/machine/protocol.ts';

const SCRIPTS = join(import.meta.dirname, '../../chat-scripts');
const { program } = compileScript('sun-obp.chat', (file) =>
  readFileSync(join(SCRIPTS, file), 'utf8'),
);
if (program === null) throw new Error('sun-obp.chat does not compile');
const PROGRAM = program;
const PATTERNS = compilePatterns(program);

type Status = Pick<
  ClusterStatus,
  'state' | 'summary' | 'active' | 'unfinished' | 'inhibited' | 'doing' | 'ownerDoubt' | 'alarms'
> & { nodes: unknown[] };

export function restingStatus(): Status {
  const node = (name: string, role: string) => ({
    name,
    role,
    channel: 'connected',
    channelDetail: '',
    condition: 'running',
    evidence: [],
  });
  return {
    state: 'watch',
    summary: 'production runs',
    active: 'n1',
    unfinished: 'none',
    inhibited: null,
    doing: null,
    ownerDoubt: null,
    alarms: [],
    nodes: [node('n1', 'active'), node('n2', 'standby')],
  };
}

/** A terminal that takes everything, unless `isSlow`. */
export class TestTerminal {
  readonly got: ToTerminal[] = [];
  listener: StreamListener | null = null;
  isSlow = false;
  ended = false;
  destroyed = false;

  readonly wire = {
    send: (line: string) => {
      this.got.push(JSON.parse(line) as ToTerminal);
      return !this.isSlow;
    },
    end: () => {
      this.ended = true;
    },
    destroy: () => {
      this.destroyed = true;
    },
  };

  says(message: FromTerminal): void {
    this.listener?.received(JSON.stringify(message));
  }

  types(data: string): void {
    this.says({ kind: 'type', data });
  }

  /** To the last question. */
  answers(text: string): void {
    const question = this.questions.at(-1);
    if (question === undefined) throw new Error('nothing was asked');
    this.says({ kind: 'answer', id: question.id, text });
  }

  get questions() {
    return this.got.flatMap((message) => (message.kind === 'question' ? [message] : []));
  }

  get text(): string {
    return this.got.map((message) => (message.kind === 'text' ? message.data : '')).join('');
  }

  get remarks(): string[] {
    return this.got.flatMap((message) => (message.kind === 'remark' ? [message.text] : []));
  }

  get modes(): boolean[] {
    return this.got.flatMap((message) => (message.kind === 'mode' ? [message.isWriting] : []));
  }

  get told(): string {
    return this.got.flatMap((message) => (message.kind === 'told' ? message.lines : [])).join('\n');
  }
}

export class AttachRig {
  readonly clock = new SimulatedClock(Date.UTC(2026, 10, 22, 3));
  readonly directory = mkdtempSync(join(tmpdir(), 'attach-'));
  readonly log: ClusterLog;
  /** What the hand was asked for. */
  readonly hand: string[] = [];
  readonly notes: string[] = [];
  readonly watched: string[] = [];
  readonly desk: AttachDesk;
  status: Status = restingStatus();
  /** Why the hand is not given, or null. */
  refusal: string | null = null;
  isOut = false;
  exists = true;

  constructor(idleMs?: number) {
    const ticker = new FlushTicker(this.clock);
    this.log = new ClusterLog({
      directory: this.directory,
      cluster: 'demo',
      nodes: ['n1', 'n2'],
      clock: this.clock,
      ticker,
    });
    const ears = new Ears(this.log, this.clock);
    for (const node of [0, 1] as const) {
      ears.with(node, { watch: (is) => void this.watched.push(`${node} ${is}`) });
    }
    const cluster = this.#cluster(ears);
    this.desk = new AttachDesk({
      clock: this.clock,
      turn: setImmediate,
      ...(idleMs === undefined ? {} : { idleMs }),
      names: () => [
        { name: 'demo', nodes: ['n1', 'n2'] },
        { name: 'other', nodes: ['n1', 'm2'] },
      ],
      open: (name) => (name === 'demo' && this.exists ? cluster : null),
    });
  }

  #cluster(ears: Ears): AttachedCluster {
    return {
      name: 'demo',
      nodes: ['n1', 'n2'],
      program: PROGRAM,
      patterns: PATTERNS,
      ears,
      transcripts: [this.transcript('n1'), this.transcript('n2')],
      handOver: (by, why) => {
        if (this.refusal !== null) return { kind: 'refused', why: this.refusal };
        this.hand.push(`out to ${by}: ${why}`);
        this.isOut = true;
        return {
          kind: 'given',
          hand: {
            type: (node, text) => void this.hand.push(`${node} ${JSON.stringify(text)}`),
            sendBreak: (node) => void this.hand.push(`${node} BREAK`),
            passTo: (next) => void this.hand.push(`passed to ${next}`),
            giveBack: () => {
              this.isOut = false;
              this.hand.push('back');
            },
          },
        };
      },
      status: () => this.status as unknown as ClusterStatus,
      note: (what) => void this.notes.push(what),
    };
  }

  transcript(node: string): string {
    return join(this.directory, `demo.${node}.console`);
  }

  /** The transcript, once the disk has this of it. */
  async recorded(node: string, part: string): Promise<string> {
    this.log.flush();
    const read = () => readFileSync(this.transcript(node), 'latin1');
    await this.until(() => read().includes(part));
    return read();
  }

  console(node: NodeIndex, text: string): void {
    this.log.received(node, Buffer.from(text, 'latin1'), text, this.clock.now().wall);
  }

  /** Attached, with the last lines shown. */
  async attach(node = 'n2', operator = 'ann', lines = 10): Promise<TestTerminal> {
    const terminal = new TestTerminal();
    const request = { kind: 'attach', cluster: 'demo', node, lines, operator } as const;
    const answer = this.desk.attach(request);
    if (!('begin' in answer)) throw new Error(JSON.stringify(answer));
    terminal.listener = answer.begin(terminal.wire);
    await this.until(() => terminal.remarks.some((text) => text.startsWith('above:')));
    return terminal;
  }

  /** Attached and typing. */
  async writer(node = 'n2', operator = 'ann'): Promise<TestTerminal> {
    const terminal = await this.attach(node, operator);
    terminal.says({ kind: 'write', force: false });
    await this.settle();
    if (terminal.modes.at(-1) !== true) throw new Error(terminal.remarks.join('\n'));
    return terminal;
  }

  /** Turns of the event loop and a little time: files are read, outboxes are sent. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + 10_000;
    for (let turn = 0; performance.now() < end; turn++) {
      if (condition()) return;
      if (turn % 500 === 499) this.clock.advance(5);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('did not come');
  }

  async end(): Promise<void> {
    this.desk.close('the test is over');
    const closed = this.log.close();
    await this.settle();
    await closed;
    rmSync(this.directory, { recursive: true, force: true });
  }
}
