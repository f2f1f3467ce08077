/**
 * A world that is not against us in everything: how each machine behaves in one kind of trouble, what
 * the service address does, and whether people help. Used to find the course that a script takes then
 * (cases.ts); the proof itself allows everything.
 */
import type { Fact, NetLevel, Role } from '../language/program.ts';
import type { Cause, Frame } from './config.ts';
import type { Space } from './space.ts';

export type Behaviour =
  | 'runs' // a system answers, and shows nothing else
  | 'at-prompt' // the firmware answers everything as it should
  | 'stops-at-break' // nothing, but the firmware once a BREAK was sent
  | 'runs-until-break' // a system, and the firmware once a BREAK was sent
  | 'falls' // any text of a machine that goes down, then the firmware
  | 'boots-by-hand' // somebody boots it; a BREAK stops it
  | 'silent'
  | 'unreachable';

export interface World {
  readonly active: Behaviour;
  readonly standby: Behaviour;
  readonly net: readonly NetLevel[];
  readonly people: boolean;
}

const ALIVE: readonly (Fact | null)[] = ['running'];
const FIRMWARE: readonly (Fact | null)[] = ['firmware', 'reset', null];
const FALLING: readonly (Fact | null)[] = ['firmware', 'reset', 'ended', null];

/** What is under way, on the console of the node that has this role now. */
export interface Asked {
  readonly frame: Frame;
  readonly role: Role;
}

/** May the world decide so? `asked`: null: it comes unasked. */
export function permits(world: World, space: Space, cause: Cause, asked: Asked | null): boolean {
  const { what } = cause;
  const frame = asked?.frame ?? null;
  const isUnreachable = asked !== null && behaves(world, asked.role) === 'unreachable';
  if (isUnreachable && usesConsole(space, frame) && !isBoot(space, frame)) {
    return what.kind === 'failure' && what.name === 'unreachable';
  }
  switch (what.kind) {
    case 'step':
    case 'known':
    case 'time':
    case 'quiet':
      return true;
    case 'bound':
    case 'journal':
    case 'restart':
      return false;
    case 'noise':
      return false;
    case 'net':
      return world.net.includes(what.level);
    case 'operator':
      return world.people && what.request !== 'out-of-service';
    case 'command':
      return true;
    case 'power':
      return what.off;
    case 'failure':
      return false;
    case 'silence':
      return !what.again && isSilent(space, behaves(world, what.role), frame);
    case 'answer':
      return answers(space, behaves(world, what.role), frame) && what.of !== 'unknown';
    case 'text': {
      const means = space.program.texts[what.text]?.means ?? null;
      if (isBoot(space, frame)) return means === 'leaving';
      return shows(space, behaves(world, what.role), means, frame);
    }
  }
}

function behaves(world: World, role: Role): Behaviour {
  return role === 'active' ? world.active : world.standby;
}

function usesConsole(space: Space, frame: Frame | null): boolean {
  if (frame?.kind !== 'dialogue') return false;
  const step = space.dialogue(frame.dialogue).steps[frame.step];
  return step !== undefined && ['send', 'press', 'break', 'expect'].includes(step.kind);
}

/** One of the library's `to ...` blocks is under way: there BREAKs are sent. */
function isVerb(space: Space, frame: Frame | null): boolean {
  return frame?.kind === 'dialogue' && space.dialogue(frame.dialogue).howTo !== null;
}

/** A boot that we ordered: it succeeds. */
function isBoot(space: Space, frame: Frame | null): boolean {
  return frame?.kind === 'dialogue' && space.dialogue(frame.dialogue).howTo === 'boot';
}

function isSilent(space: Space, behaviour: Behaviour, frame: Frame | null): boolean {
  if (behaviour === 'silent') return true;
  return behaviour === 'stops-at-break' && !isVerb(space, frame);
}

function answers(space: Space, behaviour: Behaviour, frame: Frame | null): boolean {
  switch (behaviour) {
    case 'at-prompt':
    case 'falls':
    case 'boots-by-hand':
      return true;
    case 'stops-at-break':
    case 'runs-until-break':
      return isVerb(space, frame);
    case 'runs':
    case 'silent':
    case 'unreachable':
      return false;
  }
}

function shows(
  space: Space,
  behaviour: Behaviour,
  means: Fact | null,
  frame: Frame | null,
): boolean {
  switch (behaviour) {
    case 'runs':
      return ALIVE.includes(means);
    case 'at-prompt':
      return frame !== null && FIRMWARE.includes(means);
    case 'stops-at-break':
      return isVerb(space, frame) && FIRMWARE.includes(means);
    case 'runs-until-break':
      return isVerb(space, frame) ? FIRMWARE.includes(means) : ALIVE.includes(means);
    case 'falls':
      return FALLING.includes(means);
    case 'boots-by-hand':
      return frame === null ? means === 'leaving' : FIRMWARE.includes(means);
    case 'silent':
    case 'unreachable':
      return false;
  }
}
