/** Lets prover and simulator loose on a copy, in a process of its own: what a mutant breaks may hang. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { copyWith, dropCopy } from './copy.ts';
import type { Hunted } from './hunt.ts';
import type { Mutant } from './mutant.ts';

export interface Caught extends Hunted {
  readonly seconds: number;
}

/** `runs`: how many simulated ones at most. `base`: the folder that makeBase made. */
export async function huntMutant(base: string, mutant: Mutant, runs: number): Promise<Caught> {
  const copy = copyWith(base, mutant);
  const began = performance.now();
  try {
    const hunted = await hunt(copy, runs);
    return { ...hunted, seconds: (performance.now() - began) / 1000 };
  } finally {
    dropCopy(copy);
  }
}

/** A hunt that takes so long turns on the spot. */
const HUNT_MS = 20 * 60_000;

/** Rejects when the process was ended from outside: that says nothing about the mutant. */
function hunt(copy: string, runs: number): Promise<Hunted> {
  const words = [join(copy, 'hunt.js'), String(runs)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { timeout: HUNT_MS }, (error, output, errors) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (error === null && last !== '') return resolve(JSON.parse(last) as Hunted);
      const isOurs = error?.killed === true;
      const isEnded = typeof error?.signal === 'string' && !isOurs;
      if (isEnded) return reject(new Error(`the hunt was ended by ${error?.signal}`));
      const what = (isOurs ? 'no end in time' : errors.trim()).slice(0, 200);
      resolve({ by: 'crash', kind: 'process', what, seed: null, policy: null, runs: 0 });
    });
  });
}
