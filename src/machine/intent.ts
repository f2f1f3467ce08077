/** Writes an intent to the journal and makes the task wait until it is on the disk. */
import type { JournalRecord } from './protocol.ts';
import { type Run, takeToken } from './run.ts';
import type { Task } from './task.ts';

type Intent = Extract<JournalRecord, { kind: 'intent' }>;

/** The task goes on with `done`, or with `unwritable` when the journal could not be written. */
export function journalIntent(run: Run, task: Task, intent: Intent): void {
  const owner = run.engine.target.nodes[run.state.owner].name;
  const begins = intent.verb === 'fence' || intent.verb === 'power-off' || intent.verb === 'reset';
  if (begins && intent.node === owner) run.state.unfinished = 'takeover';
  const token = takeToken(run);
  run.effects.push({ kind: 'journal', record: intent, token });
  task.wait = { kind: 'token', token, effect: 'journal' };
}
