/**
 * The marks of an incident with a boot, each with the time since it began: fault seen, old node at
 * its prompt, proven unable to run, boot written down, boot typed, service, login. Called by the
 * history command. Pure. What no journal and no record says stays null.
 */
import type { Happening } from './happening.ts';
import type { Incident } from './incident.ts';

export interface Phases {
  readonly atPromptMs: number | null;
  readonly provenMs: number | null;
  readonly bootWrittenMs: number | null;
  readonly bootTypedMs: number | null;
  readonly serviceMs: number | null;
  readonly loginMs: number | null;
}

export type PhaseName = keyof Phases;

export const PHASE_WORDS: Readonly<Record<PhaseName, string>> = {
  atPromptMs: 'at its prompt',
  provenMs: 'proven stopped',
  bootWrittenMs: 'boot written down',
  bootTypedMs: 'boot typed',
  serviceMs: 'service answers',
  loginMs: 'login',
};

/** The happening that is each phase of the incident; of several boots the last one counts. */
export function phaseHappenings(incident: Incident): ReadonlyMap<PhaseName, Happening> {
  const { happenings, from, to } = incident;
  const found = new Map<PhaseName, Happening>();
  const boot = happenings.findLastIndex(({ what }) => what.kind === 'deed' && what.deed === 'boot');
  const before = boot < 0 ? happenings : happenings.slice(0, boot);
  const after = boot < 0 ? [] : happenings.slice(boot + 1);
  const set = (name: PhaseName, happening: Happening | undefined) => {
    if (happening !== undefined) found.set(name, happening);
  };
  set(
    'atPromptMs',
    before.find((one) => isAtPrompt(one, from)),
  );
  const proofs = before.filter((one) => isProof(one, otherThan(to, from)));
  set('provenMs', proofs.at(-1) ?? (boot < 0 ? undefined : lastState(before)));
  set('bootWrittenMs', happenings[boot]);
  set(
    'bootTypedMs',
    after.find(({ what }) => what.kind === 'typed-boot'),
  );
  set(
    'serviceMs',
    after.find(({ what }) => what.kind === 'seen' && what.what === SERVICE_BACK),
  );
  set(
    'loginMs',
    after.find(({ what }) => what.kind === 'production'),
  );
  return found;
}

const PROOF = / is (?:fenced|attested|trusted)/;
const SERVICE_BACK = 'service address alive';

export function phasesOf(incident: Incident): Phases {
  const found = phaseHappenings(incident);
  const ms = (name: PhaseName) => {
    const wall = found.get(name)?.wall;
    return wall === undefined ? null : wall - incident.startWall;
  };
  return {
    atPromptMs: ms('atPromptMs'),
    provenMs: ms('provenMs'),
    bootWrittenMs: ms('bootWrittenMs'),
    bootTypedMs: ms('bootTypedMs'),
    serviceMs: ms('serviceMs'),
    loginMs: ms('loginMs'),
  };
}

function isAtPrompt({ what }: Happening, node: string | null): boolean {
  return (
    what.kind === 'seen' &&
    (node === null || what.node === node) &&
    / is now (firmware|held|ended) /.test(what.what)
  );
}

/** In a restart the proof is about the other node, whose name may not be known. */
function otherThan(to: string | null, from: string | null): string | null {
  return to === from ? null : from;
}

function isProof({ what }: Happening, node: string | null): boolean {
  if (what.kind === 'attested') return node === null || what.node === node;
  if (what.kind !== 'proof' || !PROOF.test(what.what)) return false;
  return node === null || what.node === node;
}

/** Says of a boot what the journal's own record of it says. */
export function isOwnership(what: string): boolean {
  return /owner of the disk|owns the disk/.test(what);
}

/** Reached when the proof was there. */
function lastState(before: readonly Happening[]): Happening | undefined {
  return before.findLast(({ what }) => what.kind === 'state');
}
