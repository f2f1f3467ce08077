/**
 * Console text on its way through the machine: bytes to lines, lines to facts, then to `always`
 * lines, to the running dialogue and to the state, in this order. The first that takes a line ends
 * its way. Called by machine.ts for every chunk.
 */
import { cablesWords, tellCables } from './cables.ts';
import { LINE_CHARS_MAX, nextLine, splitPieces, takePiece } from './console.ts';
import { isIdentityOf } from './engine.ts';
import { taskBytes, taskLine } from './executor.ts';
import type { SeenLine } from './expect.ts';
import {
  recordBytes,
  recordContradiction,
  recordFact,
  recordForeignIdentity,
  recordOwnerRuns,
  recordPassing,
} from './facts.ts';
import { passesBy } from './passing.ts';
import type { NodeIndex } from './protocol.ts';
import { type Cause, reactionsNow, reactToLine } from './reactions.ts';
import { journal, log, markHere, nodeName, type Run, roleOf } from './run.ts';
import { type NodeState, otherNode } from './state.ts';
import { enter, settle } from './states.ts';
import { routineUnderWay } from './task.ts';

export function takeBytes(run: Run, node: NodeIndex, data: string): void {
  const target = run.state.nodes[node];
  const solicited = run.state.task?.frames.some((frame) => frame.node === node) ?? false;
  recordBytes(target.facts, data.length, solicited);
  target.console.byteAt = run.state.now;
  target.heardAt = run.state.now;
  target.console.looked = false;
  if (!target.fresh && answersUs(target)) target.fresh = true;
  const cutBefore = target.console.cutLines;
  const { pieces, escape } = splitPieces(target.console.escape, data);
  target.console.escape = escape;
  for (const first of pieces) {
    let piece: typeof first | null = first;
    while (piece !== null) {
      const taken = takePiece(target.console, piece);
      if (taken.line !== null) finishLine(run, node, taken.line);
      piece = taken.rest;
    }
  }
  if (cutBefore === 0 && run.state.nodes[node].console.cutLines > 0) logCut(run, node);
  const { task } = run.state;
  if (task !== null) settle(run, taskBytes(run, task, node));
}

/** Once for each connection: text without line ends may go on for ever. */
function logCut(run: Run, node: NodeIndex): void {
  log(run, 'console', `a line is longer than ${LINE_CHARS_MAX} characters; looked at in pieces`, {
    level: 'warn',
    node,
    next: 'what stands across the cut is not recognised; the transcript has all of it',
  });
}

/** A replay begins at once: what follows a key that we pressed later is an answer. */
const REPLAY_MS = 2000;

function answersUs(node: NodeState): boolean {
  return node.typedAt !== null && node.typedAt - node.channelSince >= REPLAY_MS;
}

function finishLine(run: Run, node: NodeIndex, text: string): void {
  const target = run.state.nodes[node];
  const { console, echo } = target;
  const isEcho = echo !== null && echo.line === console.line && echo.text.trim() === text.trim();
  if (target.fresh && !isEcho && text !== '') {
    if (passesBy(run.engine, target.facts, text)) doubtFirmware(run, node, text);
    handleText(run, node, text, false);
  }
  nextLine(run.state.nodes[node].console);
}

/** The console fell quiet in the middle of a line: it may be a prompt. */
export function lookAtTail(run: Run, node: NodeIndex): void {
  const target = run.state.nodes[node];
  target.console.looked = true;
  const { tail, line } = target.console;
  if (tail === '' || isTypingOn(run, node)) return;
  if (target.echo !== null && target.echo.line === line && target.echo.text === tail) return;
  handleText(run, node, tail, true);
}

/** Half of a line that we type is no text of the machine's. */
function isTypingOn(run: Run, node: NodeIndex): boolean {
  const { task } = run.state;
  const typing = task?.wait?.kind === 'echo' || task?.wait?.kind === 'wipe';
  return task !== null && typing && task.frames.at(-1)?.node === node;
}

/** A connection is believed after it has been quiet: what stood there before is not news. */
export function becomeFresh(target: NodeState): void {
  target.fresh = true;
  target.console.looked = true;
  markHere(target);
}

function handleText(run: Run, node: NodeIndex, text: string, prompt: boolean): void {
  const target = run.state.nodes[node];
  const { patterns } = run.engine;
  const all = prompt
    ? [...patterns.lookup(text, 'prompts'), ...patterns.lookup(text, 'unfinished')]
    : patterns.lookup(text, 'finished');
  const hits = all.filter((id) => !target.console.used.includes(id));
  if (prompt) target.console.used = [...target.console.used, ...hits];
  const line: SeenLine = { node, line: target.console.line, text, hits, prompt };
  recordMeaning(run, line);
  dispatch(run, line);
}

// ---- facts ---------------------------------------------------------------------------------------

function recordMeaning(run: Run, line: SeenLine): void {
  if (line.hits.length === 0) return;
  recordIdentity(run, line);
  // Our own `banner` shows the lines of a banner without any reset, once it has been entered.
  const asking = routineUnderWay(run.state.task, 'identify', line.node) !== null;
  const identifying = asking && !isTypingOn(run, line.node);
  const { facts } = run.state.nodes[line.node];
  const means = new Set(
    line.hits.map((id) => run.engine.program.texts[run.engine.textOfMatch[id] ?? -1]?.means),
  );
  for (const fact of means) {
    if (fact === undefined || fact === null) continue;
    if (fact === 'reset' && identifying) continue;
    if (fact === 'reset') run.state.nodes[line.node].bannerAt = run.state.now;
    const before = facts.condition;
    const heldBefore = facts.resumable !== null;
    const readsBefore = facts.reads;
    if (fact === 'firmware' || fact === 'held') noteBreak(run, line.node);
    recordFact(facts, fact, run.state.now, isResetting(run, line.node), line.prompt);
    if (facts.reads !== readsBefore) voidReading(run, line.node);
    if (facts.condition !== before) {
      log(run, 'console', `${nodeName(run, line.node)} is now ${facts.condition} (was ${before})`, {
        level: 'debug',
        node: line.node,
        evidence: quote(line.text),
      });
    }
    const held = facts.resumable !== null;
    if (held !== heldBefore) journal(run, { kind: 'held', node: nodeName(run, line.node), held });
    if (fact === 'running') noteRunning(run, line);
  }
}

