/**
 * A parsed and checked chat script: plain data without behaviour.
 * Made by `compileScript` (language/compile.ts); read by the machine, the checker and the prover.
 * It holds no settings' values: those come from CList and are bound when a machine starts.
 */

/** A place in a source text. Lines and columns count from 1; `endColumn` is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export type Role = 'active' | 'standby';
export type NetLevel = 'alive' | 'dead' | 'blind';
export type OperatorRequest = 'hold' | 'release' | 'switchover' | 'go' | 'resume' | 'confirm';

/** Text with holes: `$name` becomes a variable part. Adjacent text parts are merged. */
export type Template = readonly TemplatePart[];
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

/** A literal length of time, or the name of a `duration` setting. Milliseconds. */
export type Duration =
  | { readonly kind: 'literal'; readonly ms: number }
  | { readonly kind: 'setting'; readonly name: string };

// ---- declarations ------------------------------------------------------------------------------

export interface Setting {
  readonly name: string;
  readonly type:
    | { readonly kind: 'text' }
    | { readonly kind: 'choice'; readonly values: readonly string[] }
    | { readonly kind: 'duration' };
  /** `true` when each node has its own value (`setting x of node`). */
  readonly ofNode: boolean;
  /** Lines of `parked` that mention an optional setting without a value are left out. */
  readonly optional: boolean;
  /** For a duration the milliseconds in decimal digits. */
  readonly defaultValue: string | null;
  readonly span: Span;
}

/** What a matching line lets the engine conclude about the node that wrote it. */
export type Fact =
  | 'firmware' // a prompt of the firmware: no system runs
  | 'held' // stopped by a BREAK, could go on
  | 'ended' // the system ended by itself; nothing to go on with
  | 'reset' // the banner that follows a reset
  | 'leaving' // leaves the firmware: loads or runs a system
  | 'running' // a system runs and answers
  | 'lost-values' // the firmware lost its variables
  | 'asked'; // somebody at the prompt asked for a banner: what follows is no reset

/**
 * How one line of text is recognised.
 * `words`: anywhere in the line, as whole words; a blank matches any run of blanks.
 * `regex`: RE2 syntax, `^` and `$` are the ends of the line.
 */
export interface Match {
  /** Unique in the program, from 0; index into `Program.matches`. */
  readonly id: number;
  readonly form: 'words' | 'regex';
  readonly template: Template;
  /** `true` when it may match only at the end of an unfinished, quiet line. */
  readonly prompt: boolean;
  readonly span: Span;
}

/** A named `pattern` or `prompt` with its alternatives. */
export interface Text {
  readonly name: string;
  readonly prompt: boolean;
  readonly means: Fact | null;
  readonly matches: readonly Match[];
  readonly span: Span;
}

/** The one capture group of `match` is the value that tells which machine this is. */
export interface Identity {
  /** Also the name of the node setting that holds the expected value, in CList `identity`. */
  readonly name: string;
  readonly match: Match;
  readonly span: Span;
}

export type Key =
  | { readonly kind: 'named'; readonly name: 'RETURN' | 'SPACE' | 'ESC' }
  | { readonly kind: 'control'; readonly letter: string }
  | { readonly kind: 'char'; readonly char: string };

/** What may be typed anywhere because it can neither start nor resume a system. */
export type Harmless =
  | { readonly kind: 'key'; readonly key: Key; readonly span: Span }
  /** Matched against the whole typed line. */
  | { readonly kind: 'line'; readonly match: Match; readonly span: Span };

/** One firmware variable with the value that keeps a node from booting by itself. */
export interface ParkedLine {
  readonly variable: string;
  readonly value: Template;
  /** `false`: `verify`, only read and compared, never written. */
  readonly write: boolean;
  readonly span: Span;
}

// ---- dialogues ---------------------------------------------------------------------------------

/** Names of the `to ...` blocks: how this firmware does what the engine's verbs need. */
export type HowTo =
  | 'hold'
  | 'identify'
  | 'read' // parameters: name value
  | 'write' // parameters: name value
  | 'reset'
  | 'fence'
  | 'boot' // parameter: path
  | 'resume';

export interface Dialogue {
  readonly name: string;
  /** Set for a `to ...` block; its `name` is then `to hold` and the like. */
  readonly howTo: HowTo | null;
  readonly parameters: readonly string[];
  readonly steps: readonly Step[];
  readonly span: Span;
}

// ---- commands on a running node ------------------------------------------------------------------

