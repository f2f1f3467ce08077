/**
 * Commands with which a script could start a machine past every proof: the engine does not know what
 * a program on the monitoring host does, so its words are read as an administrator would read them.
 */
import type { Dialogue, Span, Step, Template } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { type Finding, finding } from './finding.ts';

/** As a word of its own or as a part of one: `power-on`, `startvm`, `--action=on`. */
const STARTING: ReadonlySet<string> = new Set(
  (
    'on start boot reboot reset cycle resume poweron powerup startvm startup powercycle kexec ' +
    'wakeonlan etherwake wol wakeup wake'
  ).split(' '),
);
/** These only tell somebody something. */
const MESSENGERS: ReadonlySet<string> = new Set(
  'logger mail mailx sendmail wall echo printf notify-send snmptrap'.split(' '),
);
/** These take what follows for a command, whatever blanks stand in it. */
const RUNNERS: ReadonlySet<string> = new Set(
  'sh bash ksh dash zsh csh ssh rsh sudo su doas env nohup timeout setsid eval xargs'.split(' '),
);
/** Options that carry a value which is no command: `-o BatchMode=yes`. */
const SETTING = /^[A-Za-z]+=(yes|no|ask|\d+)$/;
const HOLE = '$';

interface Command {
  readonly argv: readonly Template[];
  readonly span: Span;
}

function commandsOf(engine: Engine): Command[] {
  const { dialogues, running, states } = engine.program;
  const isRun = (step: Step) => step.kind === 'run';
  const ofDialogue = ({ steps }: Dialogue) => steps.filter(isRun);
  return [
    ...dialogues.flatMap(ofDialogue),
    ...running.flatMap(({ commands }) => commands),
    ...states.flatMap(({ actions }) => actions.filter((action) => action.kind === 'run')),
  ] as Command[];
}

/** A command that switches a machine on does so past every proof. */
export function findStartingCommands(engine: Engine): Finding[] {
  return commandsOf(engine).flatMap(({ argv, span }) => {
    const word = startingWord(argv.map(textOf));
    if (word === null) return [];
    const message = `this command may start a machine ('${word}'), and no proof is asked for before it`;
    const hint = 'only `boot` starts a system; switching off is `power off`';
    return [finding('error', 'command-starts', span, message, hint)];
  });
}

function textOf(argument: Template): string {
  return argument.map((part) => (part.kind === 'text' ? part.text : HOLE)).join('');
}

function startingWord(argv: readonly string[]): string | null {
  if (MESSENGERS.has(lastOfPath(argv[0] ?? ''))) return null;
  const runsWords = argv.some((one) => RUNNERS.has(lastOfPath(one)));
  const words = argv.flatMap((argument) =>
    SETTING.test(argument) ? [] : split(argument, runsWords),
  );
  const found = words.find((word, at) => STARTING.has(word) || isReboot(word, words[at + 1]));
  return found ?? null;
}

function isReboot(word: string, next: string | undefined): boolean {
  if (word === 'oon') return true;
  return (word === 'init' || word === 'telinit') && /^[56]$/.test(next ?? '');
}

/** A sentence for a person is no command; of a path its last part counts, of an address all. */
function split(argument: string, runsWords: boolean): string[] {
  const isSentence = /\S\s+\S/.test(argument) && !runsWords && !/[;&|]/.test(argument);
  if (isSentence) return [];
  return argument.split(/[\s;&|]+/).flatMap((word) => {
    const part = /^[a-z]+:\/\//.test(word) ? word : lastOfPath(word);
    const names = part.toLowerCase().split(/[^a-z0-9$]+/);
    // `power-on` switches on, `notify-on-call` does not.
    return names.filter(
      (name, at) => name !== 'on' || at === names.length - 1 || /[=?]/.test(part),
    );
  });
}

function lastOfPath(word: string): string {
  return word.split('/').at(-1) ?? '';
}