function doubtFirmware(run: Run, node: NodeIndex, text: string): void {
  recordPassing(run.state.nodes[node].facts);
  voidReading(run, node);
  log(run, 'console', `${nodeName(run, node)} is now unknown: a system's prompt passed by`, {
    node,
    evidence: quote(text),
  });
}

/** No key of ours can have brought this line: our BREAK did. */
function noteBreak(run: Run, node: NodeIndex): void {
  const target = run.state.nodes[node];
  if (target.breakAlone) target.breakWorkedAt = run.state.now;
  target.breakAlone = false;
}

/** A value that was shown before is not read when its prompt comes: somebody may have changed it. */
function voidReading(run: Run, node: NodeIndex): void {
  const { task } = run.state;
  const reading =
    routineUnderWay(task, 'check-parked', node) ?? routineUnderWay(task, 'park', node);
  if (reading !== null) reading.voided = true;
}

/** A reset that we ordered is under way there: its banner is expected. */
function isResetting(run: Run, node: NodeIndex): boolean {
  const { task } = run.state;
  const booting = routineUnderWay(task, 'boot', node) !== null;
  return booting || routineUnderWay(task, 'reset', node)?.phase === 'reset';
}

function recordIdentity(run: Run, line: SeenLine): void {
  const { match } = run.engine.program.identity;
  if (line.prompt || !line.hits.includes(match.id)) return;
  const shown = run.engine.patterns.find(match, line.text, {})?.group ?? '';
  const { facts } = run.state.nodes[line.node];
  const expected = run.engine.target.nodes[line.node].identity;
  if (isIdentityOf(run.engine, line.node, shown)) {
    facts.identity = 'proven';
    facts.identityAt = run.state.now;
    facts.identityShown = null;
    facts.contradictedBy = null;
    return tellCables(run);
  }
  facts.identityShown = shown;
  const isOther = isIdentityOf(run.engine, otherNode(line.node), shown);
  if (isOther) recordContradiction(facts, shown, run.state.now);
  else recordForeignIdentity(facts);
  const words = isOther ? cablesWords(run) : null;
  log(run, 'evidence', `the console of ${nodeName(run, line.node)} shows another identity`, {
    level: 'warn',
    node: line.node,
    evidence: `${quote(line.text)}, expected ${expected}${words === null ? '' : `: ${words}`}`,
  });
  if (isOther) tellCables(run);
}

function noteRunning(run: Run, line: SeenLine): void {
  // In doubt it is only a system that runs; who may have the disk beside it is not known.
  if (line.node !== run.state.owner || run.state.ownerDoubt !== null) return;
  const other = run.state.nodes[otherNode(line.node)];
  if (other.channel === 'connected' && other.fresh) recordOwnerRuns(other.facts);
  if (run.state.unfinished === 'none') return;
  run.state.unfinished = 'none';
  const name = nodeName(run, line.node);
  journal(run, { kind: 'production', node: name, why: line.text.trim() });
}

// ---- who takes the line ----------------------------------------------------------------------------

function quote(text: string): string {
  const trimmed = text.trim();
  return `"${trimmed.length > 160 ? `${trimmed.slice(0, 157)}...` : trimmed}"`;
}

function causeOf(run: Run, line: SeenLine): Cause {
  const name = nodeName(run, line.node);
  const role = roleOf(run.state, line.node);
  return {
    values: { line: quote(line.text).slice(1, -1) },
    node: line.node,
    evidence: `${name} (${role}) wrote ${quote(line.text)}`,
  };
}

function dispatch(run: Run, line: SeenLine): void {
  if (!run.state.begun) return;
  if (!run.state.nodes[line.node].inService) return;
  const cause = causeOf(run, line);
  const { always, own } = reactionsNow(run);
  const first = reactToLine(run, always, line, cause);
  if (first.departure !== null) return enter(run, first.departure);
  const { task } = run.state;
  const taken = task === null ? null : taskLine(run, task, line);
  if (taken !== null) return settle(run, taken);
  const last = reactToLine(run, own, line, cause);
  if (last.departure !== null) return enter(run, last.departure);
  if (!first.noticed && !last.noticed) logIgnored(run, line);
}

/** Once for each text and stay in a state: a dump prints its progress a hundred times. */
function logIgnored(run: Run, line: SeenLine): void {
  const texts = line.hits
    .map((id) => run.engine.textOfMatch[id] ?? -1)
    .filter((index) => index >= 0 && !run.state.ignored.includes(index));
  if (texts.length === 0) return;
  run.state.ignored = [...run.state.ignored, ...texts];
  const names = texts.map((index) => run.engine.program.texts[index]?.name ?? '?');
  log(run, 'console', `${names.join(', ')}: no line of this state takes it`, {
    level: 'debug',
    node: line.node,
    evidence: quote(line.text),
  });
}
