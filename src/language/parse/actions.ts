/**
 * Parses what a state tries (do, run, boot, verbs) and its `after` and `every` lines. Called by
 * parse/state-lines.ts.
 */
import type { Span, StateVerb } from '../program.ts';
import { joinSpans } from '../token.ts';
import type * as Tree from '../tree.ts';
import type { Cursor } from './cursor.ts';
import { parseEffect } from './effects.ts';
import { condition, duration, role } from './phrases.ts';
import { parseRun, RUN_HINT, RUN_ON_HINT } from './run.ts';
import { dialogueName } from './steps.ts';

type Attempted = Exclude<Tree.Action, { kind: 'effects' | 'broken' }>;
/** Distributes over the kinds; a plain `Omit` would mix them. */
type WithoutOutcomes<A> = A extends unknown ? Omit<A, 'outcomes' | 'damaged'> : never;

export const OUTCOME_HINT = 'what happens afterwards stands below: done ..., failed ...';

/** `after D [silence on ROLE] [cond] effects` */
export function parseAfter(cursor: Cursor, effects: Tree.Effect[]): Tree.After {
  const span = cursor.lineSpan();
  cursor.take();
  const length = duration(cursor);
  let silenceOn: Tree.RoleWord | null = null;
  if (cursor.skipWord('silence')) {
    cursor.needWord('on', 'write: after 3m silence on active');
    silenceOn = role(cursor);
  }
  const when = condition(cursor);
  effects.push(parseEffect(cursor));
  return { kind: 'after', duration: length, silenceOn, condition: when, effects, span };
}

/** `every D [cond] do NAME on ROLE` */
export function parseEvery(cursor: Cursor): WithoutOutcomes<Tree.Every> {
  const span = cursor.lineSpan();
  cursor.take();
  const length = duration(cursor);
  const when = condition(cursor);
  const word = cursor.here();
  cursor.needWord('do', 'write: every 60s do DIALOGUE on active');
  const dialogue = dialogueName(cursor);
  cursor.needWord('on', 'write: every 60s do DIALOGUE on active');
  const who = role(cursor);
  cursor.finish(OUTCOME_HINT);
  return { kind: 'every', duration: length, dialogue, role: who, condition: when, word, span };
}

const ACTION_VERBS = [
  ...(['do', 'hold', 'park', 'fence', 'resume', 'power'] as const),
  ...(['trust', 'boot', 'run'] as const),
];

/** `do`, `run`, `boot` or a verb; outcomes are added line by line. */
export function parseAction(
  cursor: Cursor,
  when: Tree.Condition | null,
  span: Span,
): WithoutOutcomes<Attempted> {
  const start = cursor.here();
  const word = cursor.needOneOf(ACTION_VERBS, "'do', 'run', 'boot' or a verb");
  const base = { condition: when, word: start, span };
  switch (word) {
    case 'do': {
      const dialogue = dialogueName(cursor);
      if (cursor.peek() !== null && cursor.word() !== 'on') refuseArguments(cursor);
      cursor.needWord('on', 'write: do DIALOGUE on active');
      return { kind: 'do', dialogue, role: role(cursor), ...base };
    }
    case 'run': {
      const on = cursor.skipWord('on') ? role(cursor, RUN_ON_HINT) : null;
      return {
        kind: 'run',
        on,
        ...parseRun(cursor, on === null ? RUN_HINT : RUN_ON_HINT),
        ...base,
      };
    }
    case 'boot':
      return { kind: 'boot', ...parseBoot(cursor), ...base };
    default: {
      const verb = stateVerb(cursor, word);
      const name = joinSpans(start, cursor.takenSpan());
      const who = role(cursor, `write: ${word} active, or: ${word} standby`);
      return { kind: 'verb', verb, role: who, ...base, word: name };
    }
  }
}

function refuseArguments(cursor: Cursor): void {
  const kind = cursor.peek()?.kind;
  if (kind === 'string' || kind === 'variable' || cursor.word(1) === 'on') {
    const hint = 'write a dialogue without parameters that runs this one';
    cursor.fail('wrong-arguments', 'a state gives no arguments to a dialogue', hint);
  }
}

function stateVerb(cursor: Cursor, word: string): StateVerb {
  switch (word) {
    case 'power':
      cursor.needWord('off', 'write: power off active');
      return 'power-off';
    case 'trust':
      cursor.needWord('silence', 'write: trust silence of active');
      cursor.needWord('of', 'write: trust silence of active');
      return 'trust-silence';
    case 'hold':
    case 'park':
    case 'fence':
    case 'resume':
      return word;
    default:
      return cursor.failExpected('a verb');
  }
}

const BOOT_HINT = 'write: boot standby as active, or: boot active; then perhaps: from next path';

/** `standby as active | active`, then `[from next path]` */
function parseBoot(cursor: Cursor): { role: Tree.RoleWord['role']; nextPath: boolean } {
  const who = role(cursor, BOOT_HINT);
  if (who.role === 'standby') {
    cursor.needWord('as', BOOT_HINT);
    cursor.needWord('active', BOOT_HINT);
  }
  const nextPath = cursor.skipWord('from');
  if (nextPath) {
    cursor.needWord('next', BOOT_HINT);
    cursor.needWord('path', BOOT_HINT);
  }
  return { role: who.role, nextPath };
}
