/**
 * A mutant: the engine, the journal or a shipped script with one deliberate mistake, as an edit of its
 * text. Plain data; copy.ts makes the edited copy, hunt.ts lets prover and simulator loose on it.
 */
export interface Edit {
  /** From the root of the repository: below `src/` or `chat-scripts/`. */
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  /** A few words with hyphens. */
  readonly name: string;
  /** One sentence: what it does wrong. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /**
   * No input can tell it from the real one, with the argument: what else covers the same. It is run
   * all the same, and fails the test when something catches it after all.
   */
  readonly equivalent?: string;
}

export function mutant(name: string, breaks: string, ...edits: readonly Edit[]): Mutant {
  return { name, breaks, edits };
}

export function equivalent(name: string, breaks: string, argument: string, edit: Edit): Mutant {
  return { name, breaks, edits: [edit], equivalent: argument };
}

/** `at('src/machine')('facts.ts', from, to)`. */
export function at(folder: string) {
  return (name: string, from: string, to: string): Edit => ({
    file: `${folder}/${name}`,
    from,
    to,
  });
}

/** Why the edit does not fit its file any more, or null. */
export function misfit({ file, from, to }: Edit, text: string): string | null {
  const places = text.split(from).length - 1;
  if (from === to) return `the edit of ${file} changes nothing`;
  if (places === 1) return null;
  const what = JSON.stringify(from.length > 80 ? `${from.slice(0, 77)}...` : from);
  return `${file} has ${what} ${places} times, not once: find where that rule stands now, and edit it there`;
}