/** Names of the `to ...-running` blocks: what a running system of this kind is asked and told. */
export type RunningTo =
  | 'identify-running' // which machine answers: one group
  | 'check-running' // what must hold before anything is changed
  | 'path-running' // parameter: path; did it boot from there?
  | 'read-running' // parameters: name value
  | 'write-running'; // parameters: name value

/** One line of what a command wrote. */
export interface CommandAnswer {
  readonly match: Omit<Match, 'id'>;
  /** `unset`: the variable has no value. `fail`: with this name. */
  readonly result: { readonly kind: 'fits' | 'unset' } | { readonly kind: 'fail'; name: string };
  readonly span: Span;
}

/** A program on the node and its arguments, each to arrive there as it is. */
export interface NodeCommand {
  readonly argv: readonly Template[];
  readonly within: Duration;
  /** Tried from top to bottom on all lines. None: its exit status alone counts. */
  readonly answers: readonly CommandAnswer[];
  readonly span: Span;
}

/** Read and carried out by `adopt` alone: the machine never sees it. */
export interface RunningBlock {
  readonly to: RunningTo;
  readonly parameters: readonly string[];
  readonly commands: readonly NodeCommand[];
  readonly span: Span;
}

export type Result =
  | { readonly kind: 'succeed' } // ends the dialogue well
  | { readonly kind: 'continue' } // goes on with the next step
  | { readonly kind: 'fail'; readonly name: string };

export type Condition =
  /** `if service-lost is takeover`; also the built-in `on-silence` and `service-lost`. */
  | { readonly kind: 'setting'; readonly name: string; readonly value: string; readonly span: Span }
  | { readonly kind: 'net'; readonly level: NetLevel; readonly span: Span }
  /** `if unfinished is none|takeover|boot`: what the journal says of the time before a restart. */
  | {
      readonly kind: 'unfinished';
      readonly value: 'none' | 'takeover' | 'boot';
      readonly span: Span;
    }
  /** `if standby is in-service|out-of-service`. */
  | {
      readonly kind: 'service';
      readonly role: Role;
      readonly inService: boolean;
      readonly span: Span;
    };

export type Seen =
  | { readonly kind: 'text'; readonly text: number } // index into Program.texts
  | { readonly kind: 'match'; readonly match: Match }
  | { readonly kind: 'quiet'; readonly duration: Duration }
  | { readonly kind: 'identity' } // the line that shows the identity; a foreign one fails wrong-node
  /** `answer`: every try was answered by something; looked at last, when time is up. */
  | { readonly kind: 'answer' };

export interface Alternative {
  readonly seen: Seen;
  readonly result: Result;
  readonly span: Span;
}

/** `done`/`failed` lines below a step of a dialogue. The first that fits is taken. */
export interface StepOutcome {
  /** `done`, or `failed` with names; no names is the bare `failed`. */
  readonly on: 'done' | 'failed';
  readonly names: readonly string[];
  readonly condition: Condition | null;
  readonly result: Result;
  readonly span: Span;
}

/** Verbs that work on the console of the dialogue, or on the node's power. */
export type NodeVerb =
  | 'hold'
  | 'identify'
  | 'park'
  | 'check-parked'
  | 'reset'
  | 'fence'
  | 'power-off'
  | 'trust-silence';

export type Step =
  | { readonly kind: 'send'; readonly text: Template; readonly span: Span }
  | { readonly kind: 'press'; readonly key: Key; readonly span: Span }
  | { readonly kind: 'break'; readonly span: Span }
  | {
      readonly kind: 'expect';
      readonly alternatives: readonly Alternative[];
      readonly tries: number;
      readonly within: Duration;
      readonly onTimeout: Result;
      readonly span: Span;
    }
  | {
      readonly kind: 'do';
      readonly dialogue: number; // index into Program.dialogues
      readonly arguments: readonly Template[];
      readonly condition: Condition | null;
      readonly outcomes: readonly StepOutcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'verb';
      readonly verb: NodeVerb;
      readonly condition: Condition | null;
      readonly outcomes: readonly StepOutcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'run';
      readonly argv: readonly Template[];
      readonly within: Duration;
      readonly condition: Condition | null;
      readonly outcomes: readonly StepOutcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'if';
      readonly condition: Condition;
      readonly result: Result;
      readonly span: Span;
    }
  | { readonly kind: 'result'; readonly result: Result; readonly span: Span };

// ---- states ------------------------------------------------------------------------------------

