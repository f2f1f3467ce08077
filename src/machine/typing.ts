/**
 * Typing on a console so that what was meant is what arrives: text goes out without RETURN, its
 * echo is compared character by character, and only then is RETURN pressed. A garbled line is wiped
 * with CTRL-U. Also the place that refuses what is not harmless. Called by dialogue.ts.
 */
import type { Key, Match } from '../language/program.ts';
import type { Engine } from './engine.ts';
import type { Resumable } from './facts.ts';
import type { NodeIndex } from './protocol.ts';
import { log, markHere, quietSince, type Run, typeOn } from './run.ts';
import type { NodeState } from './state.ts';
import type { Task, Wait } from './task.ts';

export const RETURN = '\r';
const CTRL_U = '\x15';
const ECHO_MS = 3000;
const ECHO_MS_PER_CHAR = 50;
export const ATTEMPTS_MAX = 5;
const WIPE_QUIET_MS = 500;
const WIPE_MS_MAX = 5000;

export function keyBytes(key: Key): string {
  switch (key.kind) {
    case 'named':
      return { RETURN, SPACE: ' ', ESC: '\x1b' }[key.name];
    case 'control':
      return String.fromCharCode(key.letter.toUpperCase().charCodeAt(0) & 0x1f);
    case 'char':
      return key.char;
  }
}

/** Is this whole line, or this key alone, on the library's list of what may be typed anywhere? */
export function isHarmlessLine(engine: Engine, line: string): boolean {
  return engine.program.harmless.some((one) => {
    if (one.kind !== 'line') return false;
    const found = engine.patterns.find(one.match, line, {});
    return found !== null && found.start === 0 && found.end === line.length;
  });
}

export function isHarmlessKey(engine: Engine, key: Key): boolean {
  return engine.program.harmless.some(
    (one) => one.kind === 'key' && keyBytes(one.key) === keyBytes(key),
  );
}

/**
 * Text that somebody typed behind a firmware prompt without pressing RETURN: our RETURN would run
 * it. Returns that text, or an empty string.
 */
export function halfTyped(engine: Engine, node: NodeState): string {
  const tail = node.console.tail;
  if (tail === '') return '';
  for (const text of engine.program.texts) {
    if (text.means !== 'firmware') continue;
    for (const match of text.matches) {
      const anywhere: Match = { ...match, prompt: false };
      const found = engine.patterns.find(anywhere, tail, {});
      const rest = found === null ? '' : tail.slice(found.end).trim();
      if (rest !== '') return rest;
    }
  }
  return '';
}

/** So long the echo of this text may take. */
export function echoMs(text: string): number {
  return ECHO_MS + ECHO_MS_PER_CHAR * text.length;
}

/**
 * Before the first key on a connection: somebody, or we on an earlier one, may have left half a line
 * there that nobody sees now. Our RETURN would run it: half a boot line, long after its proof.
 */
export function sweepLine(run: Run, node: NodeIndex): void {
  const target = run.state.nodes[node];
  if (target.swept) return;
  target.swept = true;
  typeOn(run, node, CTRL_U);
}

export function beginEcho(run: Run, node: NodeIndex, text: string, attempt: number): Wait {
  const target = run.state.nodes[node];
  sweepLine(run, node);
  markHere(target);
  const { line, column } = target.mark;
  typeOn(run, node, text);
  const deadline = run.state.now + echoMs(text);
  return { kind: 'echo', text, line, column, attempt, deadline };
}

/** Wipes the line. When the console is quiet again, the step is done anew. */
export function beginWipe(
  run: Run,
  node: NodeIndex,
  attempt: number,
  then: 'send' | 'press',
): Wait {
  run.effects.push({ kind: 'discard-typing', node });
  const { tail } = run.state.nodes[node].console;
  run.state.nodes[node].swept = true;
  typeOn(run, node, CTRL_U);
  return { kind: 'wipe', attempt, until: run.state.now + WIPE_MS_MAX, then, typed: 'ctrl-u', tail };
}

/**
 * Nothing was wiped: is there nothing, and the console only shows what the machine does not have, or
 * did the CTRL-U get lost? A blank gives the next one something to wipe.
 */
export function typeBlank(run: Run, node: NodeIndex, wait: Extract<Wait, { kind: 'wipe' }>): Wait {
  const { tail } = run.state.nodes[node].console;
  typeOn(run, node, ' ');
  return { ...wait, until: run.state.now + WIPE_MS_MAX, typed: 'blank', tail };
}

/** The line became shorter: the CTRL-U arrived, and whatever is still shown is not there any more. */
export function wasWiped(node: NodeState, wait: Extract<Wait, { kind: 'wipe' }>): boolean {
  const { tail } = node.console;
  return wait.typed === 'ctrl-u' && tail.length < wait.tail.length && wait.tail.startsWith(tail);
}

/** When a wipe is over: quiet for a while, or waited for long enough. */
export function wipeEndsAt(node: NodeState, wait: Extract<Wait, { kind: 'wipe' }>): number {
  return Math.min(quietSince(node) + WIPE_QUIET_MS, wait.until);
}

export type EchoProgress = 'pending' | 'complete' | 'garbled';

/** Compares what the console shows behind the prompt with what was typed. */
export function echoProgress(
  node: NodeState,
  wait: Extract<Wait, { kind: 'echo' }>,
  now: number,
): EchoProgress {
  if (node.console.line !== wait.line) return 'garbled';
  const shown = node.console.tail.slice(wait.column);
  if (shown === wait.text) return 'complete';
  if (!wait.text.startsWith(shown)) return 'garbled';
  return now >= wait.deadline ? 'garbled' : 'pending';
}

/** The echo was right: press RETURN and remember the line, so that nothing takes it for news. */
export function confirmEcho(
  run: Run,
  node: NodeIndex,
  wait: Extract<Wait, { kind: 'echo' }>,
  suspended: Resumable | null,
): void {
  const target = run.state.nodes[node];
  const { line, tail: text } = target.console;
  const { text: typed, attempt } = wait;
  target.echo = { line, text, typed, attempt, pressedAt: run.state.now, pressed: 1, suspended };
  markHere(target);
  typeOn(run, node, RETURN);
}

/** The next wait after a garbled echo, or null when it was tried often enough. */
export function retypeAfterGarble(
  run: Run,
  node: NodeIndex,
  wait: Extract<Wait, { kind: 'echo' }>,
): Wait | null {
  const shown = run.state.nodes[node].console.tail.slice(wait.column);
  const next = wait.attempt < ATTEMPTS_MAX ? `wiped, typing it again` : 'wiped, given up';
  log(run, 'typing', `typed "${wait.text}", the console showed "${shown}"; ${next}`, {
    level: 'warn',
    node,
  });
  const wipe = beginWipe(run, node, wait.attempt + 1, 'send');
  return wait.attempt < ATTEMPTS_MAX ? wipe : null;
}

/** Takes back what stands on the line without its RETURN, because the task is abandoned. */
export function abandonTyping(run: Run, node: NodeIndex, task: Task): void {
  run.effects.push({ kind: 'discard-typing', node });
  if (task.wait?.kind === 'echo') typeOn(run, node, CTRL_U);
}
