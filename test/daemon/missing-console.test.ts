/** What is told at a start of consoles that begin on this host. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ConsoleAddress } from '../../src/clist/cluster.ts';
import { consoleTrouble } from '../../src/daemon/missing-console.ts';

const directory = mkdtempSync(join(tmpdir(), 'consoles-'));
const file = join(directory, 'file');
writeFileSync(file, '');
const socket = join(directory, 'socket');
const server = createServer();
await new Promise<void>((resolve) => server.listen(socket, resolve));
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

it.each<[string, ConsoleAddress, string | null]>([
  ['a socket', { kind: 'unix', path: socket }, null],
  ['no socket', { kind: 'unix', path: file }, `${file} is no unix socket`],
  ['nothing', { kind: 'unix', path: '/no/such' }, 'the unix socket /no/such is not there'],
  ['a file', { kind: 'serial', path: file, baud: 9600 }, `${file} is no serial line`],
  [
    'no device',
    { kind: 'serial', path: '/dev/x1', baud: 9600 },
    'the serial line /dev/x1 is not there',
  ],
  ['a program', { kind: 'exec', argv: ['cat', 'x'] }, null],
  [
    'no program',
    { kind: 'exec', argv: ['no-such-1'] },
    'the console program no-such-1 is not there',
  ],
  ['a file to run', { kind: 'exec', argv: [file] }, `the console program ${file} may not be run`],
  ['telnet', { kind: 'telnet', host: 'no-such-host', port: 1 }, null],
])('%s', (_name, console, what) => {
  expect(consoleTrouble(console)?.what ?? null).toBe(what);
});
