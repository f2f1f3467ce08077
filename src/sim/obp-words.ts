/**
 * The words of the simulated OpenBoot. A word gets the rest of its line where it wants it and
 * prints its answer; what it wants of the machine it asks of the host. Called by obp.ts only.
 */
import type { Nvram } from './nvram.ts';

/** What the firmware's words want of the machine. */
export interface ObpHost {
  readonly nvram: Nvram;
  /** Device aliases, name to path. */
  readonly aliases: Map<string, string>;
  print(text: string): void;
  banner(): void;
  /** The rest of a `boot` line, blanks trimmed. */
  boot(args: string): void;
  /** Lets a suspended system go on; false: there is none. */
  resume(): boolean;
  /** Calls back into a suspended system, which panics and writes; false: there is none. */
  sync(): boolean;
  reset(): void;
  powerOff(): void;
  note(what: string): void;
}

export interface WordContext {
  readonly host: ObpHost;
  readonly stack: number[];
  page(lines: readonly string[]): void;
  askNewPassword(mode: string): void;
  lock(): void;
}

interface Word {
  /** `line`: takes the rest of the line; `name`: takes the next word; `none`: takes nothing. */
  readonly takes: 'line' | 'name' | 'none';
  run(context: WordContext, rest: string): void;
}

const word = (takes: Word['takes'], run: Word['run']): Word => ({ takes, run });

function say(context: WordContext, line: string): void {
  context.host.print(`${line}\r\n`);
}

function pop(context: WordContext): number {
  const value = context.stack.pop();
  if (value === undefined) throw new ForthError('Stack Underflow');
  return value;
}

/** Stops the evaluation of the line; the message is printed before the prompt. */
export class ForthError extends Error {}

function setenv(context: WordContext, rest: string): void {
  const match = /^(\S+)\s+(\S.*)$/.exec(rest.trim());
  const [, name = '', value = ''] = match ?? [];
  if (match === null) return say(context, 'Usage: setenv option-name value');
  if (name === 'security-mode' && value !== 'none') return context.askNewPassword(value);
  switch (context.host.nvram.set(name, value)) {
    case 'set':
      return say(context, context.host.nvram.format(name));
    case 'unknown':
      return say(context, `Unknown option: ${name}`);
    case 'invalid':
      return say(context, 'Invalid value; previous value retained.');
  }
}

function setDefault(context: WordContext, name: string): void {
  if (name === '') return say(context, 'Usage: set-default option-name');
  if (!context.host.nvram.has(name)) return say(context, `Unknown option: ${name}`);
  context.host.nvram.setDefault(name);
}

function printenv(context: WordContext, rest: string): void {
  const { nvram } = context.host;
  const name = rest.trim();
  if (name === '') return context.page(nvram.table());
  say(context, nvram.has(name) ? nvram.format(name) : `Unknown option: ${name}`);
}

function devalias(context: WordContext, rest: string): void {
  const { aliases } = context.host;
  const [name, path] = rest.trim().split(/\s+/);
  if (name !== undefined && name !== '' && path !== undefined) {
    aliases.set(name, path);
    return;
  }
  if (name !== undefined && name !== '') {
    const found = aliases.get(name);
    return say(context, found === undefined ? `${name} : no such alias` : `${name}   ${found}`);
  }
  for (const [alias, target] of aliases) say(context, `${alias.padEnd(24)} ${target}`);
}

/** Appends to nvramrc and switches it on, as the real one does. */
function nvalias(context: WordContext, rest: string): void {
  const { nvram } = context.host;
  const [name = '', path = ''] = rest.trim().split(/\s+/);
  if (path === '') return say(context, 'Usage: nvalias name device-specifier');
  const others = nvram
    .get('nvramrc')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(`devalias ${name} `));
  nvram.set('nvramrc', [...others, `devalias ${name} ${path}`].join('\n'));
  nvram.set('use-nvramrc?', 'true');
  context.host.aliases.set(name, path);
}

function probeScsi(context: WordContext): void {
  context.host.note('probes the SCSI bus, which resets it');
  say(context, '/pci@1c,600000/scsi@2');
  say(context, 'Target 0');
  say(context, '  Unit 0   Disk     SEAGATE ST373207LSUN72G 045A');
}

const HELP = [
  "Enter 'help command-name' or 'help category-name' for more help",
  'Main categories are:',
  'Boot (boot, go, sync)   Configuration (printenv, setenv, set-defaults)',
  'Devices (devalias, nvalias, probe-scsi)   Machine (banner, reset-all, power-off)',
];

function go(context: WordContext): void {
  if (!context.host.resume()) say(context, 'No program active, go ignored');
}

function sync(context: WordContext): void {
  if (!context.host.sync()) say(context, 'No program active, sync ignored');
}

const binary = (compute: (left: number, right: number) => number) =>
  word('none', (context) => {
    const right = pop(context);
    context.stack.push(compute(pop(context), right));
  });

export const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>([
  ['banner', word('none', (context) => context.host.banner())],
  ['printenv', word('line', printenv)],
  ['setenv', word('line', setenv)],
  ['set-default', word('name', setDefault)],
  [
    'set-defaults',
    word('none', (context) => {
      context.host.nvram.setDefaults();
      say(context, 'Setting NVRAM parameters to default values.');
    }),
  ],
  ['boot', word('line', (context, rest) => context.host.boot(rest.trim()))],
  ['go', word('none', go)],
  ['sync', word('none', sync)],
  ['reset-all', word('none', (context) => context.host.reset())],
  ['reset', word('none', (context) => context.host.reset())],
  ['power-off', word('none', (context) => context.host.powerOff())],
  ['devalias', word('line', devalias)],
  ['nvalias', word('line', nvalias)],
  ['probe-scsi', word('none', probeScsi)],
  ['probe-scsi-all', word('none', probeScsi)],
  ['logout', word('none', (context) => context.lock())],
  [
    'help',
    word('line', (context) =>
      HELP.forEach((line) => {
        say(context, line);
      }),
    ),
  ],
  ['.version', word('none', (context) => say(context, 'Release 4.16.1 created 2004/10/12 16:15'))],
  ['.', word('none', (context) => context.host.print(`${pop(context).toString(16)} `))],
  [
    '.s',
    word('none', (context) =>
      say(context, `${context.stack.map((n) => n.toString(16)).join(' ')}`),
    ),
  ],
  ['cr', word('none', (context) => context.host.print('\r\n'))],
  [
    'dup',
    word('none', (context) => {
      const top = pop(context);
      context.stack.push(top, top);
    }),
  ],
  [
    'drop',
    word('none', (context) => {
      pop(context);
    }),
  ],
  ['+', binary((left, right) => left + right)],
  ['-', binary((left, right) => left - right)],
  ['*', binary((left, right) => left * right)],
  // Words that a stored nvramrc usually contains; nothing here depends on them.
  ['probe-all', word('none', () => {})],
  ['install-console', word('none', () => {})],
  ['\\', word('line', () => {})],
]);
