/**
 * Parses `dialogue` and `to` blocks. Called by parse/script.ts; adds to the tree.
 */
import type { HowTo, RunningTo } from '../program.ts';
import type { Word } from '../token.ts';
import {
  ACCESS_TASKS,
  HOW_TO_PARAMETERS,
  HOW_TOS,
  RUNNING_PARAMETERS,
  RUNNING_TOS,
} from '../words.ts';
import type { Block } from './block.ts';
import { defineName, defineOwnName } from './phrases.ts';
import { RunningParser } from './running.ts';
import { StepsParser } from './steps.ts';

export function parseDialogue(block: Block): void {
  const name = block.headerName((cursor) => defineOwnName(cursor, 'a dialogue'));
  const parameters = parseParameters(block);
  finishDialogue(block, name, null, parameters);
}

/** `to open` and the like of an access library: a dialogue whose name nobody else can give. */
export function parseAccessTask(block: Block): void {
  const name = block.headerName((cursor) => {
    const span = cursor.here();
    const task = cursor.needOneOf(ACCESS_TASKS, `one of ${ACCESS_TASKS.join(', ')}`);
    cursor.finish('it has no parameters: what differs from site to site is a setting');
    return { text: `to ${task}`, span };
  });
  finishDialogue(block, name.text === '' ? { ...name, text: 'to ?' } : name, null, []);
}

export function parseHowTo(block: Block): void {
  let found: HowTo | RunningTo | null = null;
  const name = block.headerName((cursor) => {
    const span = cursor.here();
    const names = [...HOW_TOS, ...RUNNING_TOS];
    found = cursor.needOneOf(names, `one of ${names.join(', ')}`);
    return { text: `to ${found}`, span };
  });
  const to = found as HowTo | RunningTo | null;
  const parameters = parseParameters(block);
  // Nobody knows what it tells how to do.
  if (to === null) block.tree.incomplete = true;
  else if (!block.headBroken) checkParameters(block, to, name, parameters);
  if (isRunning(to)) return finishRunning(block, name, to, parameters);
  finishDialogue(block, to === null ? { ...name, text: 'to ?' } : name, to, parameters);
}

function isRunning(to: HowTo | RunningTo | null): to is RunningTo {
  return RUNNING_TOS.some((one) => one === to);
}

function parseParameters(block: Block): Word[] {
  const parameters: Word[] = [];
  block.header((cursor) => {
    while (cursor.word() !== null) parameters.push(defineName(cursor, 'a parameter'));
    cursor.finish('parameters are plain names, separated by blanks');
  });
  return parameters;
}

function checkParameters(
  block: Block,
  howTo: HowTo | RunningTo,
  name: Word,
  parameters: Word[],
): void {
  const wanted = { ...HOW_TO_PARAMETERS, ...RUNNING_PARAMETERS }[howTo];
  if (parameters.length === wanted.length) return;
  const span = parameters[wanted.length]?.span ?? name.span;
  const hint = `write: to ${[howTo, ...wanted].join(' ')}`;
  const message = `'to ${howTo}' has ${wanted.length} parameters, here are ${parameters.length}`;
  block.sink.error('wrong-arguments', span, message, hint);
  // The steps use them all the same.
  for (const text of wanted.slice(parameters.length)) parameters.push({ text, span });
}

function finishRunning(block: Block, name: Word, to: RunningTo, parameters: readonly Word[]): void {
  const parser = new RunningParser(to);
  block.lines((cursor) => parser.line(cursor));
  if (block.body.length === 0) {
    const hint = 'write below it, indented: command "/path/program" "argument" within 20s';
    block.sink.error('empty-block', name.span, `'${name.text}' has no commands`, hint);
  }
  const damaged = block.headBroken || block.bodyBroken;
  const { commands } = parser;
  block.tree.running.push({ name, to, parameters, commands, damaged, span: block.span() });
}

function finishDialogue(
  block: Block,
  name: Word,
  howTo: HowTo | null,
  parameters: readonly Word[],
): void {
  const parser = new StepsParser(block.sink, block.tree.kind);
  block.lines((cursor) => parser.line(cursor));
  if (block.body.length === 0) {
    const hint = 'write its steps below it, indented';
    block.sink.error('empty-block', name.span, `'${name.text}' has no steps`, hint);
  }
  block.tree.dialogues.push({
    name,
    howTo,
    parameters,
    steps: parser.finish(),
    damaged: block.headBroken || block.bodyBroken,
    span: block.span(),
  });
}
