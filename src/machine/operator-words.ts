/**
 * What an operator is told: why a word is not taken and what to do instead, or what happens now.
 * Called by operator.ts. Reads the state, changes nothing; each text is one line, without a full stop.
 */
import type { Condition, OperatorRequest, Reaction } from '../language/program.ts';
import { holds } from './condition.ts';
import { judgeResume } from './evidence.ts';
import type { Event, NodeIndex } from './protocol.ts';
import { reactionsNow } from './reactions.ts';
import { currentState, nodeName, nodeOfRole, type Run } from './run.ts';
import { DISARMED } from './shadow.ts';
import { cloneState } from './state.ts';

type Request = Extract<Event, { kind: 'operator' }>;

/** Why the current state does not take this word. */
export function whyNotTaken(run: Run, event: Request): string {
  const { cluster } = run.engine.target;
  if (!run.state.begun) {
    return 'it has just begun and connects to its consoles first; say it again in a few seconds';
  }
  const isHeld = takes(run, 'release');
  if (event.request === 'hold' && isHeld) {
    return `nothing is done here already; clusterd release ${cluster} ends that`;
  }
  const { name, summary } = currentState(run);
  const advice = isHeld
    ? `it waits for a person to look: clusterd release ${cluster} comes first`
    : adviceFor(run, event);
  const taken = wordsTaken(run).join(', ');
  return `the state ${name} (${summary}) has no use for it now: ${advice}; it takes: ${taken}`;
}

/** Why nothing can be begun while nothing is sent. */
export function whyInhibited(run: Run, inhibited: string): string {
  const { cluster } = run.engine.target;
  const next =
    inhibited === DISARMED
      ? `clusterd arm ${cluster} lets it act`
      : `it acts again when that ends; see clusterd status ${cluster}`;
  return `nothing is sent (${inhibited}); ${next}`;
}

/** What comes of a word that was taken. */
export function whatNow(run: Run, before: number): string {
  const { name, summary } = currentState(run);
  return run.state.current === before ? `noted; it stays in ${name}` : `now ${name}: ${summary}`;
}

/**
 * Why the law will not let the system that a BREAK stopped go on, or null. Who it is, is asked before
 * anything is typed: a machine that has not yet shown it is taken for the right one here.
 */
export function objectionToResume(run: Run): string | null {
  const { owner } = run.state;
  const supposed = cloneState(run.state);
  const { facts } = supposed.nodes[owner];
  if (facts.identity !== 'contradicted') facts.identity = 'proven';
  const verdict = judgeResume(run.engine, supposed, owner);
  if (verdict.kind !== 'refused') return null;
  const { cluster } = run.engine.target;
  return `${nodeName(run, owner)} cannot go on: ${verdict.why}; see clusterd status ${cluster}`;
}

function adviceFor(run: Run, { request, node }: Request): string {
  const { cluster } = run.engine.target;
  const { unfinished } = run.state;
  switch (request) {
    case 'release':
      return 'it is not held';
    case 'switchover':
      return unfinished === 'none'
        ? 'production is moved from a state in which it is known to run'
        : `a takeover is under way; see clusterd status ${cluster}`;
    case 'confirm':
      return node === null ? 'it needs the name of a node' : adviceOnConfirm(run, node);
    case 'go':
      return 'it does not wait for a person';
    case 'resume':
      return `to have it looked at anew: clusterd hold ${cluster}, then clusterd release ${cluster}`;
    default:
      return `see clusterd status ${cluster}`;
  }
}

function adviceOnConfirm(run: Run, node: NodeIndex): string {
  const { net } = run.state;
  const all = reactionsOf(run, 'confirm');
  const asked = all.find(({ trigger }) => nodeOf(run, trigger) === node);
  const other = all.find(
    ({ trigger, condition }) => nodeOf(run, trigger) !== node && holds(run, condition),
  );
  const name = nodeName(run, node);
  if (asked !== undefined) {
    const level = net.known ? net.level : 'not yet known';
    return `${conditionWords(asked.condition)}; the service address is ${level} (${net.detail})`;
  }
  if (other !== undefined) {
    const its = nodeName(run, node === 0 ? 1 : 0);
    return `it asks about ${its}, not about ${name}`;
  }
  return `nobody asks whether ${name} is off; an alarm says so when it cannot find out itself`;
}

function conditionWords(condition: Condition | null): string {
  if (condition?.kind === 'net') {
    return `your word counts only while the service address is ${condition.level}`;
  }
  return 'your word does not count in this situation';
}

function nodeOf(run: Run, trigger: Reaction['trigger']): NodeIndex | null {
  if (trigger.kind !== 'operator' || trigger.role === null) return null;
  return nodeOfRole(run.state, trigger.role);
}

function reactionsOf(run: Run, request: OperatorRequest): Reaction[] {
  const { always, own } = reactionsNow(run);
  return [...always, ...own].filter(
    ({ trigger }) => trigger.kind === 'operator' && trigger.request === request,
  );
}

function takes(run: Run, request: OperatorRequest): boolean {
  return reactionsOf(run, request).some(({ condition }) => holds(run, condition));
}

/** What an operator can say in this state. */
function wordsTaken(run: Run): string[] {
  const { always, own } = reactionsNow(run);
  const words = [...always, ...own].flatMap(({ trigger, condition }) => {
    if (trigger.kind !== 'operator' || !holds(run, condition)) return [];
    const node = nodeOf(run, trigger);
    return [node === null ? trigger.request : `${trigger.request} ${nodeName(run, node)}`];
  });
  return words.length === 0 ? ['nothing now'] : [...new Set(words)];
}
