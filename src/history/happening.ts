/**
 * One thing that happened to a cluster, as the journal or the records (`Logs/CLUSTER.jsonl`) have
 * it. Made by journal-happenings.ts and record-happenings.ts; put in order by merge.ts.
 */

/** `both`: the journal has it and the records say more about it. */
export type Source = 'journal' | 'records' | 'both';

export type Deed = 'break' | 'park' | 'fence' | 'reset' | 'power-off' | 'boot' | 'resume';

export type What =
  | { readonly kind: 'state'; readonly state: string; readonly why: string }
  /** Was about to be done; of a boot: the node becomes the owner of the disk. */
  | { readonly kind: 'deed'; readonly deed: Deed; readonly node: string; readonly path: string }
  | { readonly kind: 'production'; readonly node: string; readonly why: string }
  | { readonly kind: 'owner'; readonly node: string; readonly why: string }
  | { readonly kind: 'alarm'; readonly name: string; readonly text: string }
  | { readonly kind: 'cleared'; readonly name: string }
  | {
      readonly kind: 'acknowledged';
      readonly name: string;
      readonly by: string;
      readonly note: string;
    }
  | {
      readonly kind: 'service';
      readonly node: string;
      readonly inService: boolean;
      readonly by: string;
    }
  | { readonly kind: 'attested'; readonly node: string; readonly by: string }
  | { readonly kind: 'released'; readonly by: string }
  | { readonly kind: 'armed'; readonly armed: boolean; readonly by: string }
  | { readonly kind: 'doubt'; readonly why: string }
  /** What all older records of the journal came to. */
  | { readonly kind: 'compacted'; readonly owner: string | null }
  // Only the records have these.
  | { readonly kind: 'operator'; readonly request: string; readonly answer: string }
  | { readonly kind: 'proof'; readonly node: string | null; readonly what: string }
  | { readonly kind: 'seen'; readonly node: string | null; readonly what: string }
  | { readonly kind: 'typed-boot' }
  | { readonly kind: 'note'; readonly what: string };

export interface Happening {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly source: Source;
  readonly what: What;
  /** On what it rests, in words; '': not known. */
  readonly evidence: string;
}
