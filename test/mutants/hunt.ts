/**
 * Runs in a process of its own, on a copy of the program: `node hunt.js RUNS`. Checks and proves every
 * script of the copy, then simulates them, and careless ones between them, under each policy for a
 * silent node, in growing parts, and stops at the first violation. The last line of its output is what
 * it found, as JSON.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Compile from '../../src/language/compile.ts';
import type * as Proof from '../../src/proof/prove.ts';
import type * as Faults from '../../src/simulation/faults.ts';
import type * as Many from '../../src/simulation/simulate-many.ts';
import type * as Scripts from '../../src/simulation/simulated-script.ts';
import type { SimulatedScript } from '../../src/simulation/simulated-script.ts';
import type { ViolationKind } from '../../src/simulation/verdicts.ts';
import { CARELESS } from './careless.ts';
import type { Edit } from './mutant.ts';

export interface Hunted {
  /** `check`: the script is refused or warned of; `proof`: the prover; `crash`: an exception. */
  readonly by: 'check' | 'proof' | 'simulation' | 'crash' | null;
  /** Code of the diagnostic or kind of the violation. */
  readonly kind: string;
  readonly what: string;
  readonly seed: number | null;
  readonly policy: string | null;
  readonly runs: number;
}

const HERE = import.meta.dirname;
const SCRIPTS = join(HERE, 'chat-scripts');
const POLICIES = ['power', 'confirm', 'trust'] as const;
const PROMISE_MS = 180_000;
const FIRST_PART = 15;

async function room<T>(path: string): Promise<T> {
  return (await import(join(HERE, 'dist', path))) as T;
}

const nothing: Hunted = { by: null, kind: '', what: '', seed: null, policy: null, runs: 0 };

async function check(): Promise<Hunted | readonly SimulatedScript[]> {
  const { compileScript } = await room<typeof Compile>('language/compile.js');
  const { prove } = await room<typeof Proof>('proof/prove.js');
  const { simulatedScript } = await room<typeof Scripts>('simulation/simulated-script.js');
  const scripts: SimulatedScript[] = [];
  for (const name of readdirSync(SCRIPTS).filter((file) => file.endsWith('.chat'))) {
    const read = (file: string) => readFileSync(join(SCRIPTS, file), 'utf8');
    const { program, diagnostics } = compileScript(name, read);
    const [first] = diagnostics;
    if (first !== undefined) {
      return { ...nothing, by: 'check', kind: first.code, what: first.message };
    }
    if (program === null) throw new Error('no program and no diagnostics');
    const script = simulatedScript(name, program);
    const [found] = prove(program, script.patterns).findings;
    if (found !== undefined) {
      const { code, message } = found.diagnostic;
      return { ...nothing, by: 'proof', kind: code, what: message };
    }
    scripts.push(script);
  }
  return scripts;
}

/** What no script may bring about, however careless it is. */
const UNSAFE: readonly ViolationKind[] = ['two-mounts', 'law', 'unproven', 'journal', 'fault'];

interface Subject {
  readonly script: SimulatedScript;
  readonly isCareless: boolean;
  /** Its parts are so much smaller. */
  readonly share: number;
}

async function careless(): Promise<Subject[]> {
  const { compileScript } = await room<typeof Compile>('language/compile.js');
  const { simulatedScript } = await room<typeof Scripts>('simulation/simulated-script.js');
  return CARELESS.flatMap(({ name, edits }) => {
    const read = (file: string) => edited(file, edits);
    const { program } = compileScript('sun-obp.chat', read);
    // A mutant of the script may have edited the same place.
    if (program === null) return [];
    return [{ script: simulatedScript(name, program), isCareless: true, share: 0.4 }];
  });
}

function edited(file: string, edits: readonly Edit[]): string {
  const text = readFileSync(join(SCRIPTS, file), 'utf8');
  return edits
    .filter((edit) => edit.file === `chat-scripts/${file}`)
    .reduce((done, { from, to }) => done.replace(from, () => to), text);
}

type Simulate = (
  subject: Subject,
  policy: (typeof POLICIES)[number],
  seed: number,
  runs: number,
) => {
  readonly runs: number;
  readonly failed: Many.FailedRun | null;
};

async function simulator(): Promise<Simulate> {
  const { simulateMany } = await room<typeof Many>('simulation/simulate-many.js');
  const { DEFAULT_FAULTS } = await room<typeof Faults>('simulation/faults.js');
  return ({ script, isCareless }, onSilence, firstSeed, runs) => {
    let failed: Many.FailedRun | null = null;
    let done = 0;
    const counts = (one: Many.FailedRun) =>
      !isCareless || one.violations.some(({ kind }) => UNSAFE.includes(kind));
    simulateMany({
      script,
      limits: { faults: DEFAULT_FAULTS, promiseMs: PROMISE_MS, onSilence },
      firstSeed,
      runs,
      keepsGoing: true,
      onFailed: (one) => {
        if (counts(one)) failed ??= one;
      },
      onRun: (totals) => {
        done = totals.runs;
        return failed === null;
      },
    });
    return { runs: failed === null ? done : done + 1, failed };
  };
}

async function hunt(most: number): Promise<Hunted> {
  const checked = await check();
  if ('by' in checked) return checked;
  const simulate = await simulator();
  const subjects: Subject[] = [
    ...checked.map((script) => ({ script, isCareless: false, share: 1 })),
    ...(await careless()),
  ];
  let runs = 0;
  for (let seed = 1, part = FIRST_PART; runs < most; seed += part, part *= 2) {
    for (const subject of subjects) {
      for (const policy of POLICIES) {
        const count = Math.min(Math.ceil(part * subject.share), most - runs);
        const { runs: done, failed } = simulate(subject, policy, seed, count);
        runs += done;
        if (failed !== null) return told(subject, policy, failed, runs);
      }
    }
  }
  return { ...nothing, runs };
}

function told(
  { script, isCareless }: Subject,
  policy: string,
  failed: Many.FailedRun,
  runs: number,
) {
  const { violations, seed } = failed;
  const violation = violations.find(({ kind }) => UNSAFE.includes(kind)) ?? violations[0];
  const { kind, what } = violation ?? { kind: '', what: '' };
  const whose = isCareless ? `under a script that ${script.name}: ` : '';
  return { by: 'simulation', kind, what: `${whose}${what}`, seed, policy, runs } as const;
}

const most = Number(process.argv[2] ?? 600);
const found = await hunt(most).catch(
  (error: unknown): Hunted => ({
    ...nothing,
    by: 'crash',
    kind: 'exception',
    what: error instanceof Error ? error.message : String(error),
  }),
);
process.stdout.write(`${JSON.stringify(found)}\n`);
