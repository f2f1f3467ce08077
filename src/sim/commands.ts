/**
 * The commands with which people make things happen on a simulated site: `panic n1`. Called by
 * clusterd-sim for its stdin and its control port, and by the demo in its own process. A command
 * either does something and says what, or says what is wrong with it; it never throws for that.
 */
import { CONSOLE_COMMANDS } from './commands-console.ts';
import { SHOW_COMMANDS } from './commands-show.ts';
import { SimError } from './sim-error.ts';
import type { Site } from './site.ts';
import { onOrOff, type SiteCommand } from './site-command.ts';

export interface CommandAnswer {
  readonly ok: boolean;
  /** For people; may have several lines; without a line end. */
  readonly text: string;
  /** `quit` was asked for. */
  readonly quit: boolean;
}

const NODE_COMMANDS: readonly SiteCommand[] = [
  {
    words: ['panic'],
    takes: 'NODE [no-dump|dump-fails|dump-stalls]',
    does: 'the system panics, dumps and reboots',
    run: (site, [node = '', dump]) => {
      const target = site.node(node);
      if (dump === undefined) target.panic();
      else if (dump === 'no-dump') target.panic({ dump: 'none' });
      else if (dump === 'dump-fails') target.panic({ dump: 'fails' });
      else if (dump === 'dump-stalls') target.panic({ stallsAtPercent: 40 });
      else throw wrongWord(dump, 'no-dump, dump-fails or dump-stalls');
      return `${node} panics`;
    },
  },
  {
    words: ['hang'],
    takes: 'NODE [kernel|deaf]',
    does: 'the system hangs; kernel: it still echoes and writes; deaf: it ignores BREAK',
    run: (site, [node = '', how]) => {
      const target = site.node(node);
      if (how === undefined) target.hang();
      else if (how === 'kernel') target.hang({ kind: 'kernel' });
      else if (how === 'deaf') target.hang({ ignoresBreak: true });
      else throw wrongWord(how, 'kernel or deaf');
      return `${node} hangs`;
    },
  },
  {
    words: ['power'],
    takes: 'off|on NODE',
    does: 'pulls or plugs the power cords',
    run: (site, [state = '', node = '']) => {
      const target = site.node(node);
      if (onOrOff(state)) target.powerOn();
      else target.powerOff();
      return `${node} has ${state === 'on' ? 'power' : 'no power'}`;
    },
  },
  {
    words: ['reset'],
    takes: 'NODE',
    does: 'presses the reset button',
    run: (site, [node = '']) => {
      site.node(node).reset();
      return `${node} is reset`;
    },
  },
  {
    words: ['watchdog'],
    takes: 'NODE',
    does: 'watchdog reset; error-reset-recovery decides what follows',
    run: (site, [node = '']) => {
      site.node(node).watchdogReset();
      return `${node} has a watchdog reset`;
    },
  },
  {
    words: ['break'],
    takes: 'NODE',
    does: 'a BREAK that nobody meant arrives at the machine',
    run: (site, [node = '']) => {
      site.node(node).spuriousBreak();
      return `${node} got a BREAK and is now: ${site.node(node).condition}`;
    },
  },
  {
    words: ['reboot'],
    takes: 'NODE',
    does: 'somebody reboots the system in order',
    run: (site, [node = '']) => {
      site.node(node).reboot();
      return `${node} reboots`;
    },
  },
  {
    words: ['halt'],
    takes: 'NODE',
    does: 'somebody halts the system in order (init 0)',
    run: (site, [node = '']) => {
      site.node(node).halt();
      return `${node} goes down`;
    },
  },
  {
    words: ['single'],
    takes: 'NODE',
    does: 'somebody takes the system to single user',
    run: (site, [node = '']) => {
      site.node(node).singleUser();
      return `${node} goes to single user`;
    },
  },
  {
    words: ['say'],
    takes: 'NODE TEXT...',
    does: 'some program prints a line on the console, an old panic for example',
    run: (site, [node = '', ...text]) => {
      site.node(node).say(text.join(' '));
      return `${node} printed: ${text.join(' ')}`;
    },
  },
  {
    words: ['type'],
    takes: 'NODE TEXT...',
    does: 'somebody types a line at the ok prompt: type n2 boot shared',
    run: (site, [node = '', ...text]) => {
      site.node(node).typeAtPrompt(text.join(' '));
      return `typed at ${node}: ${text.join(' ')}`;
    },
  },
];

const COMMANDS: readonly SiteCommand[] = [...NODE_COMMANDS, ...CONSOLE_COMMANDS, ...SHOW_COMMANDS];

/** Runs one line. An empty line and a comment (`#`) do nothing. */
export function runCommand(site: Site, line: string): CommandAnswer {
  const words = line.trim().split(/\s+/);
  const [name = ''] = words;
  if (name === '' || name.startsWith('#')) return { ok: true, text: '', quit: false };
  if (name === 'quit') return { ok: true, text: 'bye', quit: true };
  if (name === 'help') return { ok: true, text: help(), quit: false };
  const command = COMMANDS.find((candidate) => candidate.words.includes(name));
  if (command === undefined) return refuse(`there is no command '${name}'`, suggest(name));
  const args = words.slice(1);
  const needed = command.takes.split(' ').filter((word) => /^[^[]/.test(word)).length;
  if (args.length < needed) return refuse(`${name} needs more`, `${name} ${command.takes}`);
  try {
    return { ok: true, text: command.run(site, args), quit: false };
  } catch (error) {
    if (error instanceof SimError) return refuse(error.message, error.hint);
    throw error;
  }
}

/** All commands, one line each. */
export function help(): string {
  const rows = [
    ...COMMANDS.map(({ words, takes, does }) => [`${words.join('|')} ${takes}`.trim(), does]),
    ['help', 'this text'],
    ['quit', 'ends the simulator'],
  ];
  return rows.map(([usage = '', does = '']) => `${usage.padEnd(44)} ${does}`).join('\n');
}

function refuse(message: string, hint: string): CommandAnswer {
  return { ok: false, text: `error: ${message}; hint: ${hint}`, quit: false };
}

function wrongWord(word: string, expected: string): SimError {
  return new SimError('bad-option', `'${word}' is not known here`, `expected ${expected}`);
}

function suggest(name: string): string {
  const names = [...COMMANDS.flatMap((command) => command.words), 'help', 'quit'];
  const near = names.find((known) => distance(known, name) <= 2 || known.startsWith(name));
  return near === undefined ? "type 'help' for all commands" : `did you mean '${near}'?`;
}

/** Number of letters to change, add or drop. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, char] of [...left].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] ?? 0) + (char === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
