/**
 * Parses `state` and `always` blocks. Called by parse/script.ts; adds to the tree.
 */
import type { Quoted, Word } from '../token.ts';
import type * as Tree from '../tree.ts';
import { AlwaysParser } from './always-lines.ts';
import type { Block } from './block.ts';
import type { Cursor } from './cursor.ts';
import { defineOwnName, names, string } from './phrases.ts';
import { StateParser } from './state-lines.ts';

const SUMMARY_HINT = 'say in one clause what the cluster does now: state NAME "waits for ..."';

export function parseState(block: Block): void {
  const name = block.headerName((cursor) => defineOwnName(cursor, 'a state'));
  let lasting = false;
  const summary = block.header((cursor) => {
    lasting = cursor.skipWord('lasting');
    const text = parseSummary(cursor, name);
    cursor.finish('a bound stands on the first line below: at most 2 in 2h else -> STATE "reason"');
    return text;
  });
  const parser = new StateParser(block.sink, block.tree.mentioned);
  block.lines((cursor) => parser.line(cursor));
  const parts = parser.finish();
  const damaged = block.bodyBroken;
  if (parts.ending === null && !damaged) {
    const hint = 'end it with: rest, or wait, or -> STATE "reason"';
    const message = `state '${name.text}' has no ending`;
    block.sink.error('missing-ending', name.span, message, hint);
  }
  const state: Tree.State = { name, summary, lasting, ...parts, damaged, span: block.span() };
  block.tree.states.push(state);
}

function parseSummary(cursor: Cursor, name: Word): Quoted | null {
  if (cursor.peek()?.kind === 'string') return string(cursor, 'the summary');
  const span = cursor.here();
  cursor.report('missing-summary', span, `state '${name.text}' has no summary`, SUMMARY_HINT);
  // What else is wrong in the header is not looked at.
  while (cursor.take() !== null);
  return null;
}

export function parseAlways(block: Block): void {
  const except =
    block.header((cursor) => {
      const list = cursor.skipWord('except') ? names(cursor, 'the name of a state') : [];
      cursor.finish('write: always, or: always except STATE, STATE');
      return list;
    }) ?? [];
  const parser = new AlwaysParser(block.tree.mentioned);
  block.lines((cursor) => parser.line(cursor));
  if (block.body.length === 0) {
    const hint = "write 'on' lines below it, indented";
    block.sink.error('empty-block', block.span(), "'always' has no lines", hint);
  }
  block.tree.always.push({
    except,
    reactions: parser.reactions,
    damaged: block.headBroken,
    span: block.span(),
  });
}
