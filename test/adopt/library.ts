/** The shipped script, compiled, bound to two machines that no CList describes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileScript } from '../../src/language/compile.ts';
import type { Engine } from '../../src/machine/engine.ts';
import { createEngine } from '../../src/machine/machine.ts';
import { targetOf } from '../../src/simulation/target-of.ts';

const SCRIPTS = join(import.meta.dirname, '../../chat-scripts');

export function shippedEngine(): Engine {
  const { program } = compileScript('sun-obp.chat', (name) =>
    readFileSync(join(SCRIPTS, name), 'utf8'),
  );
  if (program === null) throw new Error('the shipped script has errors');
  const machines = [
    { name: 'n1', hostId: '83a54dc7' },
    { name: 'n2', hostId: '83a54f12' },
  ] as const;
  const choice = { onSilence: 'confirm', serviceLost: 'alarm', settings: {} } as const;
  return createEngine(program, targetOf(program, machines, choice));
}
