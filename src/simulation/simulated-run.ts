/**
 * One run: a site, a monitoring host, a plan of troubles and checkers, on one simulated clock, from
 * one seed. The same seed, script and limits give the same run, byte for byte, on every machine.
 *
 * The cluster comes to rest; its main event strikes, and with it whatever else was drawn; then
 * everything is mended and people follow the alarms until production is back.
 */
import { SimulatedClock } from '../clock/simulated.ts';
import { createEngine } from '../machine/machine.ts';
import { Random } from '../sim/random.ts';
import { Site } from '../sim/site.ts';
import { BeliefCheck } from './belief-check.ts';
import { Checks } from './checks.ts';
import { Chronicle, type ChronicleLine } from './chronicle.ts';
import type { FaultName, Faults } from './faults.ts';
import { FLUSH_MS, JournalDisk } from './journal-disk.ts';
import { LawWatch } from './law-watch.ts';
import { Monitor } from './monitor.ts';
import { attempt, People } from './people.ts';
import { describePlan, drawPlan, type Plan } from './plan.ts';
import { ProofWatch } from './proof-watch.ts';
import type { SimulatedScript } from './simulated-script.ts';
import { HISTORY, nodesOf } from './starts.ts';
import { STRIKES, type StrikeContext } from './strikes.ts';
import { QUICK_SETTINGS, targetOf } from './target-of.ts';
import type { Excuse, Violation } from './verdicts.ts';

export interface RunLimits {
  readonly faults: Faults;
  readonly onSilence?: Plan['onSilence'];
  /** Production is back within so long, ms, when the script handles it by itself. */
  readonly promiseMs: number;
  /** Lines for a story are kept. */
  readonly keepsLines: boolean;
}

export interface RunResult {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly excuses: readonly Excuse[];
  /** Changes of the node that production runs on. */
  readonly takeovers: number;
  /** A person had to do something. */
  readonly attended: boolean;
  readonly struck: readonly FaultName[];
  readonly lives: number;
  readonly simulatedMs: number;
  /** From the main event until production was back; null: it never stopped, or never came back. */
  readonly outageMs: number | null;
  readonly hash: string;
  readonly lines: readonly ChronicleLine[];
}

/** Between two transactions: enough to see that none is lost, and few enough to be quick. */
/** Far more often than any site would, so that they meet all troubles. */
const SELF_TESTS = { 'self-test-interval': '25000' } as const;
const LOAD_EVERY_MS = 4_000;
/** The service address counts as dead after so long without an answer. */
const DEAD_AFTER_MS = 10_000;
const REST_MS_MAX = 300_000;
/** At rest for so long: the cluster is as it should be. */
const CALM_MS = 3_000;
/** People look after the cluster so often, and no longer than so many times. */
const ROUND_MS = 30_000;
const ROUNDS_MAX = 60;
/** Even after the last person's act the script has so long. */
const LAST_MS = 300_000;
/** What is believed is compared so often with what is known. */
const BELIEF_MS = 1_100;
const EVENTS_MAX = 2_000_000;

export function simulate(seed: number, script: SimulatedScript, limits: RunLimits): RunResult {
  return new SimulatedRun(drawPlan(seed, limits), script, limits).run();
}

class SimulatedRun {
  readonly #plan: Plan;
  readonly #limits: RunLimits;
  readonly #script: SimulatedScript;
  readonly #clock = new SimulatedClock();
  readonly #site: Site;
  readonly #chronicle: Chronicle;
  readonly #monitor: Monitor;
  readonly #disk: JournalDisk;
  readonly #people: People;
  readonly #checks: Checks;
  readonly #law: LawWatch;
  readonly #beliefs: BeliefCheck;
  readonly #random: Random;
  readonly #atBoot: { readonly ms: number; readonly strike: () => void }[] = [];
  readonly #struck: FaultName[] = [];
  readonly #excuses = new Set<Excuse>();
  #events = 0;
  /** The time of troubles is over. */
  #isMended = false;
  #takeovers = 0;
  #producer: string | null = null;

