/**
 * What the doctor finds out: one line for each thing that was tried. Plain data, for text and JSON.
 * Made by the files of this room; read by the command. No secret ever stands in it.
 */
import type { Clock } from '../clock/clock.ts';

/** `not-tried`: it may work; `text` says why it was left alone. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'not-tried';

export interface DoctorCheck {
  /** A node, or the cluster. */
  readonly where: string;
  /** `console`, `identity`, `power fence_apc`, ... */
  readonly what: string;
  readonly verdict: Verdict;
  /** What was found, one sentence. */
  readonly text: string;
  /** How long the trying took; null: it needed no time. */
  readonly tookMs: number | null;
  /** What to do, or the command to type; null: nothing. */
  readonly remedy: string | null;
}

export type Finding = Pick<DoctorCheck, 'verdict' | 'text'> & { readonly remedy?: string };

export interface DoctorReport {
  readonly cluster: string;
  readonly checks: readonly DoctorCheck[];
  /** More may come. */
  readonly isDone: boolean;
}

export function found(
  where: string,
  what: string,
  { verdict, text, remedy }: Finding,
  tookMs: number | null = null,
): DoctorCheck {
  return { where, what, verdict, text, tookMs, remedy: remedy ?? null };
}

/** Tries it, however it ends, and says how long that took. */
export async function timed(
  clock: Clock,
  where: string,
  what: string,
  attempt: () => Promise<Finding>,
): Promise<DoctorCheck> {
  const begun = clock.now().at;
  const end = (finding: Finding) => found(where, what, finding, clock.now().at - begun);
  try {
    return end(await attempt());
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return end({ verdict: 'fail', text });
  }
}
