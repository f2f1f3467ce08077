/**
 * Holds the prover against the real machine: whole simulated clusters run with everything that can go
 * wrong, and each step that the machine makes has to be one that the prover has explored. A step
 * outside of it would be a hole in the proof.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { type Engine, parkedLinesOf, stepsSeen } from './steps-seen.ts';

vi.mock('../../src/machine/machine.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/machine/machine.ts')>();
  return {
    ...original,
    step: (...given: Parameters<typeof original.step>) => {
      const stepped = original.step(...given);
      stepsSeen.onStep?.(given[0], given[1], stepped);
      return stepped;
    },
  };
});

const { DEFAULT_FAULTS } = await import('../../src/simulation/faults.ts');
const { simulate } = await import('../../src/simulation/simulated-run.ts');
const { SUN_OBP } = await import('../simulation/scripts.ts');
const { exploredOf, knowledgeOf, ROLES } = await import('./explored.ts');

const seeds = Number(process.env.SEEDS ?? 60);
const POLICIES = ['power', 'confirm', 'trust'] as const;

afterEach(() => {
  stepsSeen.onStep = null;
});

test('the machine makes no step that the prover has not explored', { timeout: 300_000 }, () => {
  const { program, patterns } = SUN_OBP;
  const explored = exploredOf(program, patterns);
  const outside = new Set<string>();
  const seen = { transitions: new Set<string>(), ends: new Set<string>(), boots: 0, known: 0 };
  let hasMoved = false;

  stepsSeen.onStep = (engine: Engine, from, { state, effects }) => {
    // What is guessed in shadow mode sends nothing, and proves nothing.
    if (state.inhibited !== null) return;
    let current = program.states[from.current]?.name ?? '?';
    for (const effect of effects) {
      if (effect.kind !== 'log') continue;
      const { topic, what, next } = effect.entry;
      const [, to] = /^\S+ -> (\S+)$/.exec(what) ?? [];
      if (topic === 'transition' && to !== undefined) {
        seen.transitions.add(what);
        if (!explored.transitions.has(what)) outside.add(`transition ${what}`);
        current = to;
      } else if (topic === 'transition') current = what;
      const [, task, how, failure] =
        /^(\S+?)(?: on \S+| \S+)?: (done|failed, ([a-z0-9-]+))/.exec(what) ?? [];
      if (topic === 'dialogue' && how !== undefined) {
        const end = `${current} ${task} ${failure ?? how}`;
        seen.ends.add(end);
        if (!explored.ends.has(end)) outside.add(`end ${end}`);
      }
      if (topic !== 'evidence' || next?.startsWith('boot it from') !== true) continue;
      const isTakeover = what.includes('is now the active node');
      hasMoved ||= isTakeover;
      seen.boots += 1;
      const boot = `${current} ${isTakeover ? 'standby' : 'active'}`;
      if (!explored.boots.has(boot)) outside.add(`boot in ${boot}`);
    }
    if (!state.begun || state.task !== null) return;
    for (const role of ROLES) {
      // Of a node that was the other one before, the prover takes anything for possible.
      if (role === 'standby' && hasMoved) continue;
      const index = role === 'active' ? state.owner : state.owner === 0 ? 1 : 0;
      const node = state.nodes[index];
      // A lost console takes proofs away; the engine alone guards that, and no script can hide it.
      // A banner may show the identity unasked: the prover knows less there, which is the safe side.
      const isUnasked = node.facts.promptAt === null && node.facts.resetAt !== null;
      const isOfBefore = ['carried', 'contradicted'].includes(node.facts.identity);
      if (node.channel !== 'connected' || isOfBefore || isUnasked) continue;
      const count = parkedLinesOf(engine, index);
      const known = `${role} ${current} ${knowledgeOf(program, node.facts, role, count)}`;
      seen.known += 1;
      if (!explored.known.has(known)) outside.add(`knowledge ${known}`);
    }
  };

  for (let seed = 1; seed <= seeds; seed++) {
    hasMoved = false;
    const onSilence = POLICIES[seed % POLICIES.length] ?? 'power';
    const limits = { faults: DEFAULT_FAULTS, promiseMs: 180_000, keepsLines: false, onSilence };
    simulate(seed, SUN_OBP, limits);
  }

  expect([...outside]).toEqual([]);
  // The comparison is worth something only if much was seen.
  expect(seen.transitions.size).toBeGreaterThan(40);
  expect(seen.ends.size).toBeGreaterThan(50);
  expect(seen.boots).toBeGreaterThan(20);
  expect(seen.known).toBeGreaterThan(500);
});
