/**
 * Parses what stands outside of dialogues and states: use, setting, identity, texts, harmless,
 * parked. Called by parse/script.ts with a block; adds to the tree.
 */
import { lexRawLine } from '../lexer.ts';
import type { SourceLine } from '../source-line.ts';
import type { Quoted, Word } from '../token.ts';
import type { Harmless, Match, Value } from '../tree.ts';
import { FACTS } from '../words.ts';
import type { Block } from './block.ts';
import type { Cursor } from './cursor.ts';
import {
  defineName,
  defineOwnName,
  isKey,
  isMatch,
  key,
  match,
  names,
  regex,
  string,
} from './phrases.ts';

export function parseUse(block: Block): void {
  block.header((cursor) => {
    const name = cursor.needName('the name of a library', 'use obp reads lib/obp.chat');
    cursor.finish('one library per line');
    block.tree.uses.push({ name });
  });
  if (block.headBroken) block.tree.libraryMissing = true;
  block.refuseBody();
}

/** `access "..."`: what stands in the file tells how to log in, and not how a machine talks. */
export function parseAccess(block: Block): void {
  const summary = block.header((cursor) => {
    const found = string(cursor, 'a "summary"', 'write: access "what is logged in to"');
    cursor.finish();
    return found;
  });
  block.tree.access.push({ summary, span: block.span() });
  block.refuseBody();
}

export function parseSetting(block: Block): void {
  const name = block.headerName((cursor) => defineName(cursor, 'a setting'));
  let ofNode = false;
  let isDuration = false;
  let secret = false;
  let optional = false;
  let choices: Word[] | null = null;
  let defaultValue: Value | null = null;
  block.header((cursor) => {
    if (cursor.skipWord('of')) {
      cursor.needWord('node');
      ofNode = true;
    }
    secret = block.tree.kind === 'access' && cursor.skipWord('secret');
    isDuration = !secret && cursor.skipWord('duration');
    if (!secret && !isDuration && cursor.word() === 'one') choices = parseChoices(cursor);
    optional = cursor.skipWord('optional');
    if (!secret && !optional && cursor.skipWord('default')) defaultValue = parseValue(cursor);
    cursor.finish('after the name: of node, one of A, B or duration, optional or default VALUE');
  });
  block.tree.settings.push({
    name,
    ofNode,
    choices,
    isDuration,
    optional,
    defaultValue,
    ...(secret ? { secret } : {}),
    damaged: block.headBroken,
    span: block.span(),
  });
  block.refuseBody();
}

function parseChoices(cursor: Cursor): Word[] {
  cursor.needWord('one');
  cursor.needWord('of');
  return names(cursor, 'a value');
}

function parseValue(cursor: Cursor): Value {
  const token = cursor.peek();
  switch (token?.kind) {
    case 'word':
      cursor.take();
      return { kind: 'name', text: token.text, span: token.span };
    case 'duration':
      cursor.take();
      return { kind: 'duration', ms: token.ms, span: token.span };
    case 'string':
      cursor.take();
      return { kind: 'string', quoted: token.quoted, span: token.span };
    default:
      return cursor.failExpected(
        'a value: a name, a duration or a "string"',
        'a duration has a unit, like 90s; any other number stands in quotes',
      );
  }
}

export function parseIdentity(block: Block): void {
  const name = block.headerName((cursor) => defineName(cursor, 'the identity'));
  const found = block.header((cursor) => {
    const value = regex(cursor, 'a /regex/ with one group for the value');
    cursor.finish();
    return value;
  });
  block.tree.identities.push({ name, match: found, span: block.span() });
  block.refuseBody();
}

export function parseText(block: Block, prompt: boolean): void {
  const name = block.headerName((cursor) => defineOwnName(cursor, 'a text'));
  let means: (typeof FACTS)[number] | null = null;
  const matches: Match[] = [];
  block.header((cursor) => {
    if (cursor.skipWord('means')) means = cursor.needOneOf(FACTS, `a fact: ${FACTS.join(', ')}`);
    matches.push(match(cursor));
    cursor.finish('write every further alternative on a line of its own: or "..."');
  });
  block.lines((cursor) => {
    if (isMatch(cursor)) {
      const hint = 'begin the line with: or';
      cursor.report('unexpected-token', cursor.here(), "expected 'or'", hint);
    } else cursor.needWord('or', 'a text has alternatives only: or "..."');
    matches.push(match(cursor));
    cursor.finish('write every further alternative on a line of its own: or "..."');
  });
  block.tree.texts.push({ name, prompt, means, matches, span: block.span() });
}

export function parseHarmless(block: Block): void {
  const parseOne = (cursor: Cursor): void => {
    block.tree.harmless.push(harmless(cursor));
    cursor.finish('write every further one on a line of its own: or ...');
  };
  block.header(parseOne);
  block.lines((cursor) => {
    cursor.needWord('or', 'begin the line with: or');
    parseOne(cursor);
  });
  if (block.headBroken || block.bodyBroken) block.tree.harmlessDamaged = true;
}

function harmless(cursor: Cursor): Harmless {
  const span = cursor.here();
  if (cursor.peek()?.kind === 'regex') {
    return { kind: 'line', match: match(cursor), span };
  }
  if (isKey(cursor)) return { kind: 'key', key: key(cursor), span };
  return cursor.failExpected('a /regex/ for a whole line, or a key');
}

export function parseParked(block: Block): void {
  block.header((cursor) => {
    cursor.finish('the variables follow below, one per line: NAME VALUE');
  });
  if (block.body.length === 0) {
    const hint = 'write below it, one per line: NAME VALUE';
    block.sink.error('empty-block', block.span(), "'parked' names no variable", hint);
  }
  for (const line of block.body) parseParkedLine(block, line);
}

function parseParkedLine(block: Block, line: SourceLine): void {
  const [variable, value, option, ...more] = lexRawLine(line, block.sink);
  if (variable === undefined) return;
  if (value === undefined) {
    const column = variable.span.endColumn;
    const span = { ...variable.span, column, endColumn: column + 1 };
    const hint = 'write: NAME VALUE, each to the next blank';
    block.sink.error('unexpected-token', span, `expected a value for ${variable.text}`, hint);
    return;
  }
  const extra = option !== undefined && option.text !== 'verify' ? option : more[0];
  if (extra !== undefined) {
    const hint = 'a value ends at the next blank; only verify may follow';
    const message = `expected 'verify' or the end of the line, found '${extra.text}'`;
    block.sink.error('unexpected-token', extra.span, message, hint);
  }
  const span = { ...variable.span, endColumn: (option ?? value).span.endColumn };
  block.tree.parked.push({
    variable,
    value: rawTemplate(value),
    write: option?.text !== 'verify',
    span,
  });
}

/** `$name` holes in a raw word; nothing else in it has a meaning. */
function rawTemplate(word: Word): Quoted {
  const parts: Quoted['parts'][number][] = [];
  let at = 0;
  for (const hole of word.text.matchAll(/\$([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/g)) {
    if (hole.index > at) parts.push({ kind: 'text', text: word.text.slice(at, hole.index) });
    const column = word.span.column + hole.index;
    const span = { ...word.span, column, endColumn: column + hole[0].length };
    parts.push({ kind: 'variable', name: hole[1] ?? '', span });
    at = hole.index + hole[0].length;
  }
  if (at < word.text.length) parts.push({ kind: 'text', text: word.text.slice(at) });
  return { parts, span: word.span, sound: true };
}
