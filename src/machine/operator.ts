/**
 * Requests of an operator: taken by a line of the script, or refused with the state's name. A
 * confirmation becomes evidence (attested) only here, and only when nothing contradicts it.
 */
import type { Reaction } from '../language/program.ts';
import { tellCables } from './cables.ts';
import { holds } from './condition.ts';
import { evidenceOf } from './evidence.ts';
import type { Facts } from './facts.ts';
import { objectionToResume, whatNow, whyInhibited, whyNotTaken } from './operator-words.ts';
import { endDoubt } from './owner-doubt.ts';
import type { Event, MachineEffect, NodeIndex } from './protocol.ts';
import { carryOut, reactionsNow } from './reactions.ts';
import { currentState, journal, log, nodeName, nodeOfRole, type Run } from './run.ts';
import { otherNode } from './state.ts';
import { enter } from './states.ts';

type Request = Extract<Event, { kind: 'operator' }>;

/** A console that wrote something within so long belongs to a machine that has power. */
const ALIVE_MS = 30_000;

/** What would begin something that cannot be done while nothing is sent. */
const MOVES: readonly Request['request'][] = ['switchover', 'confirm', 'go', 'resume'];

export function takeOperator(run: Run, event: Request): void {
  if (event.request === 'out-of-service' || event.request === 'in-service') {
    return takeService(run, event, event.request === 'in-service');
  }
  if (event.request === 'owner') return takeOwner(run, event);
  if (run.state.inhibited !== null && MOVES.includes(event.request)) {
    return reply(run, event, false, whyInhibited(run, run.state.inhibited));
  }
  const reaction = findReaction(run, event);
  if (event.request === 'resume' && run.state.begun) {
    const why = objectionToResume(run);
    if (why !== null) return reply(run, event, false, why);
  }
  if (reaction === null || !run.state.begun) {
    return reply(run, event, false, whyNotTaken(run, event));
  }
  const objection = event.request === 'confirm' ? objectionToConfirm(run, event.node) : null;
  if (objection !== null) return reply(run, event, false, objection);
  if (event.request === 'confirm' && event.node !== null) attest(run, event, event.node);
  if (event.request === 'release') {
    run.state.entries = {};
    for (const node of run.state.nodes) trustCables(node.facts);
    tellCables(run);
    journal(run, { kind: 'released', by: event.operator });
  }
  const before = run.state.current;
  tellWord(run, event, `accepted: the state ${currentState(run).name} acts on it`);
  const departure = carryOut(run, reaction.effects, {
    values: { operator: event.operator },
    node: event.node,
    evidence: `${event.operator} typed ${event.request}${nodeWord(run, event.node)}`,
  });
  if (departure !== null) enter(run, { ...departure, isMeant: true });
  run.effects.push(replyTo(event, true, whatNow(run, before)));
}

/** Whoever releases has looked: which machine is on which line is open again, no longer wrong. */
function trustCables(facts: Facts): void {
  if (facts.identity === 'contradicted') facts.identity = 'unknown';
  facts.identityShown = null;
  facts.contradictedBy = null;
}

function nodeWord(run: Run, node: NodeIndex | null): string {
  return node === null ? '' : ` ${nodeName(run, node)}`;
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
    const name = nodeName(run, node);
    return `the service address still answers, so something runs, and it may be ${name}; say it again when nothing answers there`;
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
  const { cluster } = run.engine.target;
  if (event.node === run.state.owner && !inService) {
    return reply(
      run,
      event,
      false,
      `${name} is the active node: it owns the disk; clusterd switchover ${cluster} moves production away first`,
    );
  }
  const target = run.state.nodes[event.node];
  const { condition } = target.facts;
  if (!inService && (condition === 'running' || condition === 'leaving')) {
    return reply(
      run,
      event,
      false,
      `a system was seen on ${name}, and production may run there; shut it down first, or, if production was moved by hand: clusterd owner ${cluster} ${name}`,
    );
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
  const then = inService
    ? `${name} is in service again; a takeover goes there once it was seen parked`
    : `${name} is out of service: nothing is typed there and no takeover goes there; clusterd in-service ${cluster} ${name} ends that`;
  reply(run, event, true, then);
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
  if (state.task !== null)
    return reply(
      run,
      event,
      false,
      'a dialogue with a console is under way; say it again in a few seconds',
    );
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
    const asked = nodeName(run, node);
    return `no running system was seen on ${asked} (it is ${facts.condition}); press RETURN on its console, so that its login prompt shows`;
  }
  const stopped = evidenceOf(run.engine, run.state, other).some((one) => one.grade !== 'held');
  const { condition, identity, resumable } = run.state.nodes[other].facts;
  if (stopped) return null;
  if (condition === 'running' || condition === 'leaving') {
    return `a system was seen running on ${name}, too: stop one of them first`;
  }
  // Only known from earlier: kept as a doubt about the node, which is not booted nor resumed with it.
  const isGuess = resumable?.carried === true;
  if (resumable !== null && !isGuess)
    return `a system may be asleep on ${name}: a BREAK stopped it; reset ${name} first, so that it cannot go on`;
  // Nothing is booted on this word; a silent node may stay unknown, a foreign one may not.
  if (condition === 'unknown' || identity === 'proven') return null;
  return `the machine at the prompt of ${name} has not shown that it is ${name}; type banner there`;
}

function reply(run: Run, event: Request, accepted: boolean, text: string): void {
  tellWord(run, event, `${accepted ? 'accepted' : 'refused'}: ${text}`);
  run.effects.push(replyTo(event, accepted, text));
}

function tellWord(run: Run, event: Request, why: string): void {
  const what = `${event.operator}: ${event.request}${nodeWord(run, event.node)}`;
  log(run, 'operator', what, { why });
}

function replyTo({ reply: to }: Request, accepted: boolean, text: string): MachineEffect {
  return { kind: 'reply', reply: to, accepted, text };
}
