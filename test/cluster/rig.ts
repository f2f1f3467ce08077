/** A runner with the real machine and everything around it faked: lines, journal, log, alarms. */
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type {
  CommandOutcome,
  ConsoleLine,
  LineListener,
  PowerAnswer,
} from '../../src/cluster/parts.ts';
import { ClusterRunner } from '../../src/cluster/runner.ts';
import type { TurnShare } from '../../src/cluster/turn-share.ts';
import { compileScript } from '../../src/language/compile.ts';
import { createEngine, type Engine } from '../../src/machine/machine.ts';
import {
  EMPTY_RECOLLECTION,
  type JournalRecord,
  type NodeIndex,
  type Recollection,
} from '../../src/machine/protocol.ts';
import type { Target } from '../../src/machine/target.ts';

const SCRIPT = `
identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"
prompt login "login:"
harmless RETURN

dialogue tap
  press RETURN
  expect login          succeed
    after 3s            fail silent

state start "starts"
  -> watch              "looked around"

state watch "watches"
  on active panic    -> crash "$line"
  on operator hold   -> held "$operator asked"
  on operator go     -> lamp "$operator asked"
  on net dead        -> lost "the network is dead"
  after 1m silence on active -> mute "nothing for a minute"
  clear production
  rest

state crash "has seen a panic"
  at most 2 in 1h else -> held "too often"
  alarm production "panic on $active"
  do tap on active
    done             -> watch "login"
    failed           -> mute "no login: $failure"
  rest

state mute "hears nothing"
  on operator release -> watch "$operator looked"
  alarm production "mute"
  rest

state lost "has no network"
  on net alive       -> watch "net is back"
  rest

state lamp "lights the lamp"
  run "lamp" "$cluster" within 10s
    done             -> watch "lit"
    failed           -> mute "not lit: $failure"
  rest

state held lasting "is held"
  on operator release -> watch "$operator released"
  rest
`;

const TARGET: Target = {
  cluster: 'demo',
  nodes: [
    {
      name: 'n1',
      identity: '83a54dc7',
      bootPaths: ['disk'],
      hasPowerDevice: false,
      settings: {},
    },
    {
      name: 'n2',
      identity: '83a54dc8',
      bootPaths: ['disk'],
      hasPowerDevice: false,
      settings: {},
    },
  ],
  service: 'none',
  onSilence: 'confirm',
  serviceLost: 'alarm',
  promptQuietMs: 500,
  parkingSurvivedPowerCycle: false,
  settings: {},
  bounds: { crash: { entries: 2, withinMs: 3_600_000 } },
};

/** `edit`: another script, made of this one. */
export function testEngine(edit = (script: string): string => script): Engine {
  const { program, diagnostics } = compileScript('test.chat', (name) =>
    name === 'test.chat' ? edit(SCRIPT) : null,
  );
  if (program === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  return createEngine(program, TARGET);
}

export class FakeLine implements ConsoleLine {
  readonly calls: string[] = [];
  readonly listener: LineListener;
  /** Called within `type`, to answer while the effect is carried out. */
  onType: (text: string) => void = () => {};
  constructor(listener: LineListener) {
    this.listener = listener;
  }
  start() {
    this.calls.push('start');
  }
  stop() {
    this.calls.push('stop');
  }
  type(text: string) {
    this.calls.push(`type ${JSON.stringify(text)}`);
    this.onType(text);
  }
  discardTyping() {
    this.calls.push('discard');
  }
  sendBreak() {
    this.calls.push('break');
  }
  async ask() {
    return { answers: true, detail: 'yes' };
  }
  says(text: string) {
    this.listener.onData(Buffer.from(text, 'latin1'));
  }
}

export class Rig {
  readonly clock = new SimulatedClock();
  readonly runner: ClusterRunner;
  readonly lines: FakeLine[] = [];
  readonly journal: JournalRecord[] = [];
  readonly log: string[] = [];
  readonly transcript: string[] = [];
  readonly alarms = new Map<string, string>();
  readonly ran: {
    /** Where it runs; not given: on the monitoring host. */
    node?: NodeIndex;
    argv: readonly string[];
    done: (outcome: CommandOutcome) => void;
  }[] = [];
  /** Turns of the event loop that were asked for and have not come. */
  readonly turns: (() => void)[] = [];
  /** `false`: turns wait in `turns`. */
  turnsAtOnce = true;
  refusesJournal = false;
  /** `true`: what waits for the disk waits in `writes`. */
  slowJournal = false;
  readonly writes: (() => void)[] = [];
  closed = 0;

  constructor(
    engine: Engine,
    recollection: Partial<Recollection> = {},
    makeLine = (listener: LineListener, _clock: SimulatedClock) => new FakeLine(listener),
    share?: TurnShare,
  ) {
    this.runner = new ClusterRunner({
      cluster: 'demo',
      nodes: ['n1', 'n2'],
      engine,
      recollection: { ...EMPTY_RECOLLECTION, armed: true, ...recollection },
      clock: this.clock,
      ...(share === undefined ? {} : { share }),
      turn: (run) => (this.turnsAtOnce ? run() : void this.turns.push(run)),
      line: (_node: NodeIndex, listener) => {
        const line = makeLine(listener, this.clock);
        this.lines.push(line);
        return line;
      },
      journal: {
        append: (record, _wall, done) => {
          if (this.refusesJournal) return done?.(false, 'disk full');
          this.journal.push(record);
          if (this.slowJournal) this.writes.push(() => done?.(true, ''));
          else done?.(true, '');
        },
        close: async () => void this.closed++,
      },
      log: {
        entry: (entry) => void this.log.push(`${entry.topic}: ${entry.what}`),
        alarm: (name, text) => void this.log.push(`alarm ${name}: ${text}`),
        cleared: (name) => void this.log.push(`cleared ${name}`),
        received: (node, _bytes, text) => void this.transcript.push(`${node}< ${text}`),
        typed: (node, text) => void this.transcript.push(`${node}> ${text}`),
        remark: (node, text) => void this.transcript.push(`${node}# ${text}`),
        flush: () => {},
        reopen: () => void this.log.push('reopened'),
        close: async () => void this.closed++,
      },
      alarms: {
        raise: (name, text) => void this.alarms.set(name, text),
        clear: (name) => void this.alarms.delete(name),
        close: async () => void this.closed++,
      },
      run: (argv, _withinMs, done) => {
        this.ran.push({ argv, done });
        return () => done({ outcome: 'timeout', status: null, detail: 'killed' });
      },
      runOn: (node, argv, _withinMs, done) => {
        this.ran.push({ node, argv, done });
        return () => done({ outcome: 'timeout', status: null, detail: 'killed' });
      },
      power: async (): Promise<PowerAnswer> => ({ outcome: 'no-device', detail: '' }),
    });
  }

  line(node: NodeIndex): FakeLine {
    const line = this.lines[node];
    if (line === undefined) throw new Error('no line');
    return line;
  }

  get state(): string {
    return this.runner.status()?.state ?? 'none';
  }

  /** Started, both consoles connected and quiet for long enough to be believed. */
  static watching(engine: Engine): Rig {
    const rig = new Rig(engine);
    rig.runner.start();
    for (const node of [0, 1] as const) rig.line(node).listener.onStatus('connected', '');
    rig.clock.advance(6_000);
    return rig;
  }

  takeTurns(): void {
    for (const turn of this.turns.splice(0)) turn();
  }
}
