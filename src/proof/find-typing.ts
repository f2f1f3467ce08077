/**
 * Lines, keys and commands with which a script could start or resume a system past the law: the
 * engine guards `boot` and `resume`, lets harmless lines through anywhere, and does not know what a
 * command does.
 */
import { linesOf } from '../language/check/line-automaton.ts';
import { ANYWHERE, commonLine, takesLine } from '../language/check/line-search.ts';
import type { Dialogue, HowTo, Span, Step, Template } from '../language/program.ts';
import { escapeLiteral, matchSource } from '../language/regex.ts';
import type { Engine } from '../machine/engine.ts';
import { isHarmlessKey, isHarmlessLine, keyBytes } from '../machine/typing.ts';
import { type Finding, finding } from './finding.ts';
import { firmwareTails, linesTyped } from './typed-lines.ts';

export function findDangerousTyping(engine: Engine): Finding[] {
  return [
    ...findWideHarmless(engine),
    ...findHarmlessKeys(engine),
    ...findUnguardedStarts(engine),
    ...findStartingCommands(engine),
  ];
}

/** What a word at the beginning of a line does, because this block of the library types it. */
interface ActingWord {
  readonly word: string;
  readonly howTo: HowTo;
}

const DOES: Readonly<Partial<Record<HowTo, string>>> = {
  boot: 'starts a system',
  resume: 'lets a stopped system go on',
  reset: 'resets the machine',
  write: 'changes what the firmware remembers',
};

function actingWords(engine: Engine): ActingWord[] {
  return engine.program.dialogues.flatMap((dialogue) => {
    const { howTo } = dialogue;
    if (howTo === null || DOES[howTo] === undefined) return [];
    return linesTyped(engine, dialogue).flatMap(({ line }) => {
      const word = /^\S+/.exec(line)?.[0] ?? '';
      return word === '' || isHarmlessLine(engine, line) ? [] : [{ word, howTo }];
    });
  });
}

/** A harmless line is let through at any time, on any machine. */
function findWideHarmless(engine: Engine): Finding[] {
  const words = actingWords(engine);
  return engine.program.harmless.flatMap((one) => {
    if (one.kind !== 'line') return [];
    const harmless = linesOf(`^(?:${matchSource(one.match, {})})$`);
    for (const { word, howTo } of words) {
      const acting = linesOf(`^${escapeLiteral(word)}( .*)?$`);
      const common = commonLine(harmless, acting, ANYWHERE);
      if (common.kind !== 'line') continue;
      const message = `this declares "${common.line}" harmless, and '${word}' ${DOES[howTo] ?? ''}: it could be typed anywhere, without any proof`;
      const hint = `let it match only what changes nothing; 'to ${howTo}' types '${word}' under the law`;
      return [finding('error', 'harmless-acts', one.span, message, hint)];
    }
    return [];
  });
}

/** A key that resumes a system and is declared harmless. */
function findHarmlessKeys(engine: Engine): Finding[] {
  const resume = engine.program.dialogues.find(({ howTo }) => howTo === 'resume');
  const isSent = linesTyped(engine, resume).some(({ line }) => !isHarmlessLine(engine, line));
  if (resume === undefined || isSent) return [];
  const acting = resume.steps.filter((step) => step.kind === 'press');
  if (acting.some((step) => !isHarmlessKey(engine, step.key))) return [];
  const message = "every key of 'to resume' is declared harmless, so nothing guards it";
  const hint = 'take the key that lets the system go on out of the harmless ones';
  return acting
    .slice(0, 1)
    .map(({ span, key }) =>
      finding('error', 'harmless-acts', span, `${message}: ${JSON.stringify(keyBytes(key))}`, hint),
    );
}

// ---- lines outside of `to boot` and `to resume` ----------------------------------------------------

const GUARDED: readonly (HowTo | null)[] = ['boot', 'resume'];

/** At the prompt this would start or resume a system, and nothing asks for a proof here. */
function findUnguardedStarts(engine: Engine): Finding[] {
  const words = actingWords(engine).filter(({ howTo }) => GUARDED.includes(howTo));
  const leaving = engine.program.texts
    .filter(({ means }) => means === 'leaving')
    .flatMap(({ matches }) => matches.map((match) => linesOf(matchSource(match, {}))));
  const tails = firmwareTails(engine);
  const starts = (line: string) =>
    words.some(({ word }) => line === word || line.startsWith(`${word} `)) ||
    tails.some((tail) => leaving.some((lines) => takesLine(lines, `${tail}${line}`)));
  return engine.program.dialogues.flatMap((dialogue) => {
    if (GUARDED.includes(dialogue.howTo)) return [];
    return linesTyped(engine, dialogue).flatMap(({ line, span }) => {
      if (!starts(line)) return [];
      const message = `this types "${line}", which starts or resumes a system, and no proof is asked for here`;
      const hint = 'only `boot` and `resume` may do that: the engine asks for the proof first';
      return [finding('error', 'starts-system', span, message, hint)];
    });
  });
}

// ---- commands ----------------------------------------------------------------------------------------

const STARTING = [
  'on',
  'start',
  'boot',
  'reboot',
  'reset',
  'cycle',
  'resume',
  'poweron',
  'power-on',
];

interface Command {
  readonly argv: readonly Template[];
  readonly span: Span;
}

function commandsOf(engine: Engine): Command[] {
  const { dialogues, states } = engine.program;
  const isRun = (step: Step) => step.kind === 'run';
  const ofDialogue = ({ steps }: Dialogue) => steps.filter(isRun);
  return [
    ...dialogues.flatMap(ofDialogue),
    ...states.flatMap(({ actions }) => actions.filter((action) => action.kind === 'run')),
  ] as Command[];
}

/** A command that switches a machine on does so past every proof. */
function findStartingCommands(engine: Engine): Finding[] {
  return commandsOf(engine).flatMap(({ argv, span }) => {
    const words = argv.flatMap(wordsOfArgument);
    const word = words.find((one) => STARTING.includes(one));
    const isReboot = words.some(
      (one, index) => one === 'init' && /^[56]$/.test(words[index + 1] ?? ''),
    );
    if (word === undefined && !isReboot) return [];
    const what = word ?? 'init';
    const message = `this command may start a machine ('${what}'), and no proof is asked for before it`;
    const hint = 'only `boot` starts a system; switching off is `power off`';
    return [finding('error', 'command-starts', span, message, hint)];
  });
}

/** A shell's line is taken apart; a path counts by its last part. */
function wordsOfArgument(argument: Template): string[] {
  const text = argument.map((part) => (part.kind === 'text' ? part.text : '$')).join('');
  const words = /[;&|]/.test(text) || /\s/.test(text) ? text.split(/[\s;&|]+/) : [text];
  const isSentence = words.length > 1 && !/[;&|/]|^(sudo|sh|ssh|init|reboot|ipmi)/.test(text);
  if (isSentence) return [];
  return words.map((word) => word.split('/').at(-1)?.toLowerCase() ?? '');
}
