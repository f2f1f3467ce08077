/**
 * Runs every check over a tree. Called by compile.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';

export function checkTree(scope: Scope, sink: DiagnosticSink): void {
  void scope;
  void sink;
}
