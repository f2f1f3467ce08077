/**
 * The syntax tree: what was written, with names still as words and every word with its place.
 * Made by the parser, judged by the checker, turned into a `Program` when nothing is wrong.
 * It tolerates mistakes: null or an unsound part stands for something that was already reported.
 */
import type {
  Condition as CheckedCondition,
  Fact,
  HowTo,
  Key,
  NetLevel,
  NodeVerb,
  OperatorRequest,
  Role,
  RunningTo,
  Span,
  StateVerb,
} from './program.ts';
import type { Quoted, Word } from './token.ts';

export interface Use {
  readonly name: Word;
}

export interface Setting {
  readonly name: Word;
  readonly ofNode: boolean;
  readonly choices: readonly Word[] | null;
  readonly isDuration: boolean;
  readonly optional: boolean;
  readonly defaultValue: Value | null;
  /** Access libraries only: its value is typed where it is asked for, and shown nowhere. */
  readonly secret?: boolean;
  readonly damaged: boolean;
  readonly span: Span;
}

export type Value =
  | { readonly kind: 'name'; readonly text: string; readonly span: Span }
  | { readonly kind: 'duration'; readonly ms: number | null; readonly span: Span }
  | { readonly kind: 'string'; readonly quoted: Quoted; readonly span: Span };

export interface Match {
  readonly form: 'words' | 'regex';
  readonly quoted: Quoted;
}

export interface Identity {
  readonly name: Word;
  readonly match: Match | null;
  readonly span: Span;
}

export interface Text {
  readonly name: Word;
  readonly prompt: boolean;
  readonly means: Fact | null;
  readonly matches: readonly Match[];
  readonly span: Span;
}

export type Harmless =
  | { readonly kind: 'key'; readonly key: Key; readonly span: Span }
  | { readonly kind: 'line'; readonly match: Match; readonly span: Span };

export interface ParkedLine {
  readonly variable: Word;
  readonly value: Quoted;
  readonly write: boolean;
  readonly span: Span;
}

export type Duration =
  | { readonly kind: 'literal'; readonly ms: number; readonly span: Span }
  | { readonly kind: 'unknown'; readonly span: Span }
  | { readonly kind: 'setting'; readonly name: string; readonly span: Span };

/** As in the program, but for settings, whose names are not looked up yet. */
export type Condition =
  | { readonly kind: 'setting'; readonly name: Word; readonly value: Word; readonly span: Span }
  | Exclude<CheckedCondition, { readonly kind: 'setting' }>;

// ---- dialogues ---------------------------------------------------------------------------------

export interface Dialogue {
  readonly name: Word;
  readonly howTo: HowTo | null;
  readonly parameters: readonly Word[];
  readonly steps: readonly Step[];
  /** A line in it could not be read, so nothing may be concluded from what is missing. */
  readonly damaged: boolean;
  readonly span: Span;
}

// ---- commands on a running node ------------------------------------------------------------------

export interface CommandAnswer {
  readonly match: Match;
  readonly result: { readonly kind: 'fits' | 'unset' } | { readonly kind: 'fail'; name: string };
  readonly span: Span;
}

export interface NodeCommand {
  readonly argv: readonly Quoted[];
  readonly within: Duration;
  readonly answers: CommandAnswer[];
  readonly span: Span;
}

export interface RunningBlock {
  /** `to NAME`, with the place of NAME. */
  readonly name: Word;
  readonly to: RunningTo;
  readonly parameters: readonly Word[];
  readonly commands: readonly NodeCommand[];
  readonly damaged: boolean;
  readonly span: Span;
}

/** `answer`: what `to ask-power` of an access library found out. */
export type Result = { readonly span: Span } & (
  | { readonly kind: 'succeed'; readonly answer?: 'off' | 'on' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'fail'; readonly name: string }
);

export type Seen =
  | { readonly kind: 'text'; readonly name: Word }
  | { readonly kind: 'match'; readonly match: Match }
  | { readonly kind: 'quiet'; readonly duration: Duration }
  | { readonly kind: 'identity' }
  | { readonly kind: 'answer' };

export interface Alternative {
  readonly seen: Seen;
  readonly result: Result;
  readonly span: Span;
}

/** A `done` or `failed` line; `R` is a result in a dialogue, effects in a state. */
export interface OutcomeOf<R> {
  readonly on: 'done' | 'failed';
  readonly names: readonly Word[];
  readonly condition: Condition | null;
  readonly then: R;
  readonly span: Span;
}
export type StepOutcome = OutcomeOf<Result>;
export type Outcome = OutcomeOf<readonly Effect[]>;

export type Argument = Word | Quoted | { readonly parameter: string; readonly span: Span };

interface StepBase {
  readonly span: Span;
}
interface Tried extends StepBase {
  readonly condition: Condition | null;
  readonly outcomes: readonly StepOutcome[];
  /** Some outcome could not be read. */
  readonly damaged: boolean;
}

export interface Expect extends StepBase {
  readonly kind: 'expect';
  readonly alternatives: readonly Alternative[];
  readonly timeout: {
    readonly tries: number;
    readonly within: Duration;
    readonly result: Result;
    readonly span: Span;
  } | null;
  /** Some line of it could not be read. */
  readonly damaged: boolean;
}

