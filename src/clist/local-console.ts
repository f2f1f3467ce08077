/**
 * Consoles that begin on this host: `console unix PATH` and `console exec PROGRAM ARG...`. Called by
 * console-keys.ts. Looks at the words only, not at what is there: that is told when the daemon starts.
 * Must never quote an argument: it may be a secret.
 */
import type { ConsoleAddress } from './cluster.ts';
import { isSecretArgument } from './exec-secrets.ts';
import type { LineReader } from './line-reader.ts';
import type { Word } from './words.ts';

/** The kernel takes no longer names (108 bytes with the zero behind). */
const SOCKET_PATH_BYTES_MAX = 107;

export function readUnix(line: LineReader): ConsoleAddress | null {
  const path = line.read('the path of a unix socket', (text) => {
    const fault = socketPathFault(text);
    if (fault === null) return { ok: true, value: text };
    const hint = 'it starts with /, for example /run/consoles/n1';
    return { ok: false, code: 'bad-path', message: fault, hint };
  });
  return path === null ? null : { kind: 'unix', path };
}

function socketPathFault(text: string): string | null {
  if (!/^\/[^\0]*[^/\0]$/.test(text)) return 'expected the whole path of a unix socket';
  const bytes = Buffer.byteLength(text);
  if (bytes <= SOCKET_PATH_BYTES_MAX) return null;
  return `this path has ${bytes} bytes, and a socket takes ${SOCKET_PATH_BYTES_MAX} at most`;
}

export function readExec(line: LineReader): ConsoleAddress | null {
  const program = line.read('a program', (text) =>
    /^(\/[^\0]*[^/\0]|[^\0/-][^\0/]*)$/.test(text)
      ? { ok: true, value: text }
      : {
          ok: false,
          code: 'bad-path',
          message: 'expected the name of a program in PATH, or its whole path',
          hint: 'for example: console exec conman -d HOST NAME',
        },
  );
  if (program === null) return null;
  const argv = [program];
  for (const word of line.rest()) {
    argv.push(word.text);
    if (!isFit(line, word)) return null;
    if (!isSecretArgument(argv, argv.length - 1)) continue;
    const message = 'this looks like a secret, and all users of this host can read it in `ps`';
    line.warn('plaintext-secret', word.span, message, BETTER);
  }
  return { kind: 'exec', argv };
}

const BETTER = "use the program's own way to read it from a file: ipmitool has -f FILE";

/** One argument of a program: any text but the null character. */
function isFit(line: LineReader, word: Word): boolean {
  if (/^@(file|env):/.test(word.text)) {
    const message = 'a secret cannot be an argument: all users of this host can read it in `ps`';
    line.fail('bad-secret', word.span, message, BETTER);
    return false;
  }
  if (!word.text.includes('\0')) return true;
  line.fail('bad-value', word.span, 'an argument may not hold the null character');
  return false;
}
