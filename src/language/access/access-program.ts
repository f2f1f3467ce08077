/**
 * A parsed and checked access library: how one kind of terminal server or service processor is
 * logged in to, and what it is told there. Plain data. Made by `compileAccess`; run by src/access/.
 * The machine and the prover never see it: to them a console is connected when all this is done.
 */
import type { Duration, Key, Match, Setting, Span, Template, Text } from '../program.ts';
import type { AccessTask } from '../words.ts';

export interface AccessSetting extends Setting {
  /** Its value comes from a reference and is typed by `send secret` only. */
  readonly secret: boolean;
}

export type AccessResult =
  /** `answer`: what `to ask-power` found out. */
  | { readonly kind: 'succeed'; readonly answer: 'off' | 'on' | null }
  | { readonly kind: 'continue' }
  | { readonly kind: 'fail'; readonly name: string };

/** `if NAME is VALUE`, of a `one of` setting. */
export interface AccessCondition {
  readonly name: string;
  readonly value: string;
}

export type AccessSeen =
  | { readonly kind: 'text'; readonly text: number } // index into AccessProgram.texts
  | { readonly kind: 'match'; readonly match: Match }
  | { readonly kind: 'quiet'; readonly duration: Duration };

export interface AccessAlternative {
  readonly seen: AccessSeen;
  readonly result: AccessResult;
}

export interface AccessOutcome {
  readonly on: 'done' | 'failed';
  /** Empty: the bare `failed`. */
  readonly names: readonly string[];
  readonly condition: AccessCondition | null;
  readonly result: AccessResult;
}

export type AccessStep = { readonly span: Span } & (
  | { readonly kind: 'send'; readonly text: Template }
  /** The value of this setting, typed without looking for its echo, and RETURN. */
  | { readonly kind: 'secret'; readonly name: string }
  | { readonly kind: 'press'; readonly key: Key }
  | AccessExpect
  | {
      readonly kind: 'do';
      readonly dialogue: number; // index into AccessProgram.dialogues
      readonly condition: AccessCondition | null;
      readonly outcomes: readonly AccessOutcome[];
    }
  | { readonly kind: 'if'; readonly condition: AccessCondition; readonly result: AccessResult }
  | { readonly kind: 'result'; readonly result: AccessResult }
);

export interface AccessExpect {
  readonly kind: 'expect';
  readonly alternatives: readonly AccessAlternative[];
  readonly tries: number;
  readonly within: Duration;
  readonly onTimeout: AccessResult;
}

export interface AccessDialogue {
  readonly name: string;
  readonly steps: readonly AccessStep[];
  readonly span: Span;
}

export interface AccessProgram {
  /** As CList names it: `alom`. */
  readonly name: string;
  readonly settings: readonly AccessSetting[];
  readonly texts: readonly Text[];
  /** Every match by id. */
  readonly matches: readonly Match[];
  readonly dialogues: readonly AccessDialogue[];
  /** Index into `dialogues` of each `to` block that it has. */
  readonly tasks: Readonly<Partial<Record<AccessTask, number>>>;
}

/** Texts that mean the same in every access library: the console that was reached is left. */
export const LOGGED_OUT = 'logged-out';
/** The same, because somebody else took it. */
export const KICKED_OFF = 'kicked-off';
/** The failure that means: somebody else uses the console. */
export const IN_USE = 'in-use';
/** The failure that means: name or password were not accepted. */
export const REFUSED = 'refused';
