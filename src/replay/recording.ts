/**
 * What was recorded of one console, as the replay plays it: what came, what was typed, BREAKs and
 * connections, each with its time and the line of the file in which it stands. Made by
 * read-recording.ts from every form of file; plain data.
 */
import type { ChannelStatus } from '../machine/protocol.ts';

interface Place {
  /** Milliseconds since 1970; never before the item above. */
  readonly wall: number;
  /** In the file, from 1. */
  readonly line: number;
}

export type Item = Place &
  (
    | { readonly kind: 'received'; readonly data: string }
    | { readonly kind: 'typed'; readonly data: string }
    /** Something secret was typed. */
    | { readonly kind: 'hidden' }
    | { readonly kind: 'break' }
    | { readonly kind: 'channel'; readonly status: ChannelStatus; readonly detail: string }
  );

/**
 * `recorded`: each item has its own time. `marks`: only some lines have one, what stands between
 * them is spread. `none`: the pace of all lines is made up, and silence means nothing.
 */
export type Timing = 'recorded' | 'marks' | 'none';

export interface Recording {
  /** The file, as people know it. */
  readonly name: string;
  readonly form: 'clusterd' | 'text';
  readonly timing: Timing;
  readonly items: readonly Item[];
  readonly lineCount: number;
  /** Lines that could not be read. */
  readonly badLines: readonly number[];
}
