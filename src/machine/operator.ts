/**
 * Requests of an operator: taken by a line of the script, or refused with the state's name. A
 * confirmation becomes evidence (attested) only here, and only when nothing contradicts it.
 */
import type { Reaction } from '../language/program.ts';
import { holds } from './condition.ts';
import { evidenceOf } from './evidence.ts';
import type { Facts } from './facts.ts';
import { endDoubt } from './owner-doubt.ts';
import type { Event, NodeIndex } from './protocol.ts';
import { carryOut, reactionsNow } from './reactions.ts';
import { currentState, journal, log, nodeName, nodeOfRole, type Run } from './run.ts';
import { otherNode } from './state.ts';
import { enter } from './states.ts';

type Request = Extract<Event, { kind: 'operator' }>;

/** A console that wrote something within so long belongs to a machine that has power. */
const ALIVE_MS = 30_000;

/** What would begin something that cannot be done while nothing is sent. */
const MOVES: readonly Request['request'][] = ['switchover', 'confirm', 'go'];

export function takeOperator(run: Run, event: Request): void {
  if (event.request === 'out-of-service' || event.request === 'in-service') {
    return takeService(run, event, event.request === 'in-service');
  }
  if (event.request === 'owner') return takeOwner(run, event);
  if (run.state.inhibited !== null && MOVES.includes(event.request)) {
    return reply(run, event, false, `nothing is sent (${run.state.inhibited})`);
  }
  const reaction = findReaction(run, event);
  if (reaction === null || !run.state.begun) {
    const { name, summary } = currentState(run);
    const taken = wordsTaken(run).join(', ');
    const why = `the state ${name} (${summary}) has no use for it now; it takes: ${taken}`;
    return reply(run, event, false, why);
  }
  const objection = event.request === 'confirm' ? objectionToConfirm(run, event.node) : null;
  if (objection !== null) return reply(run, event, false, objection);
  if (event.request === 'confirm' && event.node !== null) attest(run, event, event.node);
  if (event.request === 'release') {
    run.state.entries = {};
    for (const node of run.state.nodes) trustCables(node.facts);
    journal(run, { kind: 'released', by: event.operator });
  }
  reply(run, event, true, `the state ${currentState(run).name} acts on it`);
  const departure = carryOut(run, reaction.effects, {
    values: { operator: event.operator },
    node: event.node,
    evidence: `${event.operator} typed ${event.request}${nodeWord(run, event.node)}`,
  });
  if (departure !== null) enter(run, departure);
}

/** Whoever releases has looked: which machine is on which line is open again, no longer wrong. */
function trustCables(facts: Facts): void {
  if (facts.identity === 'contradicted') facts.identity = 'unknown';
  facts.identityShown = null;
}

function nodeWord(run: Run, node: NodeIndex | null): string {
  return node === null ? '' : ` ${nodeName(run, node)}`;
}

/** What an operator can say in this state. */
function wordsTaken(run: Run): string[] {
  const { always, own } = reactionsNow(run);
  const words = [...always, ...own].flatMap(({ trigger, condition }) => {
    if (trigger.kind !== 'operator' || !holds(run, condition)) return [];
    if (trigger.role === null) return [trigger.request];
    return [`${trigger.request} ${nodeName(run, nodeOfRole(run.state, trigger.role))}`];
  });
  return words.length === 0 ? ['nothing now'] : [...new Set(words)];
}

function findReaction(run: Run, event: Request): Reaction | null {
  const { always, own } = reactionsNow(run);
  const fits = (reaction: Reaction) => {
    const { trigger } = reaction;
    if (trigger.kind !== 'operator' || trigger.request !== event.request) return false;
    if (trigger.role !== null && nodeOfRole(run.state, trigger.role) !== event.node) return false;
    return holds(run, reaction.condition);
  };
  return [...always, ...own].find(fits) ?? null;
}

function objectionToConfirm(run: Run, node: NodeIndex | null): string | null {
  if (node === null) return 'confirm needs the name of the node that is off';
  const { net } = run.state;
  if (net.known && net.level === 'alive') {
    return `the service address still answers: something runs, and it may be ${nodeName(run, node)}`;
  }
  const { heardAt } = run.state.nodes[node];
  const ago = run.state.now - (heardAt ?? Number.NEGATIVE_INFINITY);
  if (ago >= ALIVE_MS) return null;
  const name = nodeName(run, node);
  const wait = Math.ceil((ALIVE_MS - ago) / 1000);
  const since = Math.round(ago / 1000);
  return `${name} wrote to its console ${since} s ago; if it is off, say it again in ${wait} s`;
}

