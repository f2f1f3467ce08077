/**
 * Parses `on` lines. Called for states and for `always` blocks.
 */
import type * as Tree from '../tree.ts';
import { LEVELS, REQUESTS } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { parseEffect } from './effects.ts';
import { condition, duration, names, role } from './phrases.ts';

/** `on TRIGGER [cond] effects`; the first effect is added to `effects`, later ones by `and`. */
export function parseReaction(cursor: Cursor, effects: Tree.Effect[]): Tree.Reaction {
  const span = cursor.lineSpan();
  cursor.needOneOf(['on'] as const, "'on'", 'only reactions can stand here: on TRIGGER ...');
  const trigger = parseTrigger(cursor);
  const when = condition(cursor);
  effects.push(parseEffect(cursor));
  return { kind: 'on', trigger, condition: when, effects, span };
}

const SOURCES = ['active', 'standby', 'net', 'operator'] as const;

function parseTrigger(cursor: Cursor): Tree.Trigger {
  const span = cursor.here();
  const hint = 'write: on active TEXT, on net dead, on operator REQUEST';
  const source = cursor.needOneOf(SOURCES, "'active', 'standby', 'net' or 'operator'", hint);
  switch (source) {
    case 'net': {
      const level = cursor.needOneOf(LEVELS, 'alive, dead or blind');
      return { kind: 'net', level, duration: cursor.skipWord('for') ? duration(cursor) : null };
    }
    case 'operator': {
      const request = cursor.needOneOf(REQUESTS, `one of ${REQUESTS.join(', ')}`);
      const who = request === 'confirm' ? role(cursor, 'write: on operator confirm active') : null;
      return { kind: 'operator', request, role: who };
    }
    default: {
      const kind = cursor.peek()?.kind;
      const quoted = kind === 'string' || kind === 'regex';
      const textHint = quoted ? 'give it a name first: pattern NAME "..."' : null;
      const first = cursor.word();
      if (first === null) cursor.failExpected('the name of a text', textHint);
      const texts = names(cursor, 'the name of a text');
      return { kind: 'text', role: { role: source, span }, texts };
    }
  }
}
