/**
 * The proof of one script: explores everything that it can reach (explore.ts) and says what is wrong
 * with it, each as the shortest story (story.ts), and what the proof rests on (assumptions.ts).
 * Called by check and by the daemon before a script runs. Pure, and the same every time.
 */
import type { Program, Role, Span } from '../language/program.ts';
import { bindEngine, type Engine } from '../machine/engine.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { Target } from '../machine/target.ts';
import { type Explored, explore } from './explore.ts';
import { findLyingBlocks } from './find-blocks.ts';
import {
  findBootsThatNeverPass,
  findFencesThatNeverProve,
  findUnprovenTakeovers,
} from './find-boots.ts';
import { findEndlessBounds } from './find-bounds.ts';
import { findStartingCommands } from './find-commands.ts';
import { findVagueIdentity } from './find-identity.ts';
import { findBadParking, findUnparkedBoots } from './find-parking.ts';
import { findForbiddenResumes } from './find-resumes.ts';
import { findDangerousTyping } from './find-typing.ts';
import { findUnexplored, findUnreached } from './find-unreached.ts';
import { findUnwatchedStandby } from './find-unwatched.ts';
import { type Finding, inOrder } from './finding.ts';
import { Knowledge } from './knowledge.ts';
import { type Openness, Space } from './space.ts';
import type { Choice } from './story.ts';

export interface Proof {
  readonly findings: readonly Finding[];
  /** How many points were looked at, of both nodes together. */
  readonly points: number;
  /** Every reachable point was looked at; when not, that is a finding. */
  readonly complete: boolean;
}

/** One exploration: the knowledge of one node is followed. */
export interface View {
  readonly space: Space;
  readonly explored: Explored;
}

/** Under every choice that a CList may make. */
export function prove(program: Program, patterns: PatternSet, pointsMax?: number): Proof {
  const engine = bindEngine(program, anyTarget(program), patterns);
  const active = viewOf(engine, 'active', 'all', pointsMax);
  const standby = viewOf(engine, 'standby', 'all', pointsMax);
  const findings = [
    ...findUnexplored(active, standby),
    ...takeoversOf(program, patterns, active),
    ...findBootsThatNeverPass(standby),
    ...findFencesThatNeverProve(active),
    ...findUnparkedBoots([active, standby]),
    ...findBadParking(engine),
    ...findLyingBlocks(engine),
    ...findVagueIdentity(engine),
    ...findDangerousTyping(engine),
    ...findStartingCommands(engine),
    ...findForbiddenResumes(program),
    ...findEndlessBounds(engine),
    ...findUnwatchedStandby(program),
    ...findUnreached(active),
  ];
  return {
    findings: inOrder(findings),
    points: active.explored.points + standby.explored.points,
    complete: active.explored.complete && standby.explored.complete,
  };
}

/**
 * What is found while each condition may hold or not has to be found under one choice as well: a
 * CList says the same to all of them.
 */
function takeoversOf(program: Program, patterns: PatternSet, view: View): Finding[] {
  const open = findUnprovenTakeovers(view);
  const found = new Map<Span, Finding>();
  for (const choice of CHOICES) {
    if (found.size === open.length) break;
    const engine = bindEngine(program, { ...anyTarget(program), ...choice }, patterns);
    for (const one of findUnprovenTakeovers(viewOf(engine, 'active', 'settings'))) {
      if (!found.has(one.diagnostic.span)) found.set(one.diagnostic.span, one);
    }
  }
  return [...found.values()];
}

const CHOICES: readonly Choice[] = (['power', 'confirm', 'trust'] as const).flatMap((onSilence) =>
  (['takeover', 'alarm'] as const).map((serviceLost) => ({ onSilence, serviceLost })),
);

export function viewOf(engine: Engine, follows: Role, open: Openness, pointsMax?: number): View {
  const space = new Space(engine, new Knowledge(engine, follows), follows, open);
  return { space, explored: explore(space, pointsMax === undefined ? {} : { pointsMax }) };
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