export type Effect =
  | { readonly kind: 'go'; readonly state: number; readonly reason: Template; readonly span: Span }
  | {
      readonly kind: 'alarm';
      readonly name: string;
      readonly text: Template;
      /** The command to type, without the leading program name's path; null: `clusterd status`. */
      readonly type: Template | null;
      readonly span: Span;
    }
  | { readonly kind: 'clear'; readonly name: string; readonly span: Span }
  | { readonly kind: 'log'; readonly text: Template; readonly span: Span };

/** One line's effects: the line itself and its `and` lines. A `go` stands last. */
export type Effects = readonly Effect[];

export type Trigger =
  | { readonly kind: 'text'; readonly role: Role; readonly texts: readonly number[] }
  /** Fires once the level has held for `duration` (0: at once) while in this state. */
  | { readonly kind: 'net'; readonly level: NetLevel; readonly duration: Duration }
  | { readonly kind: 'operator'; readonly request: OperatorRequest; readonly role: Role | null };

export interface Reaction {
  readonly trigger: Trigger;
  readonly condition: Condition | null;
  readonly effects: Effects;
  readonly span: Span;
}

export interface After {
  readonly duration: Duration;
  /** Set: counts from the last byte of this console, or from entering, whichever is later. */
  readonly silenceOn: Role | null;
  readonly condition: Condition | null;
  readonly effects: Effects;
  readonly span: Span;
}

export interface Outcome {
  readonly on: 'done' | 'failed';
  readonly names: readonly string[];
  readonly condition: Condition | null;
  readonly effects: Effects;
  readonly span: Span;
}

export interface Every {
  readonly duration: Duration;
  readonly dialogue: number;
  readonly role: Role;
  readonly condition: Condition | null;
  readonly outcomes: readonly Outcome[];
  readonly span: Span;
}

export type StateVerb = 'hold' | 'park' | 'fence' | 'resume' | 'power-off' | 'trust-silence';

export type Action =
  | {
      readonly kind: 'do';
      readonly dialogue: number;
      readonly role: Role;
      readonly condition: Condition | null;
      readonly outcomes: readonly Outcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'verb';
      readonly verb: StateVerb;
      readonly role: Role;
      readonly condition: Condition | null;
      readonly outcomes: readonly Outcome[];
      readonly span: Span;
    }
  | {
      /** `boot standby as active` or `boot active`, `from next path` or from the first. */
      readonly kind: 'boot';
      readonly role: Role;
      readonly nextPath: boolean;
      readonly condition: Condition | null;
      readonly outcomes: readonly Outcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'run';
      /** The node where it runs, as its trusted user; null: the monitoring host. */
      readonly on: Role | null;
      readonly argv: readonly Template[];
      readonly within: Duration;
      readonly condition: Condition | null;
      readonly outcomes: readonly Outcome[];
      readonly span: Span;
    }
  | {
      readonly kind: 'effects';
      readonly condition: Condition | null;
      readonly effects: Effects;
      readonly span: Span;
    };

export interface Bound {
  readonly entries: number;
  readonly within: Duration;
  /** Where the entry that exceeds the bound goes instead. */
  readonly otherwise: Extract<Effect, { kind: 'go' }>;
  readonly span: Span;
}

export interface State {
  readonly name: string;
  /** One clause in the third person; shown by status and log as what the cluster does now. */
  readonly summary: string;
  /** `lasting`: a restart of the daemon comes back here and not to `start`. */
  readonly lasting: boolean;
  readonly bound: Bound | null;
  readonly reactions: readonly Reaction[];
  readonly afters: readonly After[];
  readonly everies: readonly Every[];
  readonly actions: readonly Action[];
  /** `rest`: may stay for ever. `wait`: an `after` ends it. `go`: the last action leaves. */
  readonly ending: 'rest' | 'wait' | 'go';
  readonly span: Span;
}

export interface Always {
  /** States in which the lines do not hold. */
  readonly except: readonly number[];
  readonly reactions: readonly Reaction[];
  readonly span: Span;
}

export interface Program {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly identity: Identity;
  readonly texts: readonly Text[];
  /** Every match of the program by id: texts, inline expectations, identity, harmless lines. */
  readonly matches: readonly Match[];
  readonly harmless: readonly Harmless[];
  readonly parked: readonly ParkedLine[];
  readonly dialogues: readonly Dialogue[];
  /** At most one of each kind. */
  readonly running: readonly RunningBlock[];
  readonly always: readonly Always[];
  /** `start` is states[startState]. */
  readonly states: readonly State[];
  readonly startState: number;
}
