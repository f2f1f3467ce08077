/**
 * A whole cluster on a simulated clock: the shipped script, the machine, and a simulated site. What
 * the daemon does with sockets and files is done here with direct calls, so that hours take
 * milliseconds and every run is the same.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { recollect } from '../../src/cluster/recollection.ts';
import { compileScript } from '../../src/language/compile.ts';
import { formatDiagnostic } from '../../src/language/diagnostics.ts';
import type { Program } from '../../src/language/program.ts';
import {
  createEngine,
  type Engine,
  type MachineState,
  nextWake,
  start,
  step,
} from '../../src/machine/machine.ts';
import { compilePatterns, type PatternSet } from '../../src/machine/patterns.ts';
import {
  EMPTY_RECOLLECTION,
  type Event,
  type EventBody,
  type JournalRecord,
  type MachineEffect,
  type NodeIndex,
} from '../../src/machine/protocol.ts';
import type { Target } from '../../src/machine/target.ts';
import type { ConsoleConnection } from '../../src/sim/console-port.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteOptions } from '../../src/sim/site-options.ts';
import { QUICK_SETTINGS, targetOf } from '../../src/simulation/target-of.ts';

const scripts = fileURLToPath(new URL('../../chat-scripts/', import.meta.url));

function readScript(file: string): string | null {
  try {
    return readFileSync(scripts + file, 'utf8');
  } catch {
    return null;
  }
}

const compiled = new Map<string, { program: Program; patterns: PatternSet }>();

export function shippedProgram(name = 'sun-obp.chat') {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const { program, diagnostics, sources } = compileScript(name, readScript);
  if (program === null) {
    const lines = diagnostics.map((one) => {
      const source = sources.get(one.span.file)?.split('\n')[one.span.line - 1] ?? '';
      return formatDiagnostic(one, source);
    });
    throw new Error(lines.join('\n'));
  }
  const made = { program, patterns: compilePatterns(program) };
  compiled.set(name, made);
  return made;
}

export interface WorldOptions {
  readonly site?: SiteOptions;
  readonly target?: Partial<Target>;
  readonly settings?: Readonly<Record<string, string>>;
  /** The service address counts as dead after so long without an answer. */
  readonly deadAfterMs?: number;
  readonly script?: string;
}

export interface LogLine {
  readonly at: number;
  readonly text: string;
  readonly topic: string;
}

export class World {
  readonly clock = new SimulatedClock();
  readonly site: Site;
  readonly engine: Engine;
  state: MachineState;
  readonly log: LogLine[] = [];
  /** Every event of the current life of the daemon, and all effects it had. */
  readonly events: Event[] = [];
  readonly effects: MachineEffect[] = [];
  readonly journal: { wall: number; record: JournalRecord }[] = [];
  readonly alarms = new Map<string, string>();
  readonly breaks: NodeIndex[] = [];
  readonly typed: [string, string] = ['', ''];
  /** Effects are dropped and no events come: the daemon is dead. */
  killed = false;
  /** The journal's disk is full: nothing is written, and it says so. */
  journalFails = false;
  /** What the power device answers instead of the truth. */
  powerLie: 'off' | 'on' | 'no-answer' | null = null;
  #wires: [ConsoleConnection | null, ConsoleConnection | null] = [null, null];
  #cancelWake: () => void = () => {};
  #unansweredSince: number | null = null;
  #level = '';
  #life = 0;
  readonly #deadAfterMs: number;
  replies: { accepted: boolean; text: string }[] = [];

  constructor(options: WorldOptions = {}) {
    const { program, patterns } = shippedProgram(options.script);
    this.#deadAfterMs = options.deadAfterMs ?? 10_000;
    this.site = new Site(options.site ?? {}, this.clock);
    this.engine = createEngine(program, this.#target(program, options), patterns);
    const armed = { ...EMPTY_RECOLLECTION, armed: true };
    this.state = start(this.engine, armed, this.clock.now()).state;
    this.#boot();
  }

  #target(program: Program, options: WorldOptions): Target {
    const machine = (name: string) => ({ name, hostId: this.site.node(name).hostId });
    const target = targetOf(program, [machine('n1'), machine('n2')], {
      onSilence: 'power',
      serviceLost: 'alarm',
      settings: { ...QUICK_SETTINGS, ...options.settings },
    });
    return { ...target, ...options.target };
  }

