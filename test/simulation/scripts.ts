/** The shipped scripts, compiled once, as simulations take them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileScript } from '../../src/language/compile.ts';
import { type SimulatedScript, simulatedScript } from '../../src/simulation/simulated-script.ts';

const DIRECTORY = fileURLToPath(new URL('../../chat-scripts/', import.meta.url));

function read(file: string): string | null {
  try {
    return readFileSync(DIRECTORY + file, 'utf8');
  } catch {
    return null;
  }
}

/** `read`: other sources than the shipped ones, by file name. */
export function compiled(name: string, source = read): SimulatedScript {
  const { program, diagnostics } = compileScript(name, source);
  if (program === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  return simulatedScript(name, program);
}

export const SHIPPED: readonly SimulatedScript[] = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith('.chat'))
  .sort()
  .map((name) => compiled(name));

/** The script that takes over. */
export const SUN_OBP = compiled('sun-obp.chat');
