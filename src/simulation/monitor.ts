/**
 * The monitoring host of a simulated site: the daemon's own runner, lines, alarm board and journal
 * text on a simulated process, network and disk. It can be killed before any single effect, made to
 * stand still, cut off from its network. What is simulated is the code that runs at night: from the
 * console's bytes to the journal's, nothing here decides anything.
 */
import type { AlarmBoard, RaisedAlarm } from '../alarm/alarm-board.ts';
import type { Clock } from '../clock/clock.ts';
import type {
  AlarmSink,
  CommandOutcome,
  ConsoleLine,
  LineListener,
  LogSink,
  PowerAnswer,
} from '../cluster/parts.ts';
import { recollect } from '../cluster/recollection.ts';
import { ClusterRunner, type OperatorAsk } from '../cluster/runner.ts';
import { StallWatch } from '../cluster/stall-watch.ts';
import type { Engine } from '../machine/machine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';
import type { Site } from '../sim/site.ts';
import { Line } from '../transport/line.ts';
import type { Chronicle } from './chronicle.ts';
import { ClockPromise } from './clock-promise.ts';
import { givesUp } from './gives-up.ts';
import type { JournalDisk } from './journal-disk.ts';
import type { ProofWatch } from './proof-watch.ts';
import { simulatedBoard } from './simulated-board.ts';
import { runOnSimulated, runSimulated } from './simulated-command.ts';
import { askSwitch } from './simulated-power.ts';
import { SimulatedProber } from './simulated-prober.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedWire } from './simulated-wire.ts';

const AGAIN_MS = 10_000;
const UNHEARD = { alarm: () => {}, cleared: () => {}, flush: () => {}, reopen: () => {} };
const NODES: readonly NodeIndex[] = [0, 1];

export interface MonitorOptions {
  readonly clock: Clock;
  readonly site: Site;
  readonly engine: Engine;
  readonly disk: JournalDisk;
  readonly chronicle: Chronicle;
  /** Hears everything that the daemon hears and does. */
  readonly watch: ProofWatch;
  readonly deadAfterMs: number;
  /** Between two typed characters, ms; 0: a line at once. */
  readonly paceMs: number;
  /** Beats are only worth their time in runs in which the process or the wall clock misbehaves. */
  readonly watchesStalls: boolean;
  /** Called with the keys that the daemon presses, before they go out. */
  readonly onPressed: (node: NodeIndex, text: string) => void;
  /** Called with what goes out to a console, before the machine there gets it. */
  readonly onTyped: (node: NodeIndex, text: string) => void;
  /** Called after each record that the daemon waited for. */
  readonly onFlushed: () => void;
}

/** One life of the daemon. */
interface Life {
  readonly process: SimulatedProcess;
  readonly runner: ClusterRunner;
  readonly board: AlarmBoard;
  readonly prober: SimulatedProber;
  readonly wires: Map<NodeIndex, SimulatedWire>;
}

export class Monitor {
  /** The daemon dies right before the effect with this number, counted over all its lives. */
  diesBefore: number | null = null;
  effectCount = 0;
  lives = 0;
  /** What happens right after the effect with this number has been carried out. */
  #after: { readonly count: number; readonly run: () => void }[] = [];
  /** What the power device says; null: the truth. */
  powerSays: 'off' | 'on' | 'no-answer' | null = null;
  /** What it takes longer than usual, ms. */
  powerDelayMs = 0;
  wallSkewMs = 0;
  readonly #options: MonitorOptions;
  #isOnline = true;
  /** By node, as the daemon was told last. */
  readonly #connected: [boolean, boolean] = [false, false];
  /** When a wire, or an address that is not silent, last spoke: that is not for want of time. */
  #newsAt = -1;
  #life: Life | null = null;
  #diedOf: (() => void) | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
    options.site.network.subscribe(() => this.#life?.prober.look());
  }

  get isRunning(): boolean {
    return this.#life !== null;
  }

  get isStanding(): boolean {
    return this.#life?.process.stands === true;
  }

  get state(): MachineState | null {
    return this.#life?.runner.state ?? null;
  }

  /** Why the daemon stopped controlling the cluster: a fault of its own. */
  get fault(): string | null {
    return this.#life?.runner.fault ?? null;
  }

  get alarms(): readonly RaisedAlarm[] {
    return this.#life?.board.list() ?? [];
  }

  /** Called when `diesBefore` has killed it. */
  onDeath(listener: () => void): void {
    this.#diedOf = listener;
  }

