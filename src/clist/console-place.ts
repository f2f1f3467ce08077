/**
 * What the wires of consoles have in common, asked by kind: which two are the same, on which host
 * the other end is, which can carry a BREAK, how one is shown. Called by the checks of CList and by
 * screens. Opens nothing.
 */
import { assertNever } from '../language/assert-never.ts';
import type { ConsoleAddress } from './cluster.ts';
import { isSecretArgument } from './exec-secrets.ts';
import { formatLogin } from './ssh-keys.ts';
import { formatHostPort } from './values.ts';

/** Two consoles with the same key are one. */
export function consoleKey(console: ConsoleAddress): string {
  switch (console.kind) {
    case 'telnet':
    case 'tcp':
      return `${console.host.toLowerCase()} ${console.port}`;
    case 'serial':
    case 'unix':
      return console.path;
    case 'exec':
      return JSON.stringify(console.argv);
    case 'ssh':
      return `${formatLogin(console).toLowerCase()} ${console.command ?? ''}`;
    default:
      return assertNever(console);
  }
}

/** As in CList, for people; what looks like a secret is left out. */
export function formatConsole(console: ConsoleAddress): string {
  switch (console.kind) {
    case 'telnet':
    case 'tcp':
      return `${console.kind} ${formatHostPort(console.host, console.port)}`;
    case 'ssh':
      return `ssh ${formatLogin(console)}`;
    case 'serial':
    case 'unix':
      return `${console.kind} ${console.path}`;
    case 'exec':
      return `exec ${console.argv.map((_word, index) => shownWord(console.argv, index)).join(' ')}`;
    default:
      return assertNever(console);
  }
}

function shownWord(argv: readonly string[], index: number): string {
  const word = argv[index] ?? '';
  if (isSecretArgument(argv, index)) return '***';
  return /^[\x21-\x7e]+$/.test(word) && !word.includes('"') ? word : JSON.stringify(word);
}

/** Does the console come through this host (in small letters)? Of a program: is it told to go there? */
export function isOnHost(console: ConsoleAddress, host: string): boolean {
  switch (console.kind) {
    case 'telnet':
    case 'tcp':
    case 'ssh':
      return console.host.toLowerCase() === host;
    case 'serial':
    case 'unix':
      return false;
    case 'exec':
      return console.argv.some((word) => word.toLowerCase().replace(/^.*@/, '') === host);
    default:
      return assertNever(console);
  }
}

/** False: only bytes, so a BREAK has to be a sequence of bytes that the other end understands. */
export function carriesBreak(console: ConsoleAddress): boolean {
  return console.kind === 'telnet' || console.kind === 'serial' || console.kind === 'ssh';
}
