/**
 * The proof of one script: explores everything that it can reach (explore.ts) and says what is wrong
 * with it, each as the shortest story (story.ts), and what the proof rests on (assumptions.ts).
 * Called by check and by the daemon before a script runs. Pure, and the same every time.
 */
import type { Program, Role } from '../language/program.ts';
import { bindEngine, type Engine } from '../machine/engine.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { Target } from '../machine/target.ts';
import { type Explored, explore } from './explore.ts';
import {
  findBootsThatNeverPass,
  findFencesThatNeverProve,
  findUnprovenTakeovers,
} from './find-boots.ts';
import { findDangerousTyping } from './find-typing.ts';
import { findUnreached } from './find-unreached.ts';
import { findUnwatchedStandby } from './find-unwatched.ts';
import { type Finding, inOrder } from './finding.ts';
import { Knowledge } from './knowledge.ts';
import { Space } from './space.ts';

export interface Proof {
  readonly findings: readonly Finding[];
  /** How many points were looked at, of both nodes together. */
  readonly points: number;
  /** Every reachable point was looked at; false when there are too many. */
  readonly complete: boolean;
}

/** One exploration: the knowledge of one node is followed. */
export interface View {
  readonly space: Space;
  readonly explored: Explored;
}

/**
 * `target`: one cluster of CList; null: the script alone, under every choice that a CList may make.
 */
export function prove(program: Program, patterns: PatternSet, target: Target | null): Proof {
  const engine = bindEngine(program, target ?? anyTarget(program), patterns);
  const isOpen = target === null;
  const active = viewOf(engine, 'active', isOpen);
  const standby = viewOf(engine, 'standby', isOpen);
  const findings = [
    ...findUnprovenTakeovers(active),
    ...findBootsThatNeverPass(standby),
    ...findFencesThatNeverProve(active),
    ...findDangerousTyping(engine),
    ...findUnwatchedStandby(program),
    ...(isOpen ? findUnreached(active) : []),
  ];
  return {
    findings: inOrder(findings),
    points: active.explored.points + standby.explored.points,
    complete: active.explored.complete && standby.explored.complete,
  };
}

export function viewOf(engine: Engine, follows: Role, isOpen: boolean): View {
  const space = new Space(engine, new Knowledge(engine, follows), follows, isOpen);
  return { space, explored: explore(space) };
}

/** What a CList might say: every choice is looked at, so the values matter little. */
export function anyTarget(program: Program): Target {
  const settings: Record<string, string> = {};
  const ofNode: Record<string, string> = {};
  for (const setting of program.settings) {
    const stand = setting.type.kind === 'duration' ? '60000' : 'x';
    const value = setting.defaultValue ?? (setting.optional ? null : stand);
    if (value !== null) (setting.ofNode ? ofNode : settings)[setting.name] = value;
  }
  const node = (name: string) => ({
    name,
    identity: name,
    bootPaths: ['/x'],
    hasPowerDevice: true,
    settings: ofNode,
  });
  return {
    cluster: 'any',
    nodes: [node('a'), node('b')],
    service: 'service',
    onSilence: 'trust',
    serviceLost: 'takeover',
    promptQuietMs: 500,
    parkingSurvivedPowerCycle: true,
    settings,
    bounds: {},
  };
}
