/**
 * One script file with its libraries: read, compiled and, where it is to control machines, proven.
 * Used by load-home.ts for what CList names, and by the commands that take a script file.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DaemonError, messageOf, systemCode } from '../cluster/daemon-error.ts';
import { type Compilation, compileScript } from '../language/compile.ts';
import type { Diagnostic } from '../language/diagnostics.ts';
import type { Program, Span } from '../language/program.ts';
import { compilePatterns } from '../machine/patterns.ts';
import { type Assumption, assumptionsOf } from '../proof/assumptions.ts';
import { type Proof, prove } from '../proof/prove.ts';
import type { Story } from '../proof/story.ts';
import type { ProvenBefore } from './proven-before.ts';

export interface ShownDiagnostic {
  /** Its file is a path relative to CLUSTER_HOME, or as it was named. */
  readonly diagnostic: Diagnostic;
  /** Null when the line is not to be shown or not there. */
  readonly sourceLine: string | null;
  /** How it comes about, where the prover found it. */
  readonly story?: Story;
}

export interface LoadedScript {
  /** Null when it has errors or is not there. */
  readonly program: Program | null;
  readonly isThere: boolean;
  readonly diagnostics: readonly ShownDiagnostic[];
}

export interface ProvenScript extends LoadedScript {
  /** As it is shown: relative to CLUSTER_HOME, or as it was named. */
  readonly name: string;
  /** Null when it does not compile, or was proven before. */
  readonly proof: Pick<Proof, 'points' | 'complete'> | null;
  readonly assumptions: readonly Assumption[];
}

export const LINE_END = /\r?\n/;

/** `shownAs`: the directory to name in diagnostics. */
export function compileFile(path: string, shownAs: string): LoadedScript {
  return compile(path, shownAs).loaded;
}

/** As compileFile; a script that the proof refuses has no program. `before`: need not be proven again. */
export function proveFile(
  path: string,
  shownAs: string,
  before: ProvenBefore | null = null,
): ProvenScript {
  const { name, sources, shown, loaded } = compile(path, shownAs);
  const { program } = loaded;
  const unproven = { ...loaded, name, proof: null, assumptions: [] };
  if (program === null || before?.has(sources) === true) return unproven;
  const { findings, points, complete } = prove(program, compilePatterns(program));
  const isRefused = findings.some(({ diagnostic }) => diagnostic.severity === 'error');
  if (!isRefused) before?.remember(sources);
  const told = findings.map(({ diagnostic, story }) =>
    story === null ? shown.of(diagnostic) : shown.withStory(diagnostic, story),
  );
  return {
    ...unproven,
    program: isRefused ? null : program,
    diagnostics: [...loaded.diagnostics, ...told],
    proof: { points, complete },
    assumptions: assumptionsOf(program).map((one) => ({ ...one, span: shown.span(one.span) })),
  };
}

function compile(path: string, shownAs: string) {
  const directory = dirname(path);
  const file = relative(directory, path);
  const compiled = compileScript(file, (one) => readSource(join(directory, one)));
  const { program, sources } = compiled;
  const isThere = sources.has(file);
  const shown = new Excerpts(compiled, shownAs);
  const diagnostics = isThere ? compiled.diagnostics.map((one) => shown.of(one)) : [];
  const loaded: LoadedScript = { program, isThere, diagnostics };
  return { name: join(shownAs, file), sources, shown, loaded };
}

function readSource(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new DaemonError('no-clusters', `${path} cannot be read: ${messageOf(error)}`, {
      context: { path },
      hint: 'look at its owner and mode',
      cause: error,
    });
  }
}

/** Diagnostics with the lines that they speak of. */
class Excerpts {
  readonly #lines = new Map<string, readonly string[]>();
  readonly #shownAs: string;

  constructor({ sources }: Compilation, shownAs: string) {
    this.#shownAs = shownAs;
    for (const [file, text] of sources) this.#lines.set(file, text.split(LINE_END));
  }

  of(diagnostic: Diagnostic): ShownDiagnostic {
    const { span } = diagnostic;
    const sourceLine = this.#lines.get(span.file)?.[span.line - 1] ?? null;
    return { diagnostic: { ...diagnostic, span: this.span(span) }, sourceLine };
  }

  withStory(diagnostic: Diagnostic, story: Story): ShownDiagnostic {
    const steps = story.steps.map((step) => {
      return step.span === null ? step : { ...step, span: this.span(step.span) };
    });
    return { ...this.of(diagnostic), story: { ...story, steps } };
  }

  span(span: Span): Span {
    return { ...span, file: join(this.#shownAs, span.file) };
  }
}