  start(): void {
    if (this.#life !== null) return;
    this.lives += 1;
    const { disk, engine, clock, chronicle } = this.#options;
    const reading = disk.reopen();
    const [one, other] = engine.target.nodes;
    const recollection = { ...recollect(reading.records, [one.name, other.name]), armed: true };
    chronicle.daemon(`starts; its journal has ${reading.records.length} records`);
    this.#connected.fill(false);
    const process = new SimulatedProcess(clock, () => this.wallSkewMs);
    const board = simulatedBoard(engine.target.cluster, process.clock, chronicle);
    const wires = new Map<NodeIndex, SimulatedWire>();
    const runner = new ClusterRunner({
      cluster: engine.target.cluster,
      nodes: [one.name, other.name],
      engine,
      recollection,
      clock: process.clock,
      onBegin: () => this.#beginsAgain(),
      turn: (run) => process.turn(run),
      line: (node, listener) => this.#line(process, wires, node, listener),
      journal: this.#journal(process),
      log: this.#log(process),
      alarms: this.#alarmSink(process, board),
      run: (argv, _withinMs, done) => this.#run(process, null, argv, done),
      runOn: (node, argv, _withinMs, done) => this.#run(process, node, argv, done),
      power: (node, action) => this.#power(process, node, action),
    });
    const prober = new SimulatedProber({
      network: this.#options.site.network,
      process,
      deadAfterMs: this.#options.deadAfterMs,
      isOnline: () => this.#isOnline,
      onLevel: (level, detail) => {
        this.#options.watch.net(level);
        if (level !== 'dead') this.#newsAt = process.clock.now().at;
        runner.net(level, detail);
      },
    });
    this.#life = { process, runner, board, prober, wires };
    if (this.#options.watchesStalls) this.#watchStalls(process, runner, prober);
    runner.start();
    prober.look();
  }

  /** Something happens to the site when the daemon has carried out so many more effects. */
  afterEffects(count: number, run: () => void): void {
    this.#after.push({ count: this.effectCount + count, run });
  }

  /** kill -9: nothing more is typed, nothing is read, connections drop. */
  kill(): void {
    const life = this.#life;
    if (life === null) return;
    this.#life = null;
    this.#options.chronicle.daemon('is killed');
    life.process.kill();
    life.board.stop();
    for (const wire of life.wires.values()) wire.close();
    this.#options.disk.crash();
  }

  /** The machine of the cluster begins anew in place, as a reload lets it. */
  beginAgain(why: string): void {
    this.#life?.runner.beginAgain(why);
  }

  /** In shadow mode from here to the call of the returned function. */
  disarm(): () => void {
    void this.#life?.runner.arm(false, 'ann');
    return () => this.#armAgain();
  }

  /** A full disk refuses it: ann says it until it is so. */
  #armAgain(): void {
    void this.#life?.runner.arm(true, 'ann');
    this.#options.clock.after(AGAIN_MS, () => {
      if (this.#life?.runner.isArmed === false) this.#armAgain();
    });
  }

