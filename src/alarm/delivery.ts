/**
 * One way to tell people about an alarm: a command, a mail server, a syslog, a web page. Made by the
 * daemon from CList; called by an Outbox only, one event at a time.
 */
import type { AlarmEvent } from './alarm-event.ts';

export interface Delivery {
  /** What it is, for people: `mail to ops@example.org by smtp.example.org:25`. Never a secret. */
  readonly name: string;
  /**
   * Tells one event. `signal`: give up now, free everything and resolve soon. May reject; must not
   * work in the caller's turn for long.
   */
  deliver(event: AlarmEvent, signal: AbortSignal): Promise<Outcome>;
}

export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      /** One clause; free text in it is made safe to show by the outbox. */
      readonly why: string;
      /** This event is tried so often at most; `Infinity`: as long as there is room for it. */
      readonly attemptsMax: number;
    };

export const DELIVERED: Outcome = { kind: 'delivered' };

/** The other side cannot be reached now: the same event may well go through later. */
export function unreachable(why: string): Outcome {
  return { kind: 'failed', why, attemptsMax: Number.POSITIVE_INFINITY };
}

/** The other side says no to this very event: a few more times, then the next one has its turn. */
export function refused(why: string): Outcome {
  return { kind: 'failed', why, attemptsMax: 3 };
}
