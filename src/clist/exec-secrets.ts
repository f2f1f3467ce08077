/**
 * Which words of a program's command line look like a secret. Called by the reader of `console exec`,
 * which warns, and by masking, which hides them. Knows no values, only where they stand.
 */
import { basename } from 'node:path';

const NAME = /(^|[-_])(password|passwd|passphrase|secret|token|community)$/i;

export function isSecretArgument(argv: readonly string[], index: number): boolean {
  const word = argv[index] ?? '';
  const before = argv[index - 1] ?? '';
  const equals = word.indexOf('=');
  if (equals > 0 && equals < word.length - 1 && NAME.test(word.slice(0, equals))) return true;
  if (word.startsWith('-')) return false;
  if (before.startsWith('-') && NAME.test(before)) return true;
  const isIpmitool = argv.slice(0, index).some((one) => basename(one) === 'ipmitool');
  return isIpmitool && before === '-P';
}
