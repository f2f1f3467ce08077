/**
 * The number of a signal by its name, for the exit status 128 + number of what it ended. Called by
 * transport/command.ts and ssh-command.ts. 0: no signal, or one that is not known here.
 */
import { constants } from 'node:os';

const NUMBERS: Readonly<Record<string, number>> = { ...constants.signals };

/** `SIGTERM`, as Node and ssh2 call it. */
export function signalNumber(signal: string | null | undefined): number {
  return NUMBERS[signal ?? ''] ?? 0;
}
