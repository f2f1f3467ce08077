/** The version of the installed program, from its package.json. Called by `--version` and `run`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function versionOf(packageRoot: string): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
