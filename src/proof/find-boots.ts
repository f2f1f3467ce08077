/**
 * Boots and the proof that they need: a takeover that can begin while nothing has shown that the
 * active node is stopped, and boots or fences that the engine would refuse whatever happens.
 */
import type { Action, Span } from '../language/program.ts';
import { type Finding, finding } from './finding.ts';
import type { View } from './prove.ts';
import { storyTo } from './story.ts';

interface BootPoint {
  /** Index of the point. */
  readonly at: number;
  readonly action: Extract<Action, { kind: 'boot' }>;
  readonly allowed: boolean;
}

/** The points at which a `boot` line is about to be carried out. */
function bootPoints({ space, explored }: View): BootPoint[] {
  return explored.found.nodes.flatMap((config, at) => {
    const action = space.state(config.state).actions[config.action];
    if (action?.kind !== 'boot' || !space.mayBe(action.condition).includes(true)) return [];
    const isOwner = action.role === 'active';
    const other = config.known[isOwner ? 1 : 0];
    return [{ at, action, allowed: space.knowledge.boots(other, isOwner).mayBe }];
  });
}

export function findUnprovenTakeovers(view: View): Finding[] {
  const reported = new Set<Span>();
  return bootPoints(view).flatMap(({ at, action, allowed }) => {
    if (action.role !== 'standby' || allowed || reported.has(action.span)) return [];
    reported.add(action.span);
    const message =
      'the standby can be booted here while nothing proves that the active node is stopped';
    const hint =
      'prove it on every way that leads here: fence, power off, trust silence, or `on operator confirm active`';
    const claim =
      'Two systems on one disk, were it not for the engine: it refuses this boot, and production stays down.';
    const story = storyTo(view, at, claim);
    return [finding('error', 'unproven-takeover', action.span, message, hint, story)];
  });
}

/** Lines that are reached, and that the law lets through on no way at all. */
export function findBootsThatNeverPass(standby: View): Finding[] {
  const points = bootPoints(standby).filter(({ action }) => action.role === 'active');
  const spans = new Set(points.map(({ action }) => action.span));
  return [...spans].flatMap((span) => {
    const here = points.filter(({ action }) => action.span === span);
    const first = here[0];
    if (first === undefined || here.some(({ allowed }) => allowed)) return [];
    const message =
      'this boot is refused on every way: nothing before it proves that the standby is stopped';
    const hint =
      'before it, let a dialogue `check parked` on the standby, or fence it, or switch it off';
    const claim = 'The engine refuses the boot: the standby might run on the same disk.';
    const story = storyTo(standby, first.at, claim);
    return [finding('error', 'boot-never-allowed', span, message, hint, story)];
  });
}

/** `to fence` is run, and never ends in a proof. */
export function findFencesThatNeverProve({ space }: View): Finding[] {
  const { begun, ended, proven, lacking } = space.fences;
  if (begun === 0 || proven > 0) return [];
  const dialogue = space.program.dialogues.find(({ howTo }) => howTo === 'fence');
  if (dialogue === undefined) return [];
  const why =
    ended === 0 ? 'it never comes to its end' : `at its end there is no ${lacking.join(', no ')}`;
  const message = `what 'to fence' does never proves that the machine cannot run: ${why}`;
  const hint = 'it does, in this order: hold, park, reset, identify, check parked';
  return [finding('error', 'fence-never-proves', dialogue.span, message, hint)];
}
