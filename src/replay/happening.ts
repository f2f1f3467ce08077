/**
 * What the replay tells: one entry for each moment at which something happened, with all that came of
 * it. Plain data, also the JSON of the command. Made by player.ts, printed by timeline-text.ts.
 */

/** A line of a console, and the names of the script's texts that it matched. */
export interface HeardLine {
  readonly text: string;
  readonly texts: readonly string[];
  /** The console fell quiet behind it. */
  readonly prompt: boolean;
}

export type Happening =
  | {
      readonly kind: 'transition';
      readonly from: string | null;
      readonly to: string;
      readonly why: string;
      readonly evidence: string;
      readonly next: string;
    }
  | {
      readonly kind: 'alarm';
      readonly name: string;
      readonly text: string;
      readonly type: string;
    }
  | { readonly kind: 'cleared'; readonly name: string }
  /** The engine's own words: a verb begun, evidence taken, a warning, a dialogue that ended. */
  | {
      readonly kind: 'log';
      readonly topic: string;
      readonly level: 'debug' | 'info' | 'warn' | 'alarm';
      readonly what: string;
      readonly why: string;
      readonly evidence: string;
    }
  /** The machine typed or sent a BREAK; `how`: what the recording says to it. */
  | {
      readonly kind: 'typed';
      readonly what: string;
      readonly how: 'followed' | 'borrowed' | 'open';
      /** Where the borrowed answer stands. */
      readonly answerLine: number | null;
    }
  /** The recording cannot say how this ended. */
  | {
      readonly kind: 'open';
      readonly state: string;
      readonly task: string;
      /** What it would have typed, sent or run. */
      readonly what: string;
      /** The outcome that was taken instead of an answer, or null. */
      readonly assumed: string | null;
      /** How the script goes on, by outcome. */
      readonly ways: readonly string[];
      /** Repeated by an `every` line: the state goes on without it. */
      readonly repeated: boolean;
    }
  /** The recording shows what the script did not do. */
  | { readonly kind: 'recorded'; readonly what: string }
  | { readonly kind: 'began-anew'; readonly why: string };

export interface Entry {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly state: string;
  readonly node: string | null;
  /** In the node's file, from 1. */
  readonly line: number | null;
  /** The script was asking on that console, or had parted from the recording. */
  readonly solicited: boolean;
  readonly heard: readonly HeardLine[];
  readonly happenings: readonly Happening[];
}
