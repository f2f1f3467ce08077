/**
 * The checkers of a run, beside the law: alarms, journal, memory. Called after what they judge; each
 * finding is a violation, told once. Must be cheap: they run millions of times.
 */
import type { Clock } from '../clock/clock.ts';
import { recollect } from '../cluster/recollection.ts';
import type { Engine } from '../machine/machine.ts';
import { OWNER_ALARM } from '../machine/owner-doubt.ts';
import type { Recollection } from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';
import type { Chronicle } from './chronicle.ts';
import type { JournalDisk } from './journal-disk.ts';
import type { Monitor } from './monitor.ts';
import type { Violation, ViolationKind } from './verdicts.ts';

const STATE_CHARACTERS_MAX = 200_000;
const ALARMS_MAX = 50;
/** Whatever is under way: an alarm has been raised by then. */
const SILENT_MS = 90_000;
const VIOLATIONS_MAX = 20;
/** Alarms of the daemon, of which the machine knows nothing. */
const OWN = 'clusterd:';

function isOfMachine(name: string): boolean {
  return name === OWNER_ALARM || !name.startsWith(OWN);
}

export interface ChecksOptions {
  readonly clock: Clock;
  readonly monitor: Monitor;
  readonly disk: JournalDisk;
  readonly engine: Engine;
  readonly chronicle: Chronicle;
}

export class Checks {
  readonly violations: Violation[] = [];
  readonly #options: ChecksOptions;
  readonly #told = new Set<string>();
  #silentSince: number | null = null;

  constructor(options: ChecksOptions) {
    this.#options = options;
  }

  /** Nothing that follows would mean anything. */
  get hasFatal(): boolean {
    return this.violations.length > 0;
  }

  violated(kind: ViolationKind, what: string): void {
    const key = `${kind} ${what}`;
    if (this.#told.has(key) || this.violations.length >= VIOLATIONS_MAX) return;
    this.#told.add(key);
    this.violations.push({ kind, at: this.#options.clock.now().at, what });
    this.#options.chronicle.check(`VIOLATION (${kind}): ${what}`);
  }

  /** A record that the daemon waited for is on the disk: would a restart know what it knows? */
  flushed(): void {
    const { monitor } = this.#options;
    if (monitor.state !== null) this.#compareJournal(monitor.state);
  }

  /** Production is away: an alarm must say what to type. Asked now and then; once may be chance. */
  mustHaveAlarm(): void {
    const { monitor, clock } = this.#options;
    const { state } = monitor;
    const isSilent = state !== null && !monitor.isStanding && monitor.alarms.length === 0;
    if (!isSilent) this.#silentSince = null;
    else this.#silentSince ??= clock.now().at;
    if (this.#silentSince === null || clock.now().at - this.#silentSince < SILENT_MS) return;
    const where = state === null ? '' : this.#stateName(state);
    this.violated('silent', `production is away and no alarm says so (${where})`);
  }

  atEnd(): void {
    const { monitor, disk } = this.#options;
    const { state } = monitor;
    if (state === null) return;
    this.#compareAlarms(state);
    this.#compareJournal(state);
    if (disk.hasUnnoticedDamage) this.violated('journal', 'it was damaged, and nothing doubted it');
    const { damaged } = disk.read();
    for (const { line, what } of damaged) this.violated('journal', `line ${line}: ${what}`);
    const size = JSON.stringify(state).length;
    if (size > STATE_CHARACTERS_MAX) this.violated('memory', `the state has ${size} characters`);
    if (monitor.alarms.length > ALARMS_MAX) {
      this.violated('memory', `${monitor.alarms.length} alarms are raised`);
    }
  }

  #stateName(state: MachineState): string {
    return this.#options.engine.program.states[state.current]?.name ?? '';
  }

  #compareAlarms(state: MachineState): void {
    const shown = (alarms: readonly { name: string; text: string }[]) =>
      alarms
        .map(({ name, text }) => `${name}: ${text}`)
        .sort()
        .join('; ');
    const machine = shown(state.alarms);
    const board = shown(this.#options.monitor.alarms.filter(({ name }) => isOfMachine(name)));
    if (machine !== board) {
      this.violated('alarm-lost', `the machine has [${machine}], the board [${board}]`);
    }
    for (const { name, type } of this.#options.monitor.alarms) {
      if (type === '') this.violated('alarm-lost', `alarm ${name} does not say what to type`);
    }
  }

  #compareJournal(state: MachineState): void {
    const { disk, engine } = this.#options;
    if (disk.isBehind) return;
    const [one, other] = engine.target.nodes;
    const said = recollect(disk.records, [one.name, other.name]);
    const lasting = engine.program.states[state.current];
    const lastingState = lasting?.lasting === true ? lasting.name : null;
    for (const difference of differences(said, state, [one.name, other.name], lastingState)) {
      this.violated('journal', `after a restart it would not know: ${difference}`);
    }
  }
}

function suspended(state: MachineState, names: readonly [string, string]): string {
  const asleep = names.filter((_name, index) => {
    return state.nodes[index === 0 ? 0 : 1].facts.resumable !== null;
  });
  return asleep.sort().join();
}

/** What a restart would believe other than what the machine lives by. */
function differences(
  said: Recollection,
  state: MachineState,
  names: readonly [string, string],
  lastingState: string | null,
): string[] {
  const found: string[] = [];
  const compare = (what: string, journal: unknown, machine: unknown) => {
    if (journal !== machine) found.push(`${what} is ${journal} in the journal, ${machine} in use`);
  };
  const isKnown = said.owner !== null || !state.ownerAssumed;
  if (isKnown) compare('the owner', said.owner, names[state.owner]);
  compare('unfinished', said.unfinished, state.unfinished);
  if (isKnown && said.ownerDoubt === null) {
    compare('the boot path', said.pathIndex, state.pathIndex);
    compare('parked before its boot', said.parkedBeforeBoot, state.parkedBeforeBoot);
    compare('a suspended system', [...said.held].sort().join(), suspended(state, names));
  }
  if (state.begun) compare('the lasting state', said.lastingState?.state ?? null, lastingState);
  for (const [name, entries] of Object.entries(state.entries)) {
    const known = said.entries[name] ?? [];
    const missing = entries.filter((wall) => !known.includes(wall)).length;
    if (missing > 0) found.push(`${missing} entries of ${name}`);
  }
  const away = names.filter((_name, index) => state.nodes[index === 0 ? 0 : 1].inService === false);
  compare('out of service', [...said.outOfService].sort().join(), away.sort().join());
  return found;
}
