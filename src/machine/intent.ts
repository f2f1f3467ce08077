/** Waits for the world outside: intents that go to the journal, and answers that carry a token. */
import type { JournalRecord, MachineEffect } from './protocol.ts';
import { type Run, takeToken } from './run.ts';
import type { Task, Wait } from './task.ts';

type Intent = Extract<JournalRecord, { kind: 'intent' }>;
type TokenWait = Extract<Wait, { kind: 'token' }>;

/** A disk that takes longer does not write at all. */
const JOURNAL_MS = 60_000;
/** The runner ends things in time by itself; this is for a runner that forgot. */
const GRACE_MS = 10_000;

export function awaitToken(run: Run, effect: TokenWait['effect'], withinMs: number): TokenWait {
  const deadline = run.state.now + withinMs + GRACE_MS;
  return { kind: 'token', token: takeToken(run), effect, deadline };
}

/** The task goes on with `done`, or with `unwritable` when the journal could not be written. */
export function journalIntent(run: Run, task: Task, intent: Intent): void {
  const owner = run.engine.target.nodes[run.state.owner].name;
  const begins = intent.verb === 'fence' || intent.verb === 'power-off' || intent.verb === 'reset';
  if (begins && intent.node === owner) run.state.unfinished = 'takeover';
  const wait = awaitToken(run, 'journal', JOURNAL_MS);
  const effect = { kind: 'journal', record: intent, token: wait.token } as const;
  run.effects.splice(placeOfIntent(run), 0, effect);
  task.wait = wait;
}

/**
 * In front of the state that was entered in this same step: its record ends the memory of a lasting
 * state, and a daemon killed between the two would know neither why it was there nor what it began.
 */
function placeOfIntent(run: Run): number {
  const isState = (effect: MachineEffect) =>
    effect.kind === 'journal' && effect.record.kind === 'state';
  const entered = run.effects.findLastIndex(isState);
  return entered < 0 ? run.effects.length : entered;
}
