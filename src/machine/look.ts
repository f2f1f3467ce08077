/**
 * A look: a dialogue of the library that only asks, carried out because somebody wants to know, not
 * because the script says so. Its end decides nothing; what was asked for is told, with the lines that
 * answered. Called by machine.ts and states.ts for `clusterd doctor`.
 * Must never type anything but what is harmless anywhere, never where the script has something to do,
 * and never touch evidence: no verb of a look may run on the node that owns the disk.
 */
import type { Program } from '../language/program.ts';
import { advance } from './executor.ts';
import type { Event, LookAnswer, NodeIndex } from './protocol.ts';
import { currentState, log, nodeName, type Run } from './run.ts';
import { dialogueFrame, type Task, type TaskOutcome } from './task.ts';
import { isHarmlessKey, isHarmlessLine } from './typing.ts';

/** The task to be settled by the caller, or null: it was refused, and that was told. */
export function takeLook(run: Run, event: Extract<Event, { kind: 'look' }>): TaskOutcome | null {
  const dialogue = run.engine.program.dialogues.findIndex(
    ({ name, howTo, parameters }) =>
      name === event.dialogue && howTo === null && parameters.length === 0,
  );
  const why = objection(run, event.node, dialogue);
  if (why !== null) {
    tell(run, event.reply, { done: false, failure: 'not-looked', note: why, heard: [] });
    return null;
  }
  log(run, 'look', `${event.operator} looks: ${event.dialogue} on ${nodeName(run, event.node)}`, {
    node: event.node,
  });
  const frame = dialogueFrame(dialogue, event.node);
  const task: Task = {
    origin: { kind: 'action', index: -1 },
    frames: [frame],
    wait: null,
    note: '',
    look: { reply: event.reply, heard: [] },
  };
  run.state.task = task;
  return advance(run, task);
}

/** Why nobody may look now, one clause; null: nothing speaks against it. */
function objection(run: Run, node: NodeIndex, dialogue: number): string | null {
  const { state, engine } = run;
  if (dialogue < 0) return 'the library has no such dialogue';
  if (!state.begun) return 'the cluster has not begun: its consoles are not connected yet';
  if (state.inhibited !== null) return state.inhibited;
  const { name, ending } = currentState(run);
  if (ending !== 'rest') return `it is in the state ${name}, which is no state of rest`;
  if (state.task !== null) return BUSY;
  const uses = looksWith(run, dialogue, new Set());
  if (uses === null) return 'this dialogue does more than ask';
  const owns = node === state.owner || state.ownerDoubt !== null;
  if (uses === 'verbs' && owns) return `${engine.target.nodes[node].name} may own the disk`;
  return null;
}

/** The script's own dialogue runs: it may be asked again soon. */
export const BUSY = 'a dialogue of the script runs';

/** `keys`: it types at most; `verbs`: it identifies or reads values as well; null: it acts. */
function looksWith(run: Run, index: number, above: ReadonlySet<number>): 'keys' | 'verbs' | null {
  const { program } = run.engine;
  const dialogue = program.dialogues[index];
  if (dialogue === undefined || above.has(index)) return null;
  const all = dialogue.steps.map((step) => stepUses(run, step, new Set([...above, index])));
  if (all.includes(null)) return null;
  return all.includes('verbs') ? 'verbs' : 'keys';
}

type Step = Program['dialogues'][number]['steps'][number];

function stepUses(run: Run, step: Step, above: ReadonlySet<number>): 'keys' | 'verbs' | null {
  switch (step.kind) {
    case 'break':
    case 'run':
      return null;
    case 'press':
      return isHarmlessKey(run.engine, step.key) ? 'keys' : null;
    case 'verb':
      return step.verb === 'identify' || step.verb === 'check-parked' ? 'verbs' : null;
    case 'do':
      return looksWith(run, step.dialogue, above);
    case 'send':
      // With a hole in it: the line itself is judged before it is typed.
      return step.text.some(({ kind }) => kind === 'variable') ||
        isHarmlessLine(run.engine, step.text.map(fixed).join(''))
        ? 'keys'
        : null;
    default:
      return 'keys';
  }
}

function fixed(part: Extract<Step, { kind: 'send' }>['text'][number]): string {
  return part.kind === 'text' ? part.text : '';
}

export function endLook(run: Run, task: Task, outcome: TaskOutcome): void {
  if (task.look === null) return;
  const { reply, heard } = task.look;
  const failure = outcome.ok ? '' : outcome.failure;
  tell(run, reply, { done: outcome.ok, failure, note: task.note, heard });
}

/** The script went on; nothing is known of what was asked. */
export function abandonLook(run: Run, task: Task): void {
  if (task.look === null) return;
  const note = `the script went on, from ${currentState(run).name}`;
  tell(run, task.look.reply, { done: false, failure: 'not-looked', note, heard: [] });
}

function tell(run: Run, reply: number, answer: LookAnswer): void {
  run.effects.push({ kind: 'looked', reply, answer });
}