  /** Somebody has the consoles in hand, and presses RETURN on one of them, until the function is called. */
  handOver(node: NodeIndex): () => void {
    const runner = this.#life?.runner;
    const over = runner?.handOver('ann', 'ann attaches');
    if (over?.kind !== 'given') return () => {};
    over.hand.type(node, '\r');
    return () => {
      if (this.#life?.runner === runner) over.hand.giveBack('ann has gone');
    };
  }

  /** What watches has to forget what it knew, too, but for wires and network. */
  #beginsAgain(): void {
    const { watch } = this.#options;
    watch.started();
    for (const node of NODES) watch.channel(node, this.#connected[node]);
    const level = this.#life?.prober.level ?? null;
    if (level !== null) watch.net(level);
  }

  stand(forMs: number): void {
    this.#life?.process.stand(forMs);
  }

  setOnline(isOnline: boolean): void {
    if (this.#isOnline === isOnline) return;
    this.#isOnline = isOnline;
    if (!isOnline) for (const wire of this.#life?.wires.values() ?? []) wire.cut();
    this.#life?.prober.look();
  }

  /** An operator's request. What became of it is in the daemon's log. */
  ask(request: OperatorAsk['request'], node: NodeIndex | null): void {
    if (this.#life !== null) this.#options.watch.operatorSaid(request, node);
    void this.#life?.runner.ask({ request, node, operator: 'ann' });
  }

  /** True: the daemon lives and carries this effect out. False: it is dead, or dies right here. */
  #acts(process: SimulatedProcess): boolean {
    if (!process.isAlive) return false;
    if (this.effectCount === this.diesBefore) {
      this.diesBefore = null;
      this.kill();
      this.#diedOf?.();
      return false;
    }
    this.effectCount += 1;
    if (this.#after.length > 0) this.#comeDue();
    return true;
  }

  /** Not in the middle of an effect: the site gets it as the next thing that happens. */
  #comeDue(): void {
    const due = this.#after.filter(({ count }) => count <= this.effectCount);
    if (due.length === 0) return;
    this.#after = this.#after.filter(({ count }) => count > this.effectCount);
    for (const { run } of due) this.#options.clock.after(0, run);
  }

  #line(
    process: SimulatedProcess,
    wires: Map<NodeIndex, SimulatedWire>,
    node: NodeIndex,
    listener: LineListener,
  ): ConsoleLine {
    const { site, engine, onTyped, paceMs, chronicle, watch } = this.#options;
    const { name } = engine.target.nodes[node];
    const port = site.console(name);
    const line = new Line({
      create: () => {
        const wire = new SimulatedWire({
          port,
          process,
          isOnline: () => this.#isOnline,
          onTyped: (text) => onTyped(node, text),
        });
        wires.set(node, wire);
        return wire;
      },
      clock: process.clock,
      paceMs,
      seed: name,
      ...listener,
      onStatus: (status, detail) => {
        chronicle.daemon(`console of ${name}: ${status}${detail === '' ? '' : ` (${detail})`}`);
        this.#connected[node] = status === 'connected';
        this.#newsAt = process.clock.now().at;
        watch.channel(node, this.#connected[node]);
        listener.onStatus(status, detail);
      },
    });
    return {
      start: () => line.start(),
      stop: () => line.stop(),
      type: (text) => {
        if (this.#acts(process)) line.type(text);
      },
      discardTyping: () => line.discardTyping(),
      sendBreak: () => {
        if (this.#acts(process)) line.sendBreak();
      },
      ask: (withinMs) => {
        const answer = line.ask(withinMs);
        void answer.then(({ answers }) => watch.terminalServerSaid(node, answers));
        return answer;
      },
    };
  }

  #journal(process: SimulatedProcess) {
    const sink = this.#options.disk.open(process, this.#options.onFlushed);
    return {
      append: (...record: Parameters<typeof sink.append>) => {
        if (this.#acts(process)) sink.append(...record);
      },
      close: () => sink.close(),
    };
  }

  #log(process: SimulatedProcess): LogSink {
    const { chronicle, engine, watch, onPressed } = this.#options;
    const name = (node: NodeIndex) => engine.target.nodes[node].name;
    return {
      ...UNHEARD,
      entry: (entry) => {
        if (!this.#acts(process)) return;
        chronicle.entry(entry);
        watch.decided(entry);
        const lost = NODES.filter((node) => !this.#connected[node]).map(name);
        const hasNews = this.#newsAt === process.clock.now().at;
        if (process.hasUnread && givesUp(entry, { hasNews, lost })) watch.gaveUp(entry.what);
      },
      received: (node, _bytes, text) => {
        chronicle.received(name(node), text);
        watch.received(node, text);
      },
      typed: (node, text) => {
        if (!process.isAlive) return;
        chronicle.typed(name(node), text);
        watch.typed(node, text);
        onPressed(node, text);
      },
      remark: (node, text) => {
        if (!process.isAlive || text !== 'BREAK') return;
        chronicle.daemon(`BREAK to ${name(node)}`);
        watch.broke(node);
      },
      close: () => Promise.resolve(),
    };
  }

  #alarmSink(process: SimulatedProcess, board: AlarmBoard): AlarmSink {
    return {
      raise: (name, text, type) => {
        if (!this.#acts(process)) return;
        this.#options.watch.alarmed(text);
        board.raise(name, text, type);
      },
      clear: (name) => {
        if (this.#acts(process)) board.clear(name);
      },
      close: () => Promise.resolve(),
    };
  }

  #power(process: SimulatedProcess, index: NodeIndex, action: 'off' | 'status') {
    if (!this.#acts(process)) return new ClockPromise<PowerAnswer>();
    const { site, engine, chronicle, watch } = this.#options;
    const node = site.node(engine.target.nodes[index].name);
    const device = () => ({ says: this.powerSays, delayMs: this.powerDelayMs });
    return askSwitch(process.clock, node, action, device, (outcome) => {
      chronicle.daemon(`the power device of ${node.name} says ${outcome}`);
      watch.powerSaid(index, outcome === 'off');
    });
  }

  #run(
    process: SimulatedProcess,
    on: NodeIndex | null,
    argv: readonly string[],
    done: (outcome: CommandOutcome) => void,
  ): () => void {
    if (!this.#acts(process)) return () => {};
    const { site, engine, chronicle } = this.#options;
    const name = on === null ? null : engine.target.nodes[on].name;
    chronicle.daemon(`runs ${name === null ? '' : `on ${name} `}${argv.join(' ')}`);
    if (name === null) return runSimulated(process.clock, done);
    return runOnSimulated(site.node(name), process.clock, argv, done);
  }

  #watchStalls(process: SimulatedProcess, runner: ClusterRunner, prober: SimulatedProber): void {
    new StallWatch({
      clock: process.clock,
      onStall: (lateMs) => {
        prober.voidSilence();
        this.#options.watch.stoodStill();
        runner.stall(lateMs);
      },
    }).start();
  }
}