  constructor(plan: Plan, script: SimulatedScript, limits: RunLimits) {
    this.#plan = plan;
    this.#limits = limits;
    this.#script = script;
    this.#random = new Random(Math.imul(plan.seed, 0x85ebca6b) ^ 0xface);
    this.#chronicle = new Chronicle(this.#clock, limits.keepsLines);
    const times = { loadEveryMs: LOAD_EVERY_MS };
    this.#site = new Site({ seed: plan.seed, times, nodes: nodesOf(plan) }, this.#clock);
    const [one, other] = this.#site.nodes;
    if (one === undefined || other === undefined) throw new Error('a site has two nodes');
    const { onSilence, serviceLost } = plan;
    const settings = { ...QUICK_SETTINGS, ...SELF_TESTS };
    const choice = { onSilence, serviceLost, settings };
    const target = targetOf(script.program, [one, other], choice);
    const engine = createEngine(script.program, target, script.patterns);
    const names = [one.name, other.name] as const;
    this.#disk = new JournalDisk(target.cluster, this.#random.fork('disk'), (record, text) => {
      this.#chronicle.journal(text);
      this.#law.recorded(record);
      if (record.kind === 'intent' && record.verb === 'boot') this.#strikeAtBoot();
    });
    const watch = new ProofWatch({
      target,
      disk: this.#disk,
      now: () => this.#clock.now().at,
      wasParkedBefore: plan.hasHistory,
      violated: (kind, what) => this.#checks.violated(kind, what),
    });
    this.#beliefs = new BeliefCheck({
      engine,
      watch,
      violated: (what) => this.#checks.violated('unproven', what),
    });
    this.#monitor = new Monitor({
      clock: this.#clock,
      site: this.#site,
      engine,
      disk: this.#disk,
      chronicle: this.#chronicle,
      watch,
      deadAfterMs: DEAD_AFTER_MS,
      paceMs: plan.paceMs,
      watchesStalls: plan.kinds.some((kind) => kind === 'monitor-stalled' || kind === 'clock-jump'),
      onPressed: (node, text) => this.#law.pressed(node, text),
      onTyped: (node, text) => this.#law.typed(node, text),
      onFlushed: () => this.#checks.flushed(),
    });
    this.#checks = new Checks({
      clock: this.#clock,
      monitor: this.#monitor,
      disk: this.#disk,
      engine,
      chronicle: this.#chronicle,
    });
    this.#law = new LawWatch({
      site: this.#site,
      nodes: names,
      shownAt: (node) => {
        const { shown, shownAt } = watch.console(node);
        return shown === null ? null : shownAt;
      },
      deviceLies: () => plan.kinds.includes('device-says-off'),
      violated: (kind, what) => this.#checks.violated(kind, what),
      excused: (excuse, what) => {
        this.#excuses.add(excuse);
        this.#chronicle.check(`excused (${excuse}): ${what}`);
      },
    });
    this.#people = new People({
      site: this.#site,
      monitor: this.#monitor,
      chronicle: this.#chronicle,
      nodes: names,
      onTyped: (machine, line) => this.#law.personTyped(machine, line),
    });
    this.#site.onEvent((happening) => {
      this.#chronicle.site(happening);
      this.#law.saw(happening.node, happening.what);
    });
  }

  run(): RunResult {
    for (const line of describePlan(this.#plan)) this.#chronicle.plan(line);
    if (this.#plan.hasHistory) this.#disk.inherit(HISTORY, this.#clock.now().wall);
    this.#monitor.start();
    this.#compareBeliefs();
    this.#comesToRest();
    const outageMs = this.#checks.hasFatal ? null : this.#troubles();
    this.#checks.atEnd();
    return {
      plan: this.#plan,
      violations: this.#checks.violations,
      excuses: [...this.#excuses],
      takeovers: this.#takeovers,
      attended: this.#people.helped > 0,
      struck: this.#struck,
      lives: this.#monitor.lives,
      simulatedMs: this.#clock.now().at,
      outageMs,
      hash: this.#chronicle.hash,
      lines: this.#chronicle.lines,
    };
  }

  #compareBeliefs(): void {
    const { state, isStanding } = this.#monitor;
    this.#beliefs.look(isStanding ? null : state, this.#clock.now().at);
    this.#clock.after(BELIEF_MS, () => this.#compareBeliefs());
  }

  // ---- the three parts ----

  #comesToRest(): void {
    const atRest = () => this.#isSettled();
    if (this.#plan.start === 'usual') {
      if (!this.#until(atRest, REST_MS_MAX)) this.#stuck('the cluster never comes to rest');
    } else if (!this.#until(atRest, 60_000)) this.#helpUntil(atRest);
    this.#people.helped = 0;
  }

  /** How long production was away, or null. */
  #troubles(): number | null {
    const { main, mainAtMs, windowMs, strikes } = this.#plan;
    const { at } = this.#clock.now();
    const context = this.#strikeContext();
    this.#clock.after(mainAtMs, () => this.#mainEvent());
    for (const { fault, when } of strikes) {
      const strike = () => this.#strike(fault, context);
      if (when.kind === 'time') this.#clock.after(when.ms, strike);
      else if (when.kind === 'boot') this.#atBoot.push({ ms: when.ms, strike });
      else this.#clock.after(mainAtMs, () => this.#monitor.afterEffects(when.count, strike));
    }
    this.#advance(windowMs);
    if (strikes.length === 0) return this.#alone(main.expects(this.#plan), at);
    this.#mend();
    this.#helpUntil(() => this.#isSettled());
    return null;
  }

  #strikeAtBoot(): void {
    for (const { ms, strike } of this.#atBoot.splice(0)) this.#clock.after(ms, strike);
  }

  #strike(fault: FaultName, context: StrikeContext): void {
    if (this.#isMended) return;
    this.#chronicle.plan(`strikes: ${fault}`);
    this.#struck.push(fault);
    STRIKES[fault](context);
  }

  #mainEvent(): void {
    const { main } = this.#plan;
    const active = this.#site.nodes.find((node) => node.machine.isMultiUser);
    const standby = this.#site.nodes.find((node) => node !== active);
    if (active === undefined || standby === undefined) return;
    this.#chronicle.plan(`main event: ${main.name}`);
    attempt(() => main.strike({ site: this.#site, active, standby }));
  }

  /** The main event and nothing else: what is promised must be kept. */
  #alone(expected: ReturnType<Plan['main']['expects']>, since: number): number | null {
    const { promiseMs } = this.#limits;
    const before = this.#producer;
    this.#until(() => !this.#isProducing(), 2_000);
    const stopped = !this.#isProducing();
    const back = this.#until(() => this.#isProducing() && this.#isResting(), promiseMs);
    const outageMs = back && stopped ? this.#clock.now().at - since : null;
    const takesOver = this.#script.program.states.some((state) =>
      state.actions.some((action) => action.kind === 'boot' && action.role === 'standby'),
    );
    if (!back && expected !== 'attended' && takesOver) {
      this.#checks.violated('promise', `production is not back after ${promiseMs / 1000} s`);
    }
    if (back && stopped && takesOver) this.#judgePlace(before);
    if (!back) {
      this.#helpUntil(() => this.#isSettled());
    } else this.#until(() => this.#isSettled(), 30_000);
    return outageMs;
  }

  /** Production is back, and nobody helped. */
  #judgePlace(before: string | null): void {
    const { production, name } = this.#plan.main;
    const { serving } = this.#site.network;
    if (production === undefined || (production === 'moves') === (serving !== before)) return;
    this.#checks.violated('promise', `after ${name} production is back on ${serving}`);
  }

  #mend(): void {
    this.#isMended = true;
    this.#disk.isFull = false;
    this.#disk.flushMs = FLUSH_MS;
    this.#monitor.diesBefore = null;
    this.#people.mend();
    if (!this.#monitor.isRunning) this.#monitor.start();
  }

  /** People follow the alarms, round by round. */
  #helpUntil(condition: () => boolean): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if (this.#until(condition, ROUND_MS)) return;
      if (this.#checks.hasFatal) return;
      if (!this.#isProducing()) this.#checks.mustHaveAlarm();
      if (round === 0) this.#mend();
      this.#people.help();
    }
    if (!this.#until(condition, LAST_MS)) {
      this.#stuck(`production does not come back: ${this.#stateName()}`);
    }
  }

  #stuck(what: string): void {
    this.#checks.violated('stuck', what);
  }

  // ---- what is so ----

  #stateName(): string {
    const { state } = this.#monitor;
    return state === null ? 'no daemon' : (this.#script.program.states[state.current]?.name ?? '');
  }

  #isProducing(): boolean {
    const { serving } = this.#site.network;
    return serving !== null && this.#site.node(serving).machine.isMultiUser;
  }

  #isResting(): boolean {
    const { state } = this.#monitor;
    if (state === null) return false;
    return this.#script.program.states[state.current]?.ending === 'rest';
  }

  /** Production runs on the node that the daemon takes for the owner, and it has nothing to do. */
  #isSettled(): boolean {
    const { state } = this.#monitor;
    if (state === null || !this.#isProducing() || !this.#isResting()) return false;
    const lasting = this.#script.program.states[state.current]?.lasting === true;
    const since = this.#clock.now().at - state.enteredAt;
    return !lasting && since >= CALM_MS && this.#ownerIs(state.owner);
  }

  #ownerIs(owner: 0 | 1): boolean {
    return this.#site.nodes[owner]?.name === this.#site.network.serving;
  }

  #strikeContext(): StrikeContext {
    return {
      clock: this.#clock,
      site: this.#site,
      monitor: this.#monitor,
      disk: this.#disk,
      people: this.#people,
      random: this.#random,
      chronicle: this.#chronicle,
      faults: this.#limits.faults,
    };
  }

  // ---- time ----

  #advance(ms: number): void {
    this.#until(() => false, ms);
  }

  /** Runs until the condition holds, at most so long. Everything is checked after each call. */
  #until(condition: () => boolean, ms: number): boolean {
    const end = this.#clock.now().at + ms;
    while (!condition()) {
      if (this.#checks.hasFatal) return false;
      if (!this.#clock.runNext(end)) {
        this.#clock.advance(end - this.#clock.now().at);
        return condition();
      }
      this.#afterEach();
    }
    return true;
  }

  #afterEach(): void {
    this.#events += 1;
    if (this.#events > EVENTS_MAX) this.#checks.violated('memory', 'the run does not end');
    const { fault } = this.#monitor;
    if (fault !== null) this.#checks.violated('fault', fault);
    const { serving } = this.#site.network;
    if (serving === null || serving === this.#producer) return;
    if (this.#producer !== null) this.#takeovers += 1;
    this.#producer = serving;
  }
}
