/**
 * Parks a pair for the first time, or takes that back: looks at everything, shows every change, asks,
 * writes down the old values, writes, reads back. Called by `clusterd adopt`. Must write nothing on a
 * node before the record that undoes it is on the disk.
 */
import type { Engine } from '../machine/engine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import {
  adoptedText,
  adoptQuestion,
  noteText,
  planText,
  stoppedText,
  troubleText,
  undoneText,
  undoQuestion,
  unfinishedText,
} from './adopt-text.ts';
import { parkedValues, shownValue, type Wanted } from './parked-values.ts';
import {
  type AdoptRecord,
  putAway,
  type RecordedValue,
  readRecord,
  writeRecord,
} from './record.ts';
import { RecordKeeper, recordFor } from './record-keeper.ts';
import type { AdoptSite } from './site.ts';
import { lookAgain, type NodePlan, type Survey, survey } from './survey.ts';
import { AdoptError, troubleOf } from './trouble.ts';

const DONE = 0;
const REFUSED = 1;

/** The exit status. `dryRun`: shows, and changes nothing. */
export async function adopt(site: AdoptSite, dryRun: boolean): Promise<number> {
  const known = readRecord(site.recordPath);
  const before = known?.state === 'undone' ? null : known;
  tellUnfinished(site, before);
  return lookFirst(site, before, parkedValues, async (found) => {
    const { name } = site.sound.cluster;
    site.out(planText(name, found.plans));
    const isMuch = found.plans.some(({ changes }) => changes.length > 0);
    if (!isMuch && (before === null || before.state === 'adopted')) {
      site.out(adoptedText(name, found.plans, before === null ? null : site.recordPath));
      return DONE;
    }
    if (dryRun) return DONE;
    if (!(await site.consent(adoptQuestion(name, site.recordPath)))) return declined(site);
    if (known?.state === 'undone') putAway(site.recordPath, known);
    const keeper = new RecordKeeper(site.recordPath, newRecord(site, found.plans, before));
    writeRecord(site.recordPath, keeper.record);
    return write(site, found.plans, keeper, 'adopted');
  });
}

/** Brings the recorded values back: exactly these, and only those that may have been written. */
export async function undo(site: AdoptSite, dryRun: boolean): Promise<number> {
  const { name } = site.sound.cluster;
  const before = readRecord(site.recordPath);
  if (before === null || before.state === 'undone') {
    const text = before === null ? 'was not adopted' : 'was adopted and went back already';
    throw new AdoptError(`${name} ${text}: nothing to undo`, `clusterd adopt ${name}`);
  }
  tellUnfinished(site, before);
  const wantedOf = (engine: Engine, node: NodeIndex) =>
    oldValues(before, engine.target.nodes[node].name);
  return lookFirst(site, before, wantedOf, async ({ plans }) => {
    site.out(planText(name, plans));
    site.out(noteText(movedSince(before, plans)));
    if (dryRun) return DONE;
    if (!(await site.consent(undoQuestion(name)))) return declined(site);
    const keeper = new RecordKeeper(site.recordPath, before);
    keeper.enter('undoing');
    return write(site, plans, keeper, 'undone');
  });
}

async function lookFirst(
  site: AdoptSite,
  before: AdoptRecord | null,
  wantedOf: (engine: Engine, node: NodeIndex) => readonly Wanted[],
  goOn: (found: Survey) => Promise<number>,
): Promise<number> {
  const { name } = site.sound.cluster;
  checkIdentities(site, before);
  site.out(`${name}: looks at both nodes; nothing is changed yet\n`);
  const found = await survey(site, wantedOf);
  try {
    site.out(noteText(found.notes));
    if (found.troubles.length === 0) return await goOn(found);
    site.out(troubleText(name, found.troubles));
    return REFUSED;
  } finally {
    found.end();
  }
}

async function write(
  site: AdoptSite,
  plans: readonly NodePlan[],
  keeper: RecordKeeper,
  end: 'adopted' | 'undone',
): Promise<number> {
  const { name } = site.sound.cluster;
  const [about, done] =
    end === 'adopted'
      ? (['may-be-written', 'written'] as const)
      : (['may-be-restored', 'restored'] as const);
  try {
    for (const { hand, wanted, changes } of plans) {
      const right = wanted.filter((one) =>
        changes.every(({ variable }) => variable !== one.variable),
      );
      keeper.mark(
        hand.name,
        right.map(({ variable }) => variable),
        done,
      );
    }
    for (const { hand, changes, current } of plans) {
      const wanted = changes.map(({ variable, to }) => ({ variable, value: to, write: true }));
      if (wanted.length === 0) continue;
      await hand.write(wanted, current, {
        about: (variables) => keeper.mark(hand.name, variables, about),
        done: (variables) => keeper.mark(hand.name, variables, done),
      });
    }
    for (const plan of plans) {
      site.out(`  ${plan.hand.name}: reads all of them back\n`);
      await lookAgain(plan);
      keeper.mark(
        plan.hand.name,
        plan.wanted.map(({ variable }) => variable),
        done,
      );
    }
    keeper.enter(end);
  } catch (error) {
    site.out(stoppedText(name, troubleOf(error), site.recordPath));
    return REFUSED;
  }
  const count = plans.reduce((sum, { changes }) => sum + changes.length, 0);
  site.out(end === 'adopted' ? adoptedText(name, plans, site.recordPath) : undoneText(name, count));
  return DONE;
}

function newRecord(
  { sound, operator, clock }: AdoptSite,
  plans: readonly NodePlan[],
  before: AdoptRecord | null,
): AdoptRecord {
  const begun = new Date(clock.now().wall).toISOString();
  const nodes = plans.map(({ hand, changes }) => {
    const { name: node, identity } = sound.cluster.nodes[hand.node];
    return { node, identity, changes };
  });
  return recordFor({ cluster: sound.cluster.name, by: operator, begun }, nodes, before);
}

function oldValues({ nodes }: AdoptRecord, name: string): readonly Wanted[] {
  const isOpen = ({ state }: RecordedValue) => state !== 'untouched' && state !== 'restored';
  const values = nodes.find(({ node }) => node === name)?.values ?? [];
  return values.filter(isOpen).map(({ variable, old }) => ({ variable, value: old, write: true }));
}

/** Values that are neither the old ones nor ours: somebody has changed them since. */
function movedSince({ nodes }: AdoptRecord, plans: readonly NodePlan[]): readonly string[] {
  return plans.flatMap(({ hand, changes }) => {
    const values = nodes.find(({ node }) => node === hand.name)?.values ?? [];
    return changes.flatMap(({ variable, from }) => {
      const written = values.find((value) => value.variable === variable)?.new ?? null;
      if (written === from) return [];
      return [`${variable} of ${hand.name} is not what was written then: ${shownValue(written)}`];
    });
  });
}

/** Another machine has this name now: its values are not these. */
function checkIdentities({ sound, recordPath }: AdoptSite, before: AdoptRecord | null): void {
  for (const { name, identity } of sound.cluster.nodes) {
    const recorded = before?.nodes.find(({ node }) => node === name)?.identity ?? identity;
    if (recorded === identity) continue;
    const text = `${recordPath} is of a ${name} with the identity ${recorded}, CList says ${identity}`;
    throw new AdoptError(text, 'when the machine was replaced, move that file away');
  }
}

function tellUnfinished(site: AdoptSite, before: AdoptRecord | null): void {
  if (before?.state === 'adopting' || before?.state === 'undoing') site.out(unfinishedText(before));
}

function declined({ out, sound }: AdoptSite): number {
  out(`${sound.cluster.name}: nothing was changed\n`);
  return REFUSED;
}