function attest(run: Run, event: Request, node: NodeIndex): void {
  const { facts } = run.state.nodes[node];
  facts.attested = { at: run.state.now, by: event.operator };
  facts.offBytes = 0;
  journal(run, { kind: 'attested', node: nodeName(run, node), by: event.operator });
  log(run, 'evidence', `${nodeName(run, node)} is attested to be off`, {
    node,
    evidence: `${event.operator} confirmed it by name`,
  });
}

function takeService(run: Run, event: Request, inService: boolean): void {
  if (event.node === null) return reply(run, event, false, 'name the node');
  const name = nodeName(run, event.node);
  if (event.node === run.state.owner && !inService) {
    return reply(run, event, false, `${name} is the active node: it owns the disk`);
  }
  const target = run.state.nodes[event.node];
  const { condition } = target.facts;
  if (!inService && (condition === 'running' || condition === 'leaving')) {
    return reply(run, event, false, `a system was seen on ${name}; production may run there`);
  }
  if (target.inService === inService) return reply(run, event, true, 'it is so already');
  target.inService = inService;
  target.facts.reads = {};
  journal(run, { kind: 'service', node: name, inService, by: event.operator });
  log(run, 'operator', `${name} is ${inService ? 'back in' : 'out of'} service`, {
    node: event.node,
    why: `${event.operator} said so`,
    next: inService
      ? 'it must be proven parked again'
      : 'nothing is typed there; no takeover to it',
  });
  reply(run, event, true, inService ? 'back in service' : 'out of service');
}

/**
 * Production was moved by hand: the node that runs it owns the disk. Only what the consoles show
 * already can be said so: a system that runs here, and none that runs or sleeps there.
 */
function takeOwner(run: Run, event: Request): void {
  if (event.node === null) return reply(run, event, false, 'name the node');
  const { state } = run;
  const name = nodeName(run, event.node);
  if (event.node === state.owner && !state.ownerAssumed && state.ownerDoubt === null) {
    return reply(run, event, true, 'it is so already');
  }
  const objection = objectionToOwner(run, event.node);
  if (objection !== null) return reply(run, event, false, objection);
  if (state.task !== null) return reply(run, event, false, 'a dialogue is under way; say it again');
  state.owner = event.node;
  state.ownerAssumed = false;
  state.ownerDoubt = null;
  endDoubt(run);
  state.unfinished = 'none';
  // Whoever booted it may have left it unparked.
  state.parkedBeforeBoot = false;
  state.pathIndex = 0;
  journal(run, {
    kind: 'owner',
    node: name,
    why: `${event.operator} said so`,
    pathIndex: 0,
    parkedBefore: false,
    unfinished: 'none',
  });
  log(run, 'evidence', `${name} is now the active node: it owns the disk`, {
    node: event.node,
    evidence: `${event.operator} said so, and its console shows a system that runs`,
  });
  reply(run, event, true, `${name} is the active node`);
  if (currentState(run).lasting) return;
  const evidence = `${event.operator} typed owner ${name}`;
  const reason = `${event.operator} says that ${name} owns the disk`;
  enter(run, { state: run.engine.program.startState, reason, evidence, node: event.node });
}

function objectionToOwner(run: Run, node: NodeIndex): string | null {
  const { facts } = run.state.nodes[node];
  const other = otherNode(node);
  const name = nodeName(run, other);
  if (facts.condition !== 'running') {
    return `no running system was seen on ${nodeName(run, node)} (it is ${facts.condition})`;
  }
  const stopped = evidenceOf(run.engine, run.state, other).some((one) => one.grade !== 'held');
  const { condition, identity, resumable } = run.state.nodes[other].facts;
  if (stopped) return null;
  if (condition === 'running' || condition === 'leaving') return `${name} was seen running, too`;
  // Only known from earlier: kept as a doubt about the node, which is not booted nor resumed with it.
  const isGuess = resumable?.carried === true;
  if (resumable !== null && !isGuess)
    return `a system may be asleep on ${name}: somebody's BREAK stopped it`;
  // Nothing is booted on this word; a silent node may stay unknown, a foreign one may not.
  if (condition === 'unknown' || identity === 'proven') return null;
  return `the machine at the prompt of ${name} has not shown that it is ${name}`;
}

function reply(run: Run, event: Request, accepted: boolean, text: string): void {
  const verdict = accepted ? 'accepted' : 'refused';
  log(run, 'operator', `${event.operator}: ${event.request}${nodeWord(run, event.node)}`, {
    why: `${verdict}: ${text}`,
  });
  run.effects.push({ kind: 'reply', reply: event.reply, accepted, text });
}
