/**
 * Does the library say how to do what the script wants done? Every verb that is used needs its
 * `to` blocks, parking needs a table, and a program needs one identity. Called by check.ts.
 */
import type { DiagnosticSink } from '../diagnostics.ts';
import type { HowTo, NodeVerb, Span, StateVerb } from '../program.ts';
import type { Scope } from '../scope.ts';
import { HOW_TO_PARAMETERS } from '../words.ts';
import { attemptsOf, startOfFile, triedSteps } from './walk.ts';

export type Verb = NodeVerb | StateVerb | 'boot';

/** The `to` blocks that the engine runs for a verb. */
export const HOW_TOS_OF_VERB: Readonly<Record<Verb, readonly HowTo[]>> = {
  hold: ['hold'],
  identify: ['identify'],
  park: ['read', 'write'],
  'check-parked': ['read'],
  reset: ['reset'],
  fence: ['fence'],
  boot: ['boot'],
  resume: ['resume'],
  'power-off': [],
  'trust-silence': [],
};

interface Use {
  readonly verb: Verb;
  readonly span: Span;
}

export function checkHowTos(scope: Scope, sink: DiagnosticSink): void {
  const { tree } = scope;
  if (tree.incomplete || tree.libraryMissing) return;
  if (tree.identities.length === 0 && !tree.mentioned.has('identity')) {
    const hint = 'write in the library: identity NAME /...(...)/';
    const span = startOfFile(tree.file);
    sink.error('missing-identity', span, 'nothing says how a machine shows who it is', hint);
  }
  const reported = new Set<string>();
  for (const { verb, span } of usedVerbs(scope)) {
    for (const howTo of HOW_TOS_OF_VERB[verb]) {
      if (scope.howTos.has(howTo) || reported.has(howTo)) continue;
      reported.add(howTo);
      const hint = `write in the library: to ${[howTo, ...HOW_TO_PARAMETERS[howTo]].join(' ')}`;
      sink.error('missing-how-to', span, `nothing says how to ${howTo}`, hint);
    }
    const parks = verb === 'park' || verb === 'check-parked';
    if (!parks || tree.parked.length > 0 || reported.has('parked')) continue;
    if (tree.mentioned.has('parked')) continue;
    reported.add('parked');
    const hint = "write in the library a block 'parked' with lines NAME VALUE";
    sink.error('missing-how-to', span, 'nothing says which values park a node', hint);
  }
}

function usedVerbs(scope: Scope): Use[] {
  const list: Use[] = [];
  for (const state of scope.tree.states) {
    for (const attempt of attemptsOf(state)) {
      if (attempt.kind === 'verb') list.push({ verb: attempt.verb, span: attempt.word });
      if (attempt.kind === 'boot') list.push({ verb: 'boot', span: attempt.word });
    }
  }
  for (const dialogue of scope.tree.dialogues) {
    for (const step of triedSteps(dialogue)) {
      if (step.kind === 'verb') list.push({ verb: step.verb, span: step.word });
    }
  }
  return list;
}
