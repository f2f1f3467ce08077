/**
 * The engine's verbs as the prover walks through them: which `to ...` blocks they run, and with what
 * they end. Mirrors machine/routines.ts and boot.ts; the law itself is asked of the machine
 * (knowledge.ts). One firmware variable stands for all of them.
 */
import { type Cause, type Running, roleOf, type VerbFrame } from './config.ts';
import type { Move } from './dialogue-moves.ts';
import { because, DONE, type Ending, failing, failure, type Space, STEP } from './space.ts';

/** Several devices, each switched off and then asked. */
const POWER_MS = 3 * 60_000;

export function verbMoves(space: Space, running: Running, frame: VerbFrame): Move[] {
  const { node } = frame;
  switch (frame.verb) {
    case 'hold':
      return [calls(space, running, frame, 'hold', 'hold')];
    case 'identify':
      return [calls(space, running, frame, 'identify', 'identify')];
    case 'park':
    case 'check-parked':
      if (space.program.parked.length === 0) return [ends(running, STEP, DONE)];
      return [calls(space, running, frame, 'read', 'read')];
    case 'reset':
      return resetMoves(space, running, frame);
    case 'fence':
      space.fences.begun += 1;
      return [calls(space, running, frame, 'fence', 'fence'), fails(running, frame, 'unwritable')];
    case 'resume': {
      const refused = fails(running, frame, 'refused');
      const { mayBe } = space.knowledge.asks(running.known[node], 'held', (facts) => {
        return facts.resumable !== null;
      });
      return mayBe ? [calls(space, running, frame, 'resume', 'resume'), refused] : [refused];
    }
    case 'boot':
      return bootMoves(space, running, frame);
    case 'power-off':
      return powerMoves(space, running, frame);
    case 'trust-silence':
      return trustMoves(space, running, frame);
    case 'command':
      return [
        ends(running, because({ kind: 'command', ok: true }, null), DONE),
        ...['exit', 'timeout', 'not-started'].map((name) =>
          ends(running, because({ kind: 'command', ok: false }, null), failure(name)),
        ),
      ];
  }
}

function ends(running: Running, cause: Cause, ending: Ending): Move {
  return { running, cause, ending };
}

function fails(running: Running, frame: VerbFrame, name: string): Move {
  return ends(running, failing(running, frame.node, name, null), failure(name));
}

function calls(
  space: Space,
  running: Running,
  frame: VerbFrame,
  howTo: Parameters<Space['howTo']>[0],
  phase: VerbFrame['phase'],
  cause: Cause = STEP,
): Move {
  const waiting = space.replaceTop(running, { ...frame, phase });
  return { running: space.push(waiting, space.howTo(howTo, frame.node)), cause, ending: null };
}

function resetMoves(space: Space, running: Running, frame: VerbFrame): Move[] {
  const just = space.knowledge.asks(running.known[frame.node], 'just reset', (facts) => {
    return facts.resetAt !== null && facts.writtenAt === null && facts.condition === 'firmware';
  });
  const known = just.mayNotBe ? because({ kind: 'known' }, null) : STEP;
  const moves = just.mayBe ? [ends(running, known, DONE)] : [];
  // What was seen of a reset may be void a moment later.
  moves.push(calls(space, running, frame, 'reset', 'reset'), fails(running, frame, 'unwritable'));
  if (frame.node !== running.owner) moves.push(fails(running, frame, 'refused'));
  return moves;
}

function bootMoves(space: Space, running: Running, frame: VerbFrame): Move[] {
  const { node } = frame;
  const other = running.known[node === 0 ? 1 : 0];
  // What holds here may be void a moment later: a refusal is always to be reckoned with.
  const moves = [fails(running, frame, 'refused'), fails(running, frame, 'no-more-paths')];
  const { mayBe } = space.knowledge.boots(other, node === running.owner);
  if (mayBe) moves.push(calls(space, running, frame, 'boot', 'boot'));
  return moves;
}

function powerMoves(space: Space, running: Running, frame: VerbFrame): Move[] {
  const { node } = frame;
  if (!space.engine.target.nodes[node].hasPowerDevice) return [fails(running, frame, 'no-device')];
  const role = roleOf(running, node);
  const off = because({ kind: 'power', role, off: true }, null, 0, POWER_MS);
  const not = because({ kind: 'power', role, off: false }, null, 0, POWER_MS);
  const known = space.learns(running, node, { kind: 'not-off' });
  return [
    ends(space.learns(running, node, { kind: 'off' }), off, DONE),
    ends(known, not, failure('still-on')),
    ends(known, not, failure('no-answer')),
    fails(running, frame, 'unwritable'),
  ];
}

function trustMoves(space: Space, running: Running, frame: VerbFrame): Move[] {
  const refused = fails(running, frame, 'refused');
  const isOwner = frame.node === running.owner;
  if (!space.knowledge.trusts(running.known[frame.node], isOwner).mayBe) return [refused];
  const trusted = space.learns(running, frame.node, { kind: 'trusted' });
  return [ends(trusted, STEP, DONE), refused];
}

/** What a verb makes of the end of the block that it runs. */
export function verbTakes(
  space: Space,
  running: Running,
  frame: VerbFrame,
  ending: Ending,
  cause: Cause,
): Move[] {
  if (frame.verb === 'park' || frame.verb === 'check-parked') {
    return parkTakes(space, running, frame, ending, cause);
  }
  if (frame.verb === 'identify' && !ending.ok && ending.name === 'wrong-node') {
    return [ends(running, cause, ending), ends(running, cause, failure('garbled'))];
  }
  if (frame.verb === 'fence' && ending.ok) {
    const known = running.known[frame.node];
    const proof = space.knowledge.fenced(known);
    space.fences.ended += 1;
    if (proof.mayBe) space.fences.proven += 1;
    else space.fences.lacking = space.knowledge.lacking(known);
    const unproven = ends(running, cause, failure('unproven'));
    if (!proof.mayBe) return [unproven];
    return proof.mayNotBe
      ? [ends(running, cause, ending), unproven]
      : [ends(running, cause, ending)];
  }
  return [ends(running, cause, ending)];
}

/** `read` -> [`write` -> `reread` -> `verify`]: after a write all values are read once more. */
function parkTakes(
  space: Space,
  running: Running,
  frame: VerbFrame,
  ending: Ending,
  cause: Cause,
): Move[] {
  const { node, phase } = frame;
  const different = !ending.ok && ending.name === 'different';
  if (phase === 'write') {
    if (!ending.ok) return [ends(running, cause, ending)];
    const written = space.learns(running, node, { kind: 'written' });
    return [calls(space, written, frame, 'read', 'reread', cause)];
  }
  if (ending.ok && phase === 'reread') {
    return [calls(space, running, frame, 'read', 'verify', cause)];
  }
  if (ending.ok) {
    const count = space.program.parked.length;
    const whole = { ...cause, leastMs: cause.leastMs * count, mostMs: cause.mostMs * count };
    return [ends(space.learns(running, node, { kind: 'read' }), whole, DONE)];
  }
  const writes = different && frame.verb === 'park' && phase === 'read';
  if (!writes) return [ends(running, cause, ending)];
  const written = space.learns(running, node, { kind: 'written' });
  return [
    calls(space, written, frame, 'write', 'write', cause),
    ends(running, cause, failure('different')),
    ends(running, cause, failure('unwritable')),
  ];
}
