import { describe, expect, test } from 'vitest';
import { runChaos } from './chaos.ts';

const seeds = Number(process.env.SEEDS ?? 60);
const from = Number(process.env.SEED ?? 1);

describe('random troubles', () => {
  for (let seed = from; seed < from + seeds; seed++) {
    test(`seed ${seed}: never two mounts, and production runs in the end`, () => {
      const { world, violations, runs } = runChaos(seed);
      expect(violations, `SEED=${seed}\n${world.story()}`).toBe(0);
      expect(runs, `SEED=${seed}\n${world.story()}`).toBe(true);
    });
  }
});
