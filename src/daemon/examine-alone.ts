/**
 * `clusterd doctor` where no daemon runs: opens the consoles itself, under the locks of a daemon, so
 * that none is started meanwhile. The machine of each cluster has one state in which it rests: it does
 * what it is asked to look at, and nothing else. Called by the command.
 * Must never run the script, write to a journal, raise an alarm, switch anything or send a BREAK.
 */
import { mkdirSync } from 'node:fs';
import type { Clock } from '../clock/clock.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { type OpenedJournal, openJournal } from '../cluster/journal-file.ts';
import type { RunnerParts } from '../cluster/parts.ts';
import { ClusterRunner } from '../cluster/runner.ts';
import { lockDaemon } from '../control/daemon-lock.ts';
import { HostClaims } from '../control/host-claims.ts';
import { refusal } from '../control/protocol.ts';
import { type DoctorReport, found } from '../doctor/check.ts';
import type { Home } from '../home/home.ts';
import type { LoadedHome, SoundCluster } from '../home/load-home.ts';
import type { Program, State } from '../language/program.ts';
import { createEngine } from '../machine/machine.ts';
import { claimsOf, objectionTo } from './cluster-claims.ts';
import { examine } from './examinations.ts';
import { SharedParts } from './shared-parts.ts';

export interface AloneOptions {
  readonly home: Home;
  readonly loaded: LoadedHome;
  readonly clock: Clock;
  readonly lockDirectories: readonly string[];
  /** Null: all. */
  readonly only: string | null;
  readonly operator: string;
  readonly tap: boolean;
  /** A cluster was examined. */
  readonly tell: (report: DoctorReport) => void;
}

const AT_ONCE = 8;
const POLL_MS = 100;
/** Consoles may take so long to connect; then the machine begins without them. */
const BEGIN_MS_MAX = 15_000;
/** A console is believed when it was quiet for so long. */
const FRESH_MS = 5_500;

/** Throws DaemonError `already-running` with the holder's name. */
export async function examineAlone(options: AloneOptions): Promise<void> {
  const { home, loaded, clock, lockDirectories: directories, only } = options;
  makeDirectories(home);
  const busy = refusal('busy', 'clusterd doctor has the consoles', 'wait until it has ended');
  const lock = await lockDaemon(home.state, async () => busy, clock);
  const sounds = loaded.sound.filter(({ cluster }) => only === null || cluster.name === only);
  const claims = await Promise.all(sounds.map(({ cluster }) => claimsOf(cluster, home.state)));
  const { wall } = clock.now();
  const wanted = claims.flat();
  const host = await HostClaims.take({ home: home.directory, wall, wanted, directories });
  const shared = new SharedParts({
    home,
    site: loaded.site,
    clock,
    onLevel: () => {},
    onNotice: () => {},
    power: { look: () => null, tell: () => {} },
  });
  try {
    const waiting = sounds.map((sound, index) => ({ sound, claims: claims[index] ?? [] }));
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { name } = next.sound.cluster;
        const why = objectionTo(next.claims, host);
        if (why !== null) options.tell(refused(name, why));
        else options.tell(await examineOne(next.sound, shared, options));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    shared.stop();
    await shared.siteAlarms.close();
    await host.release();
    await lock.release();
  }
}

function refused(cluster: string, text: string): DoctorReport {
  const remedy = 'end that process, or ask it: clusterd --home DIR doctor';
  const checks = [found(cluster, 'locks', { verdict: 'fail', text, remedy })];
  return { cluster, checks, isDone: true };
}

/** Held, halted, shut down: somebody may be working at its nodes. */
function leftAlone(cluster: string, state: string): DoctorReport {
  const text = `its journal says '${state}': somebody may be working at its nodes, so nothing is typed`;
  const remedy = `clusterd start, clusterd release ${cluster}, then again; or, when nobody is there, --tap`;
  const checks = [found(cluster, 'consoles', { verdict: 'not-tried', text, remedy })];
  return { cluster, checks, isDone: true };
}

async function examineOne(
  sound: SoundCluster,
  shared: SharedParts,
  options: AloneOptions,
): Promise<DoctorReport> {
  const { home, clock, loaded } = options;
  const { name, nodes } = sound.cluster;
  let opened: OpenedJournal;
  try {
    const names = [nodes[0].name, nodes[1].name] as const;
    opened = await openJournal({ directory: home.state, cluster: name, nodes: names, clock });
  } catch (error) {
    return refused(name, messageOf(error));
  }
  const parts = shared.partsOf(sound, opened, () => runner.own);
  const { lastingState } = parts.recollection;
  if (lastingState !== null && !options.tap) {
    await Promise.all([parts.alarms.close(), parts.journal.close()]);
    return leftAlone(name, lastingState.state);
  }
  const runner: ClusterRunner = new ClusterRunner(onlyLooking(parts, sound, shared));
  runner.start();
  await begun(runner, clock);
  const examination = examine({ sound, runner }, loaded.site, options, { clock, shared });
  await examination.done;
  await runner.end();
  await Promise.all([parts.alarms.close(), parts.journal.close()]);
  return examination.report;
}

async function begun(runner: ClusterRunner, clock: Clock): Promise<void> {
  const until = clock.now().at + BEGIN_MS_MAX;
  while (runner.state?.begun !== true && clock.now().at < until) {
    await new Promise<void>((resolve) => clock.after(POLL_MS, resolve));
  }
  await new Promise<void>((resolve) => clock.after(FRESH_MS, resolve));
}

/** The same wires, patterns and rules; no script, no journal, no alarms, nothing that acts. */
function onlyLooking(parts: RunnerParts, sound: SoundCluster, shared: SharedParts): RunnerParts {
  const { program, target } = sound;
  const nothing = { raise() {}, clear() {}, close: async () => {} };
  return {
    ...parts,
    engine: createEngine(restingOnly(program), target, shared.patternsOf(program)),
    recollection: { ...parts.recollection, armed: true, lastingState: null, alarms: [] },
    journal: {
      append: (_record, _wall, done) => done?.(false, 'the doctor writes no journal'),
      close: async () => {},
    },
    alarms: nothing,
    run: (_argv, _withinMs, done) => {
      done({ outcome: 'not-started', status: null, detail: 'the doctor runs nothing' });
      return () => {};
    },
    power: async () => ({ outcome: 'no-answer', detail: 'the doctor switches nothing' }),
  };
}

function restingOnly(program: Program): Program {
  const [first] = program.states;
  if (first === undefined) throw new Error('a program has states');
  const rest: State = {
    name: 'doctor',
    summary: 'looks at everything and does nothing',
    lasting: false,
    bound: null,
    reactions: [],
    afters: [],
    everies: [],
    actions: [],
    ending: 'rest',
    span: first.span,
  };
  return { ...program, states: [rest], startState: 0, always: [] };
}

function makeDirectories(home: Home): void {
  try {
    for (const directory of [home.state, home.logs]) {
      mkdirSync(directory, { recursive: true, mode: 0o750 });
    }
  } catch (error) {
    throw new DaemonError('state-directory', messageOf(error), {
      hint: `the doctor locks the consoles below ${home.directory}: run it as the daemon's user`,
      cause: error,
    });
  }
}
