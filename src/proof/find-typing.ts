/**
 * Lines and keys with which a script could start or resume a system past the law: the engine guards
 * `boot` and `resume`, asks for no proof in `write` and `reset`, and lets harmless lines through
 * anywhere.
 */
import { linesOf } from '../language/check/line-automaton.ts';
import { ANYWHERE, commonLine, takesLine } from '../language/check/line-search.ts';
import type { Dialogue, HowTo, Template } from '../language/program.ts';
import { escapeLiteral, matchSource } from '../language/regex.ts';
import type { Engine } from '../machine/engine.ts';
import { isHarmlessKey, isHarmlessLine, keyBytes } from '../machine/typing.ts';
import { type Finding, finding } from './finding.ts';
import { firmwareTails, linesTyped } from './typed-lines.ts';

export function findDangerousTyping(engine: Engine): Finding[] {
  return [...findWideHarmless(engine), ...findHarmlessKeys(engine), ...findUnguardedStarts(engine)];
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

/** Words by which firmwares start or resume a system, and those by which they reset the machine. */
const STARTING_WORDS = [
  ...['boot', 'bootm', 'bootz', 'booti', 'bootd', 'bootp', 'bootelf', 'bootefi', 'go', 'resume'],
  ...['continue', 'cont', 'sync', 'run bootcmd', 'power on', 'poweron', 'reboot', 'kexec'],
];
const WORST: readonly HowTo[] = ['boot', 'resume', 'reset', 'write'];
const RESET_WORDS = ['reset', 'reset-all', 'reboot'];

function knownWords(): ActingWord[] {
  return [
    ...STARTING_WORDS.map((word) => ({ word, howTo: 'boot' as const })),
    ...RESET_WORDS.map((word) => ({ word, howTo: 'reset' as const })),
  ];
}

/** A harmless line is let through at any time, on any machine. */
function findWideHarmless(engine: Engine): Finding[] {
  const words = [...actingWords(engine), ...knownWords()].sort(
    (a, b) => WORST.indexOf(a.howTo) - WORST.indexOf(b.howTo),
  );
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

/** At the prompt this would start or resume a system, and nothing asks for a proof here. */
function findUnguardedStarts(engine: Engine): Finding[] {
  const starts = startJudge(engine);
  return engine.program.dialogues.flatMap((dialogue) => {
    if (dialogue.howTo === 'boot') return [];
    return dialogue.steps.flatMap((step) => {
      if (step.kind !== 'send') return [];
      const line = starts(dialogue, step.text);
      if (line === null) return [];
      const message = `this types "${line}", which starts or resumes a system, and no proof is asked for here`;
      const hint = 'only `boot` and `resume` may do that: the engine asks for the proof first';
      return [finding('error', 'starts-system', step.span, message, hint)];
    });
  });
}

/** What a block would type that starts a system; null: nothing. */
function startJudge(engine: Engine) {
  const { dialogues, texts } = engine.program;
  const words = actingWords(engine);
  const leaving = texts
    .filter(({ means }) => means === 'leaving')
    .flatMap(({ matches }) => matches.map((match) => linesOf(matchSource(match, {}))));
  const tails = firmwareTails(engine);
  const looksLike = (line: string) =>
    tails.some((tail) => leaving.some((lines) => takesLine(lines, `${tail}${line}`)));
  const resumed = words.filter(({ howTo }) => howTo === 'resume').map(({ word }) => word);
  const booted = words.filter(({ howTo }) => howTo === 'boot').map(({ word }) => word);
  const resets = words.filter(({ howTo }) => howTo === 'reset').map(({ word }) => word);
  const known = STARTING_WORDS.filter((word) => !resets.includes(word));
  return (dialogue: Dialogue, text: Template): string | null => {
    const isResume = dialogue.howTo === 'resume';
    const starting = isResume
      ? [...booted, 'boot'].filter((word) => !isOnly(dialogues, word))
      : [...booted, ...resumed, ...known];
    const said = commandWords(text);
    const lines = linesTyped(engine, { ...dialogue, steps: [sendOf(text, dialogue)] });
    const line = lines[0]?.line ?? null;
    if (said.some((words) => starting.some((one) => startsWith(words, one)))) return line;
    return isResume ? null : (lines.find((one) => looksLike(one.line))?.line ?? null);
  };
}

/** A firmware that boots and resumes by one word. */
function isOnly(dialogues: readonly Dialogue[], word: string): boolean {
  const resume = dialogues.find(({ howTo }) => howTo === 'resume');
  const boot = dialogues.find(({ howTo }) => howTo === 'boot');
  const sends = (one: Dialogue | undefined) =>
    (one?.steps ?? []).flatMap((step) => (step.kind === 'send' ? commandWords(step.text) : []));
  const bare = sends(resume).some((words) => words.length === 1 && words[0] === word);
  return bare && sends(boot).some((words) => words[0] === word);
}

function sendOf(text: Template, { span }: Dialogue) {
  return { kind: 'send', text, span } as const;
}

function startsWith(words: readonly string[], start: string): boolean {
  return start.split(' ').every((word, index) => words[index] === word);
}

/**
 * The literal words of each command in a line: at its beginning, behind a separator, and behind what
 * a variable stands for, since some firmwares run words one after the other.
 */
function commandWords(text: Template): string[][] {
  const line = text.map((part) => (part.kind === 'text' ? part.text : HOLE)).join('');
  return line.split(/[;&|]+/).flatMap((command) => {
    const words = command.trim().split(/\s+/);
    const behind = words.flatMap((word, at) => (word.includes(HOLE) ? [words.slice(at + 1)] : []));
    return [words, ...behind];
  });
}

const HOLE = '\0';
