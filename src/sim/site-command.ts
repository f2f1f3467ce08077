/** What a command of the simulator is; its tables are commands.ts and commands-*.ts. */
import { SimError } from './sim-error.ts';
import type { Site } from './site.ts';

export interface SiteCommand {
  /** Its name and its other names. */
  readonly words: readonly string[];
  /** Arguments for people; those in brackets may be left out. */
  readonly takes: string;
  readonly does: string;
  /** Returns what to tell; throws `SimError`. */
  run(site: Site, args: readonly string[]): string;
}

/** One of two words; throws `bad-option` with both of them. */
export function either(word: string, yes: string, no: string): boolean {
  if (word === yes) return true;
  if (word === no) return false;
  throw new SimError('bad-option', `'${word}' is not known here`, `expected ${yes} or ${no}`);
}

export function onOrOff(word: string): boolean {
  return either(word, 'on', 'off');
}
