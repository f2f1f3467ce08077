/**
 * Why a pair is not adopted, in words for the person who asked: what was found, where, and what to do.
 * Thrown where one thing stops all; collected where everything is looked at first.
 */
export interface Trouble {
  readonly text: string;
  /** What to do; a clause, may be a command to type. */
  readonly hint: string;
}

export class AdoptError extends Error {
  readonly hint: string;

  constructor(text: string, hint: string) {
    super(text);
    this.name = 'AdoptError';
    this.hint = hint;
  }
}

/** Throws everything else on: that is a fault, no finding. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof AdoptError) return { text: error.message, hint: error.hint };
  throw error;
}