  /** Starts the daemon: what it knows is what the journal says. */
  #boot(): void {
    this.#life += 1;
    this.killed = false;
    const recollection = { ...recollect(this.journal, ['n1', 'n2']), armed: true };
    const started = start(this.engine, recollection, this.clock.now());
    this.state = started.state;
    this.#level = '';
    this.#carryOut(started.effects);
    this.connect(0);
    this.connect(1);
    this.#probe(this.#life);
    this.#arm();
  }

  /** kill -9: nothing more is typed, nothing read, wires drop. */
  kill(): void {
    this.killed = true;
    this.#life += 1;
    this.#cancelWake();
    for (const wire of this.#wires) wire?.close();
    this.#wires = [null, null];
  }

  restart(): void {
    this.kill();
    this.#boot();
  }

  connect(node: NodeIndex): void {
    const name = this.engine.target.nodes[node].name;
    const life = this.#life;
    const wire = this.site.console(name).connect({
      data: (text) => {
        if (life === this.#life) this.feed({ kind: 'bytes', node, data: text });
      },
      modem: () => {},
      closed: () => {
        if (life !== this.#life) return;
        this.#wires[node] = null;
        this.feed({ kind: 'channel', node, status: 'lost', detail: 'closed' });
        this.clock.after(2000, () => life === this.#life && this.connect(node));
      },
    });
    if (typeof wire === 'string') {
      this.feed({ kind: 'channel', node, status: wire === 'busy' ? 'busy' : 'lost', detail: wire });
      this.clock.after(2000, () => life === this.#life && this.connect(node));
      return;
    }
    this.#wires[node] = wire;
    this.feed({ kind: 'channel', node, status: 'connected', detail: 'simulated' });
  }

  feed(body: EventBody): void {
    if (this.killed) return;
    const event: Event = { ...this.clock.now(), ...body };
    this.events.push(event);
    const stepped = step(this.engine, this.state, event);
    this.state = stepped.state;
    this.effects.push(...stepped.effects);
    this.#carryOut(stepped.effects);
    this.#arm();
  }

  #arm(): void {
    this.#cancelWake();
    const wake = nextWake(this.engine, this.state);
    if (wake === null || this.killed) return;
    const delay = Math.max(0, wake - this.clock.now().at);
    this.#cancelWake = this.clock.after(delay, () => this.feed({ kind: 'time' }));
  }

  /** Asks the service address every second, as the prober would. */
  #probe(life: number): void {
    if (life !== this.#life) return;
    const { at } = this.clock.now();
    const { network } = this.site;
    if (network.serviceUp || !network.referenceUp) this.#unansweredSince = null;
    else this.#unansweredSince ??= at;
    const dead = this.#unansweredSince !== null && at - this.#unansweredSince >= this.#deadAfterMs;
    let level: 'alive' | 'dead' | 'blind' | '' = this.#level as '';
    if (!network.referenceUp) level = 'blind';
    else if (network.serviceUp) level = 'alive';
    else if (dead) level = 'dead';
    if (level !== this.#level) {
      this.#level = level;
      if (level !== '') this.feed({ kind: 'net', level, detail: 'simulated probe' });
    }
    this.clock.after(1000, () => this.#probe(life));
  }

  /** The daemon dies right before the effect with this number; counted over its whole life. */
  diesBefore: number | null = null;
  effectCount = 0;

  #carryOut(effects: readonly MachineEffect[]): void {
    for (const effect of effects) {
      if (this.killed) return;
      if (this.effectCount === this.diesBefore) {
        this.diesBefore = null;
        this.kill();
        this.clock.after(3000, () => this.restart());
        return;
      }
      this.effectCount += 1;
      this.#carryOutOne(effect);
    }
  }

  #later(delayMs: number, body: EventBody): void {
    const life = this.#life;
    this.clock.after(delayMs, () => life === this.#life && this.feed(body));
  }

  #carryOutOne(effect: MachineEffect): void {
    switch (effect.kind) {
      case 'type':
        this.typed[effect.node] += effect.data;
        this.#wires[effect.node]?.write(effect.data);
        return;
      case 'break':
        this.breaks.push(effect.node);
        this.#wires[effect.node]?.sendBreak();
        return;
      case 'journal': {
        const ok = !this.journalFails;
        if (ok) this.journal.push({ wall: this.clock.now().wall, record: effect.record });
        if (effect.token !== null) {
          this.#later(5, { kind: 'journaled', token: effect.token, ok, detail: '' });
        }
        return;
      }
      case 'power':
        return this.#power(effect);
      case 'run':
        return this.#later(10, {
          kind: 'command',
          token: effect.token,
          outcome: 'exited',
          status: 1,
          detail: 'no ssh here',
        });
      case 'ask-channel':
        return this.#later(10, {
          kind: 'channel-answer',
          token: effect.token,
          answers: true,
          detail: '',
        });
      case 'log':
        return this.#note(effect.entry.topic, describeEntry(effect.entry));
      case 'alarm':
        this.alarms.set(effect.name, effect.text);
        return this.#note('alarm', `ALARM ${effect.name}: ${effect.text} | type: ${effect.type}`);
      case 'clear':
        this.alarms.delete(effect.name);
        return this.#note('alarm', `cleared ${effect.name}`);
      case 'reply':
        this.replies.push(effect);
        return;
      case 'discard-typing':
      case 'kill':
        return;
    }
  }

  #power(effect: Extract<MachineEffect, { kind: 'power' }>): void {
    const node = this.site.node(this.engine.target.nodes[effect.node].name);
    if (effect.action === 'off' && this.powerLie === null) node.powerOff();
    const truth = node.machine.hasPower ? 'on' : 'off';
    const outcome = this.powerLie ?? truth;
    this.#later(500, { kind: 'power', token: effect.token, outcome, detail: '' });
  }

  #note(topic: string, text: string): void {
    this.log.push({ at: this.clock.now().at, text, topic });
  }

  cablesSwapped = false;

  swapCables(): void {
    this.cablesSwapped = !this.cablesSwapped;
    this.site.swapCables();
  }

  // ---- for tests ---------------------------------------------------------------------------------

  get stateName(): string {
    return this.engine.program.states[this.state.current]?.name ?? '?';
  }

  get activeName(): string {
    return this.engine.target.nodes[this.state.owner].name;
  }

  seconds(count: number): void {
    for (let index = 0; index < count * 10; index++) this.clock.advance(100);
  }

  /** Runs on until the condition holds, at most so many simulated seconds. */
  until(condition: () => boolean, secondsMax: number): boolean {
    for (let index = 0; index < secondsMax * 10; index++) {
      if (condition()) return true;
      this.clock.advance(100);
    }
    return condition();
  }

  /** The names of the states that were entered, in order. */
  get path(): string[] {
    return this.journal.flatMap(({ record }) => (record.kind === 'state' ? [record.state] : []));
  }

  story(): string {
    const site = this.site.events.map((one) => ({
      at: one.at,
      text: `        SITE ${one.node ?? ''} ${one.what}`,
    }));
    return [...this.log, ...site]
      .sort((a, b) => a.at - b.at)
      .map((line) => `${(line.at / 1000).toFixed(1).padStart(8)}  ${line.text}`)
      .join('\n');
  }

  operator(request: Extract<EventBody, { kind: 'operator' }>['request'], node?: NodeIndex): void {
    this.feed({ kind: 'operator', request, node: node ?? null, operator: 'ann', reply: 1 });
  }
}

function describeEntry(entry: Extract<MachineEffect, { kind: 'log' }>['entry']): string {
  const parts = [`${entry.state}: ${entry.what}`];
  if (entry.why !== undefined) parts.push(`why: ${entry.why}`);
  if (entry.evidence !== undefined) parts.push(`evidence: ${entry.evidence}`);
  if (entry.next !== undefined) parts.push(`next: ${entry.next}`);
  return parts.join(' | ');
}

/** Production runs on the node that CList does not name first; nobody told the daemon. */
export const MOVED_BY_HAND = [
  { name: 'n1', start: 'parked' },
  { name: 'n2', start: 'running' },
] as const;

/** A cluster in its state of rest, watched for so many seconds more. */
export function watching(options: WorldOptions = {}, seconds = 0): World {
  const world = new World(options);
  const rests = world.until(() => world.stateName === 'watch', 240);
  if (!rests) throw new Error(`it does not come to rest:\n${world.story()}`);
  world.seconds(seconds);
  return world;
}
