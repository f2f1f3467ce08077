/**
 * Patterns that remember what they found: a simulation shows the same lines a million times. The
 * answers are those of the real ones; nothing else of the engine is replaced.
 */
import type { Match } from '../language/program.ts';
import type { Found, LineKind, PatternSet } from '../machine/patterns.ts';

/** Lines remembered for each question; then it begins anew. */
const REMEMBERED_MAX = 20_000;

export function rememberPatterns(patterns: PatternSet): PatternSet {
  const lookups = new Map<LineKind, Map<string, readonly number[]>>();
  const finds = new Map<string, Map<string, Found | null>>();
  return {
    lookup: (line, kind) => remembered(lookups, kind, line, () => patterns.lookup(line, kind)),
    find: (match, line, values) =>
      remembered(finds, questionOf(match, values), line, () => patterns.find(match, line, values)),
  };
}

function remembered<Question, Answer>(
  all: Map<Question, Map<string, Answer>>,
  question: Question,
  line: string,
  ask: () => Answer,
): Answer {
  let answers = all.get(question);
  if (answers === undefined) {
    answers = new Map();
    all.set(question, answers);
  }
  const known = answers.get(line);
  if (known !== undefined) return known;
  if (answers.size >= REMEMBERED_MAX) answers.clear();
  const answer = ask();
  answers.set(line, answer);
  return answer;
}

/** A match and the values in its holes. */
function questionOf(match: Match, values: Readonly<Record<string, string>>): string {
  let question = `${match.id} ${match.prompt}`;
  for (const part of match.template) {
    if (part.kind !== 'text') question += ` ${values[part.name] ?? ''}`;
  }
  return question;
}
