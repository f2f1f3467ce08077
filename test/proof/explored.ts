/**
 * What the prover says a script can do, gathered so that single steps of the real machine can be
 * looked up in it.
 */
import type { Program, Role } from '../../src/language/program.ts';
import { bindEngine } from '../../src/machine/engine.ts';
import type { Facts } from '../../src/machine/facts.ts';
import type { PatternSet } from '../../src/machine/patterns.ts';
import type { Frame } from '../../src/proof/config.ts';
import { explore } from '../../src/proof/explore.ts';
import { canonical, Knowledge } from '../../src/proof/knowledge.ts';
import { anyTarget } from '../../src/proof/prove.ts';
import { Space } from '../../src/proof/space.ts';

export const ROLES: readonly Role[] = ['active', 'standby'];

export interface ExploredScript {
  /** `state -> state` */
  readonly transitions: ReadonlySet<string>;
  /** `state dialogue done`, `state dialogue failure` */
  readonly ends: ReadonlySet<string>;
  /** `state role`, when the law may let the boot of that role through. */
  readonly boots: ReadonlySet<string>;
  /** `role state knowledge`, between tasks. */
  readonly known: ReadonlySet<string>;
}

export function exploredOf(program: Program, patterns: PatternSet): ExploredScript {
  const transitions = new Set<string>();
  const ends = new Set<string>();
  const boots = new Set<string>();
  const known = new Set<string>();
  const name = (state: number) => program.states[state]?.name ?? '?';
  for (const role of ROLES) {
    const engine = bindEngine(program, anyTarget(program), patterns);
    const space = new Space(engine, new Knowledge(engine, role), role, 'all');
    const { found } = explore(space, {
      onChoice: (config, _at, { node, via: { course } }) => {
        transitions.add(`${name(config.state)} -> ${name(node.state)}`);
        const first = course?.summary.found.nodes[0];
        const last = course === null ? undefined : course.summary.found.nodes[course.at];
        if (first?.kind !== 'running' || last?.kind !== 'ended') return;
        const how = last.ending.ok ? 'done' : last.ending.name;
        ends.add(`${name(config.state)} ${nameOf(program, first.running.frames[0])} ${how}`);
      },
    });
    for (const { state, action, known: both } of found.nodes) {
      const followed = both[role === 'active' ? 0 : 1];
      if (followed >= 0) {
        known.add(`${role} ${name(state)} ${JSON.stringify(space.knowledge.facts(followed))}`);
      }
      const boot = program.states[state]?.actions[action];
      if (boot?.kind !== 'boot') continue;
      const isOwner = boot.role === 'active';
      const judged = isOwner ? 'standby' : 'active';
      if (judged !== role) continue;
      if (space.knowledge.boots(both[isOwner ? 1 : 0], isOwner).mayBe) {
        boots.add(`${name(state)} ${boot.role}`);
      }
    }
  }
  return { transitions, ends, boots, known };
}

function nameOf(program: Program, frame: Frame | undefined): string {
  if (frame?.kind === 'dialogue') return program.dialogues[frame.dialogue]?.name ?? '?';
  return frame?.verb === 'command' ? 'run' : (frame?.verb ?? '?');
}

/** The same in the prover's few states of knowledge, where one value stands for all of a table. */
export function knowledgeOf(program: Program, facts: Facts, role: Role, count: number): string {
  const small = canonical(facts, role === 'standby');
  const { resumable, attested } = small;
  const isRead = Object.values(small.reads).filter(({ equal }) => equal).length >= count;
  const read = program.parked.map(({ variable }) => [variable, { at: 2, equal: true }] as const);
  return JSON.stringify({
    ...small,
    reads: isRead && count > 0 ? Object.fromEntries(read) : {},
    resumable: resumable === null ? null : { at: 0, ours: true, carried: resumable.carried },
    attested: attested === null ? null : { at: 2, by: 'somebody' },
  });
}