export type Step =
  /** `secret`: a secret setting of an access library, typed without looking for its echo. */
  | (StepBase & { readonly kind: 'send'; readonly text: Quoted; readonly secret?: boolean })
  | (StepBase & { readonly kind: 'press'; readonly key: Key })
  | (StepBase & { readonly kind: 'break' })
  | Expect
  | (Tried & {
      readonly kind: 'do';
      readonly dialogue: Word;
      readonly arguments: readonly Argument[];
    })
  | (Tried & { readonly kind: 'verb'; readonly verb: NodeVerb; readonly word: Span })
  | (Tried & { readonly kind: 'run'; readonly argv: readonly Quoted[]; readonly within: Duration })
  | (StepBase & { readonly kind: 'if'; readonly condition: Condition; readonly result: Result })
  | (StepBase & { readonly kind: 'result'; readonly result: Result })
  | (StepBase & { readonly kind: 'broken' });

// ---- states ------------------------------------------------------------------------------------

export interface Go {
  readonly kind: 'go';
  readonly state: Word;
  readonly reason: Quoted | null;
  readonly span: Span;
}

export type Effect =
  | Go
  | {
      readonly kind: 'alarm';
      readonly name: Word;
      readonly text: Quoted;
      readonly type: Quoted | null;
      readonly span: Span;
    }
  | { readonly kind: 'clear'; readonly name: Word; readonly span: Span }
  | { readonly kind: 'log'; readonly text: Quoted; readonly span: Span };

/** A role word with its place. */
export interface RoleWord {
  readonly role: Role;
  readonly span: Span;
}

export type Trigger =
  | { readonly kind: 'text'; readonly role: RoleWord; readonly texts: readonly Word[] }
  | { readonly kind: 'net'; readonly level: NetLevel; readonly duration: Duration | null }
  | {
      readonly kind: 'operator';
      readonly request: OperatorRequest;
      readonly role: RoleWord | null;
    };

interface LineWithEffects {
  readonly condition: Condition | null;
  readonly effects: readonly Effect[];
  readonly span: Span;
}

export interface Reaction extends LineWithEffects {
  readonly kind: 'on';
  readonly trigger: Trigger;
}

export interface After extends LineWithEffects {
  readonly kind: 'after';
  readonly duration: Duration;
  readonly silenceOn: RoleWord | null;
}

/** Whatever ends as `done` or `failed`. */
interface Attempted {
  readonly condition: Condition | null;
  readonly outcomes: readonly Outcome[];
  /** Some outcome could not be read. */
  readonly damaged: boolean;
  /** The verb, for messages about it. */
  readonly word: Span;
  readonly span: Span;
}

export interface Every extends Attempted {
  readonly kind: 'every';
  readonly duration: Duration;
  readonly dialogue: Word;
  readonly role: RoleWord;
}

export type Action =
  | (Attempted & { readonly kind: 'do'; readonly dialogue: Word; readonly role: RoleWord })
  | (Attempted & { readonly kind: 'verb'; readonly verb: StateVerb; readonly role: RoleWord })
  | (Attempted & { readonly kind: 'boot'; readonly role: Role; readonly nextPath: boolean })
  | (Attempted & {
      readonly kind: 'run';
      /** The node where it runs; null: the monitoring host. */
      readonly on: RoleWord | null;
      readonly argv: readonly Quoted[];
      readonly within: Duration;
    })
  | (LineWithEffects & { readonly kind: 'effects' })
  | { readonly kind: 'broken'; readonly span: Span };

export interface Bound {
  readonly kind: 'bound';
  readonly entries: number;
  readonly within: Duration;
  readonly otherwise: Go;
  readonly span: Span;
}

export interface Ending {
  readonly kind: 'rest' | 'wait' | 'go';
  readonly span: Span;
}

export interface State {
  readonly name: Word;
  readonly summary: Quoted | null;
  readonly lasting: boolean;
  readonly bound: Bound | null;
  readonly reactions: readonly Reaction[];
  readonly afters: readonly After[];
  readonly everies: readonly Every[];
  readonly actions: readonly Action[];
  readonly ending: Ending | null;
  /** Some line of it could not be read; `boundDamaged`: it may have been the bound. */
  readonly damaged: boolean;
  readonly boundDamaged: boolean;
  readonly span: Span;
}

export interface Always {
  readonly except: readonly Word[];
  readonly reactions: readonly Reaction[];
  readonly damaged: boolean;
  readonly span: Span;
}

/** The line that makes a file an access library. */
export interface Access {
  readonly summary: Quoted | null;
  readonly span: Span;
}

/** A script and its libraries, in the order of reading; or an access library. */
export interface Tree {
  readonly kind: 'script' | 'access';
  /** The script's file, without libraries. */
  readonly file: string;
  readonly access: Access[];
  readonly uses: Use[];
  readonly settings: Setting[];
  readonly identities: Identity[];
  readonly texts: Text[];
  readonly harmless: Harmless[];
  readonly parked: ParkedLine[];
  readonly dialogues: Dialogue[];
  readonly running: RunningBlock[];
  readonly always: Always[];
  readonly states: State[];
  /** Words of lines that could not be read: they may name, use or define anything. */
  readonly mentioned: Set<string>;
  /** A library is missing: any name may be its. */
  libraryMissing: boolean;
  /** A whole block could not be read: that something is missing proves nothing. */
  incomplete: boolean;
  /** Some `harmless` line could not be read. */
  harmlessDamaged: boolean;
}

export function emptyTree(file: string, kind: Tree['kind'] = 'script'): Tree {
  return {
    kind,
    access: [],
    file,
    uses: [],
    settings: [],
    identities: [],
    texts: [],
    harmless: [],
    parked: [],
    dialogues: [],
    running: [],
    always: [],
    states: [],
    mentioned: new Set(),
    libraryMissing: false,
    incomplete: false,
    harmlessDamaged: false,
  };
}
