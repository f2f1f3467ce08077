/**
 * Consoles that begin on this host: `console unix PATH`. Called by console-keys.ts. Looks at the words
 * only, not at what is there: that is told when the daemon starts.
 */
import type { ConsoleAddress } from './cluster.ts';
import type { LineReader } from './line-reader.ts';

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
