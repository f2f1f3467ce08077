/**
 * The drill: the cases one after the other, each from rest to rest. Called by the command. A case that
 * fails does not end it, but a cluster that does not come to rest again does: nothing is tried on it
 * then.
 */
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { whatDisturbs } from './calm.ts';
import { Conduct, type ConductParts, type Step } from './conduct.ts';
import type { DrillCase } from './drill-case.ts';
import { type Fault, formatFault } from './fault.ts';
import type { Witness } from './fault-source.ts';
import type { Seen } from './observer.ts';
import type { TakeoverTimes } from './takeover-times.ts';

export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  /** `not-done`: it does not fit this cluster, or was not agreed to. */
  readonly outcome: 'passed' | 'failed' | 'not-done';
  /** Of a failure or of what was not done; '': it passed. */
  readonly why: string;
  readonly startedWall: number;
  readonly endedWall: number;
  readonly steps: readonly Step[];
  readonly times: readonly TakeoverTimes[];
  /** What the witness says at its end; null: there is none. */
  readonly load: string | null;
}

export interface DrillParts extends ConductParts {
  readonly cases: readonly DrillCase[];
  readonly witness: Witness | null;
  /** Null: agreed; else why not. Asked for cases that could lose something. */
  readonly agree: (drillCase: DrillCase) => Promise<string | null>;
  /** Null: go on; else why the drill ends here. */
  readonly stopped: () => string | null;
}

/** Throws DaemonError when the cluster does not act, or is not at rest before the first case. */
export async function runDrill(parts: DrillParts): Promise<readonly CaseResult[]> {
  await startFromRest(parts);
  const results: CaseResult[] = [];
  let broken: string | null = null;
  for (const drillCase of parts.cases) {
    broken ??= parts.stopped();
    const why = broken ?? (await whyNot(drillCase, parts));
    if (why !== null) {
      results.push(notDone(drillCase, why, parts));
      parts.tell(`not done: ${drillCase.name}: ${why}`);
      continue;
    }
    parts.tell(`--- ${drillCase.name}: ${drillCase.title}`);
    const { result, disturbed } = await runCase(drillCase, parts);
    results.push(result);
    parts.tell(result.outcome === 'passed' ? 'PASSED' : `FAILED: ${result.why}`);
    if (disturbed !== null)
      broken = `after ${drillCase.name} the cluster did not rest: ${disturbed}`;
  }
  return results;
}

async function startFromRest(parts: DrillParts): Promise<void> {
  let why = '';
  const calm = await parts.observer.until(async () => {
    const seen = await parts.observer.status();
    mustAct(seen);
    const disturbs = whatDisturbs(seen) ?? '';
    if (disturbs !== '' && disturbs !== why) parts.tell(`waits for rest: ${disturbs}`);
    why = disturbs;
    return why === '' ? true : null;
  }, REST_WITHIN_MS);
  if (calm !== null) return;
  throw new DaemonError('refused', `the cluster is not at rest: ${why}`, {
    hint: 'put it right first; clusterd status and clusterd doctor say more',
  });
}

/** What no waiting changes. */
function mustAct({ cluster, status, fault }: Seen): void {
  if (fault !== null) {
    throw new DaemonError('refused', `the cluster is not controlled any more: ${fault}`, {
      hint: `clusterd restart ${cluster}`,
    });
  }
  const inhibited = status?.inhibited ?? null;
  if (inhibited === null) return;
  throw new DaemonError('refused', `the cluster would only tell what it would do: ${inhibited}`, {
    hint: `clusterd arm ${cluster}, and wait until nobody types on its consoles`,
  });
}

/** The standby is looked at every few minutes only. */
const REST_WITHIN_MS = 6 * 60_000;

async function whyNot(drillCase: DrillCase, parts: DrillParts): Promise<string | null> {
  const unfit = drillCase.inapplicable?.(parts.policy) ?? null;
  if (unfit !== null) return unfit;
  const { active, standby } = await rolesOf(parts);
  const missing = drillCase
    .faults(active, standby)
    .find((fault) => parts.sources.sourceOf(fault) === null);
  if (missing !== undefined) return `nothing and nobody here can: ${describe(missing)}`;
  return drillCase.risk === null ? null : parts.agree(drillCase);
}

function describe(fault: Fault): string {
  return formatFault(fault);
}

async function rolesOf({ observer }: DrillParts): Promise<{ active: string; standby: string }> {
  const { status } = await observer.status();
  if (status === null) throw new Error('the machine of the cluster cannot be described');
  return { active: status.active, standby: status.standby };
}

async function runCase(
  drillCase: DrillCase,
  parts: DrillParts,
): Promise<{ result: CaseResult; disturbed: string | null }> {
  const { active, standby } = await rolesOf(parts);
  const startedWall = parts.clock.now().wall;
  const conduct = new Conduct(parts, active, standby);
  const before = (await parts.witness?.violations())?.length ?? 0;
  let why = await failureOf(() => drillCase.run(conduct));
  const disturbed = await failureOf(() => restore(conduct));
  why ??= disturbed;
  const cries = (await parts.witness?.violations())?.slice(before) ?? [];
  if (cries.length > 0) why = `${parts.witness?.name}: ${cries.join('; ')}`;
  const { name, title } = drillCase;
  const result: CaseResult = {
    name,
    title,
    expected: drillCase.expected(parts.policy),
    outcome: why === null ? 'passed' : 'failed',
    why: why ?? '',
    startedWall,
    endedWall: parts.clock.now().wall,
    steps: conduct.steps,
    times: await conduct.measure(),
    load: (await parts.witness?.load()) ?? null,
  };
  return { result, disturbed };
}

async function restore(conduct: Conduct): Promise<void> {
  await conduct.takeAllBack();
  await conduct.setUpAgain();
  await conduct.calm();
}

async function failureOf(deed: () => Promise<void>): Promise<string | null> {
  try {
    await deed();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function notDone(drillCase: DrillCase, why: string, parts: DrillParts): CaseResult {
  const { wall } = parts.clock.now();
  const { name, title } = drillCase;
  const expected = drillCase.expected(parts.policy);
  const empty = { steps: [], times: [], load: null, startedWall: wall, endedWall: wall };
  return { name, title, expected, outcome: 'not-done', why, ...empty };
}
