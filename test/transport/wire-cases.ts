/**
 * The cases of the contract suite by name, in the order of the report, and what a wire says of itself
 * there. Used by contract.ts, contract-troubles.ts and the reporter. A case that cannot exist on a wire
 * is declared with its reason, never skipped.
 */

export const WIRE_CASES = {
  printed: 'brings every byte that the console prints, cut everywhere',
  typed: 'brings every byte that is typed, one by one and in one piece',
  flood: 'brings a flood without loss, and types meanwhile',
  unread: 'holds back when the other end does not read, and loses nothing',
  'never-reads': 'closes at once before a peer that floods and never reads',
  ended: 'reports the end of the connection once',
  'after-close': 'says nothing any more after close',
  'early-close': 'can be closed while it opens',
  answers: 'answers while all is well',
  frozen: 'half-open: stands still with a frozen peer, and goes on with it',
  vanished: 'half-open: does not take a peer that has vanished for one that answers',
  busy: 'finds the port in use',
  kicked: 'says that it was kicked off',
  unplugged: 'outlives the line behind the port being unplugged',
  'option-storm': 'ends an option loop, and brings what follows',
  malformed: 'outlives malformed subnegotiations, and brings what follows',
  break: 'sends a BREAK after what was typed, and goes on',
  'break-closed': 'never leaves a BREAK on when closed',
  'break-lost': 'ends a BREAK when the connection ends',
  'no-break': 'refuses a BREAK that it cannot send',
} as const;

export type WireCase = keyof typeof WIRE_CASES;
export const WIRE_CASE_NAMES = Object.keys(WIRE_CASES) as readonly WireCase[];

/** What one test says of a wire, for the reporter. */
export interface WireMeta {
  readonly wire: string;
  readonly case: WireCase | 'peers';
  readonly peers?: readonly string[];
  readonly cannot?: Readonly<Partial<Record<WireCase, string>>>;
}

declare module 'vitest' {
  interface TaskMeta {
    wire?: WireMeta;
  }
}
