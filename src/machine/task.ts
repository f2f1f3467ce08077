/**
 * A task is what the machine does on consoles and devices for an action or an `every` line: a stack
 * of dialogues and engine routines, of which the top one waits for something. Plain data.
 */
import type { JournalRecord, NodeIndex } from './protocol.ts';

export type TaskOutcome = { readonly ok: true } | { readonly ok: false; readonly failure: string };

export const DONE: TaskOutcome = { ok: true };

export function failed(failure: string): TaskOutcome {
  return { ok: false, failure };
}

export interface DialogueFrame {
  kind: 'dialogue';
  dialogue: number;
  node: NodeIndex;
  /** Values of the dialogue's parameters. */
  values: Readonly<Record<string, string>>;
  step: number;
  /** Where a repetition of what was typed begins. */
  retryFrom: number;
  triesDone: number;
  triesAnswered: number;
  /** The step whose gate (boot, resume) has been passed, or null. */
  gatePassed: number | null;
}

export type RoutineName =
  | 'hold'
  | 'identify'
  | 'park'
  | 'check-parked'
  | 'reset'
  | 'fence'
  | 'resume'
  | 'boot'
  | 'boot-gate'
  | 'power-off'
  | 'power-status'
  | 'trust-silence'
  | 'command'; // a local program; the frame only carries the wait

/** What the machine knew of the disk before a boot that may still come to nothing. */
export interface BeforeBoot {
  readonly owner: NodeIndex;
  readonly ownerAssumed: boolean;
  readonly ownerDoubt: string | null;
  readonly pathIndex: number;
  readonly parkedBeforeBoot: boolean;
  readonly unfinished: 'none' | 'takeover' | 'boot';
}

export interface RoutineFrame {
  kind: 'routine';
  routine: RoutineName;
  node: NodeIndex;
  /** Position in the routine; its meaning is the routine's own. */
  phase: string;
  index: number;
  /** How often the current value was written. */
  writes: number;
  /** The current reading is the second one, made because the first differed. */
  again: boolean;
  /** For park and check-parked: something ended what was read before while this value was read. */
  voided: boolean;
  /** How often the values were read from the first one again because of that. */
  restarts: number;
  /** An intent for this routine is in the journal. */
  journaled: boolean;
  /** For boot: index of the path. */
  pathIndex: number;
  /** For boot: from its gate on; else null. */
  before: BeforeBoot | null;
  /** For boot: that key was pressed; nothing can be taken back. */
  committed: boolean;
  /** For identify: the foreign identity that was shown first. */
  shown: string | null;
}

export type Frame = DialogueFrame | RoutineFrame;

export type Wait =
  | {
      kind: 'expect';
      deadline: number;
      /** Something came back since the last typing, soon enough to be an answer. */
      answered: boolean;
    }
  | {
      kind: 'echo';
      text: string;
      line: number;
      column: number;
      attempt: number;
      deadline: number;
    }
  /** Before a line is typed: until the console is quiet. */
  | { kind: 'settle'; until: number }
  /** After CTRL-U, or a blank for it to wipe: until the console is quiet. */
  | {
      kind: 'wipe';
      attempt: number;
      until: number;
      /** What is typed once the line is wiped. */
      then: 'send' | 'press';
      typed: 'ctrl-u' | 'blank';
      /** The unfinished line when that was typed. */
      tail: string;
    }
  /** Before a boot on somebody's word: until the service address does not answer any more. */
  | { kind: 'net'; until: number }
  | {
      kind: 'token';
      token: number;
      effect: 'journal' | 'command' | 'power' | 'channel';
      /** An answer that has not come by then counts as the worst one. */
      deadline: number;
      /** An intent that is tried again when the journal refuses it. */
      intent?: UnwrittenIntent;
    }
  /** The journal has refused an intent, its disk is full or broken: until it is tried again. */
  | { kind: 'unwritten'; intent: UnwrittenIntent; until: number }
  /** Shadow mode: nothing is done; what it is taken for, or null: the script begins again. */
  | { kind: 'shadow'; until: number; takenAs: TaskOutcome | null };

export interface UnwrittenIntent {
  readonly record: Extract<JournalRecord, { kind: 'intent' }>;
  /** From then on it is a failure. */
  readonly giveUpAt: number;
  /** It was refused once, and that was said. */
  readonly refused: boolean;
  /** What was unfinished before: it still is while the record is not on the disk. */
  readonly unfinished: BeforeBoot['unfinished'];
}

export interface Task {
  origin: { readonly kind: 'action' | 'every'; readonly index: number };
  frames: Frame[];
  wait: Wait | null;
  /** Why the last failure happened, in words, for the log. */
  note: string;
  /** Somebody wants to know what it comes to (look.ts); null: it is the script's own. */
  look: { readonly reply: number; readonly heard: readonly string[] } | null;
}

export function cloneTask(task: Task): Task {
  return {
    origin: task.origin,
    frames: task.frames.map((frame) =>
      frame.kind === 'dialogue' ? cloneDialogueFrame(frame) : cloneRoutineFrame(frame),
    ),
    wait: task.wait === null ? null : { ...task.wait },
    note: task.note,
    look: task.look,
  };
}

function cloneDialogueFrame(frame: DialogueFrame): DialogueFrame {
  return {
    kind: frame.kind,
    dialogue: frame.dialogue,
    node: frame.node,
    values: frame.values,
    step: frame.step,
    retryFrom: frame.retryFrom,
    triesDone: frame.triesDone,
    triesAnswered: frame.triesAnswered,
    gatePassed: frame.gatePassed,
  };
}

function cloneRoutineFrame(frame: RoutineFrame): RoutineFrame {
  return {
    kind: frame.kind,
    routine: frame.routine,
    node: frame.node,
    phase: frame.phase,
    index: frame.index,
    writes: frame.writes,
    again: frame.again,
    voided: frame.voided,
    restarts: frame.restarts,
    journaled: frame.journaled,
    pathIndex: frame.pathIndex,
    before: frame.before,
    committed: frame.committed,
    shown: frame.shown,
  };
}

export function dialogueFrame(
  dialogue: number,
  node: NodeIndex,
  values: Readonly<Record<string, string>> = {},
): DialogueFrame {
  return {
    kind: 'dialogue',
    dialogue,
    node,
    values,
    step: 0,
    retryFrom: 0,
    triesDone: 0,
    triesAnswered: 0,
    gatePassed: null,
  };
}

export function routineFrame(routine: RoutineName, node: NodeIndex, pathIndex = 0): RoutineFrame {
  return {
    kind: 'routine',
    routine,
    node,
    phase: 'begin',
    index: 0,
    writes: 0,
    again: false,
    voided: false,
    restarts: 0,
    journaled: false,
    pathIndex,
    before: null,
    committed: false,
    shown: null,
  };
}

/** The engine's verb that this task is in the middle of, on any node or on this one; or null. */
export function routineUnderWay(
  task: Task | null,
  routine: RoutineName,
  node?: NodeIndex,
): RoutineFrame | null {
  for (const frame of task?.frames ?? []) {
    const fits = frame.kind === 'routine' && frame.routine === routine;
    if (fits && (node === undefined || frame.node === node)) return frame;
  }
  return null;
}

export function topFrame(task: Task): Frame {
  const frame = task.frames[task.frames.length - 1];
  if (frame === undefined) throw new Error('a task without frames');
  return frame;
}
