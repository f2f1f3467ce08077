/**
 * From the text of an access library to a checked `AccessProgram`, or to everything that is wrong
 * with it. Called by home/ for what CList names, and by `check FILE`. Reads nothing itself. Lexer,
 * parser and the checks of texts and dialogues are those of scripts.
 */
import { checkDeadLines } from '../check/dead-lines.ts';
import { checkHiddenTexts } from '../check/hidden-texts.ts';
import { Judge } from '../check/judge.ts';
import { checkNeverMatching } from '../check/never-matching.ts';
import { checkOutcomes } from '../check/outcomes.ts';
import { checkAllAnswers } from '../check/own-echo.ts';
import { checkPatterns } from '../check/patterns.ts';
import { checkRecursion } from '../check/recursion.ts';
import { checkReferences } from '../check/references.ts';
import { checkSettings } from '../check/settings.ts';
import { checkShadowed } from '../check/shadowed.ts';
import { TextLines } from '../check/text-lines.ts';
import { checkVariables } from '../check/variables.ts';
import { type Diagnostic, DiagnosticSink } from '../diagnostics.ts';
import { parseFile } from '../parse/script.ts';
import { buildScope, type Scope } from '../scope.ts';
import { normaliseSource } from '../source-line.ts';
import { emptyTree } from '../tree.ts';
import type { AccessProgram } from './access-program.ts';
import { checkAccess } from './check-access.ts';
import { checkSecrets } from './check-secrets.ts';
import { lowerAccess } from './lower-access.ts';

export interface AccessCompilation {
  /** Null exactly when there is an error among the diagnostics. */
  readonly program: AccessProgram | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Does this text say of itself that it is an access library? */
export function isAccessSource(text: string): boolean {
  return /^access\b/m.test(text);
}

/** `name`: as CList has it; `file`: as diagnostics show it. */
export function compileAccess(name: string, file: string, text: string): AccessCompilation {
  const sink = new DiagnosticSink();
  if (!isAccessSource(text)) {
    const span = { file, line: 1, column: 1, endColumn: 2 };
    const hint = 'it begins with: access "what is logged in to"';
    sink.error(
      'no-access',
      span,
      'this is no access library: it does not tell how to log in',
      hint,
    );
    return { program: null, diagnostics: sink.list() };
  }
  const tree = emptyTree(file, 'access');
  parseFile(file, 'access', normaliseSource(text), tree, sink);
  const scope = buildScope(tree, sink);
  checkAll(scope, sink);
  const program = sink.hasErrors() ? null : lowerAccess(name, scope);
  return { program, diagnostics: sink.list() };
}

function checkAll(scope: Scope, sink: DiagnosticSink): void {
  checkReferences(scope, sink);
  checkSettings(scope, sink);
  checkVariables(scope, sink);
  checkRecursion(scope, sink);
  checkOutcomes(scope, sink);
  checkDeadLines(scope, sink);
  checkShadowed(scope, sink);
  checkAccess(scope, sink);
  checkSecrets(scope, sink);
  const judge = new Judge();
  checkPatterns(scope, judge, sink);
  const lines = new TextLines(judge, sink);
  checkNeverMatching(scope, lines, sink);
  checkHiddenTexts(scope, lines, sink);
  const prompts = scope.tree.texts
    .filter(({ prompt }) => prompt)
    .flatMap((text) => lines.ofText(text));
  checkAllAnswers(scope, lines, prompts, sink);
}
