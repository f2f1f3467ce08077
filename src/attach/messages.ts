/**
 * What goes both ways once a connection is attached to a console: one JSON object a line.
 * Called by session.ts and by the operator's end (src/terminal/). What comes from a terminal is
 * checked here; console text is latin1, one character per byte.
 */
import { z } from 'zod';
import { ATTACH_LINES_MAX } from '../control/protocol.ts';

/** A terminal sends more than this in several messages. */
export const TYPED_CHARS_MAX = 1024;

const fromTerminal = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('type'),
    data: z
      .string()
      .max(TYPED_CHARS_MAX)
      .regex(/^[\x00-\xff]*$/),
  }),
  /** Asks for the write lock; `force`: also where another has it. */
  z.strictObject({ kind: z.literal('write'), force: z.boolean() }),
  /** Gives the write lock back. */
  z.strictObject({ kind: z.literal('spy') }),
  z.strictObject({ kind: z.literal('break') }),
  z.strictObject({ kind: z.literal('answer'), id: z.number().int(), text: z.string().max(200) }),
  z.strictObject({ kind: z.literal('who') }),
  z.strictObject({ kind: z.literal('info') }),
  z.strictObject({
    kind: z.literal('replay'),
    lines: z.number().int().min(1).max(ATTACH_LINES_MAX),
  }),
  z.strictObject({ kind: z.literal('pong') }),
]);
export type FromTerminal = z.infer<typeof fromTerminal>;

export type ToTerminal =
  /** Console text. */
  | { readonly kind: 'text'; readonly data: string }
  /** Something of ours, a line each, among the console's text. */
  | { readonly kind: 'remark'; readonly text: string }
  /** To be answered with `answer`; what is typed meanwhile is not for the console. */
  | {
      readonly kind: 'question';
      readonly id: number;
      readonly lines: readonly string[];
      readonly prompt: string;
    }
  /** The question needs no answer any more. */
  | { readonly kind: 'withdrawn'; readonly id: number }
  | { readonly kind: 'mode'; readonly isWriting: boolean }
  /** For this terminal alone: who, info. */
  | { readonly kind: 'told'; readonly lines: readonly string[] }
  | { readonly kind: 'ping' }
  /** The last message. */
  | { readonly kind: 'end'; readonly why: string };

/** Null: not of this protocol. */
export function parseFromTerminal(line: string): FromTerminal | null {
  const result = fromTerminal.safeParse(parseJson(line));
  return result.success ? result.data : null;
}

/** What the daemon sends is believed as far as its kind is known; null: it is not. */
export function parseToTerminal(line: string): ToTerminal | null {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  return KINDS.has(String(value.kind)) ? (value as ToTerminal) : null;
}

const KINDS: ReadonlySet<string> = new Set<ToTerminal['kind']>([
  'text',
  'remark',
  'question',
  'withdrawn',
  'mode',
  'told',
  'ping',
  'end',
]);

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
