/** Waits for the world outside: intents that go to the journal, and answers that carry a token. */
import type { JournalRecord, MachineEffect } from './protocol.ts';
import { log, type Run, takeToken } from './run.ts';
import type { Task, UnwrittenIntent, Wait } from './task.ts';

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

/** A disk that is full now may have room again: so often and so long an intent is tried. */
const RETRY_MS = 10_000;
const GIVE_UP_MS = 60 * 60_000;

/**
 * The task goes on with `done`, or with `unwritable` when the journal could not be written for an
 * hour. Until then what needs the intent waits: a full disk is no reason to stop a cluster for good.
 */
export function journalIntent(run: Run, task: Task, intent: Intent): void {
  const giveUpAt = run.state.now + GIVE_UP_MS;
  const { unfinished } = run.state;
  write(run, task, { record: intent, giveUpAt, refused: false, unfinished });
}

/** What the record will say is so from now on; production may have come back since it was tried. */
function write(run: Run, task: Task, intent: UnwrittenIntent): void {
  const { verb, node } = intent.record;
  const begins = verb === 'fence' || verb === 'power-off' || verb === 'reset';
  const owner = run.engine.target.nodes[run.state.owner].name;
  const { unfinished } = run.state;
  if (begins && node === owner) run.state.unfinished = 'takeover';
  const wait = awaitToken(run, 'journal', JOURNAL_MS);
  const effect = { kind: 'journal', record: intent.record, token: wait.token } as const;
  run.effects.splice(placeOfIntent(run), 0, effect);
  task.wait = { ...wait, intent: { ...intent, unfinished } };
}

/** The journal has refused it. `false`: for too long now. */
export function waitToWriteAgain(run: Run, task: Task, wait: TokenWait, detail: string): boolean {
  const { intent } = wait;
  if (intent === undefined) return false;
  // Unless production has come back meanwhile: then nothing is unfinished, whatever was.
  if (run.state.unfinished === 'takeover') run.state.unfinished = intent.unfinished;
  if (run.state.now >= intent.giveUpAt) return false;
  if (!intent.refused) {
    const { verb, node } = intent.record;
    log(run, 'verb', `${verb} of ${node} waits: the journal cannot be written`, {
      level: 'warn',
      why: detail,
      next: 'tried again every 10 s; nothing is done before it is written down',
    });
  }
  const again = { ...intent, refused: true };
  task.wait = { kind: 'unwritten', intent: again, until: run.state.now + RETRY_MS };
  return true;
}

export function writeAgain(run: Run, task: Task, wait: Extract<Wait, { kind: 'unwritten' }>): void {
  write(run, task, wait.intent);
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
