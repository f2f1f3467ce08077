/**
 * Where a secret may stand: only behind `send secret`, only right after a prompt asked for it, once,
 * and never without a line for "not accepted". Called by compile-access.ts. A password typed into
 * the wrong place is shown to whoever stands before the machine.
 */
import { allMatches, variablesOf } from '../check/walk.ts';
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Scope } from '../scope.ts';
import type { Word } from '../token.ts';
import type * as Tree from '../tree.ts';

type Send = Extract<Tree.Step, { kind: 'send' }>;

export function checkSecrets(scope: Scope, sink: DiagnosticSink): void {
  const isSecret = ({ text }: Word): boolean => scope.settings.get(text)?.secret === true;
  const elsewhere = ({ text, span }: Word): void => {
    const message = `'$${text}' is a secret and may stand behind 'send secret' only`;
    sink.error('secret-elsewhere', span, message, `write: send secret $${text}`);
  };
  for (const { match } of allMatches(scope)) {
    variablesOf(match.quoted).filter(isSecret).forEach(elsewhere);
  }
  for (const dialogue of scope.tree.dialogues) {
    for (const step of dialogue.steps) {
      if (step.kind !== 'send') continue;
      const variables = variablesOf(step.text);
      if (step.secret !== true) variables.filter(isSecret).forEach(elsewhere);
      else for (const one of variables) if (!isSecret(one)) reportPlain(scope, sink, one);
    }
    checkPlaces(scope, dialogue, sink);
  }
}

function reportPlain(scope: Scope, sink: DiagnosticSink, { text, span }: Word): void {
  const setting = scope.settings.get(text);
  if (setting === undefined || setting.damaged) return;
  const hint = `declare it so: setting ${text} secret   (or write: send "$${text}")`;
  sink.error('not-secret', span, `'${text}' is no secret`, hint);
}

function checkPlaces(scope: Scope, dialogue: Tree.Dialogue, sink: DiagnosticSink): void {
  dialogue.steps.forEach((step, index) => {
    if (step.kind !== 'send' || step.secret !== true) return;
    const before = dialogue.steps[index - 1];
    const after = dialogue.steps[index + 1];
    if (before?.kind === 'broken' || after?.kind === 'broken') return;
    if (before?.kind !== 'expect' || !isAsked(scope, before)) {
      const hint = 'write above it: expect PROMPT, with nothing else that continues';
      const message = 'a secret is typed only right after a prompt asked for it';
      sink.error('secret-unasked', step.span, message, hint);
    }
    checkAnswered(step, after, sink);
  });
}

/** Goes on only when a prompt was seen. */
function isAsked(scope: Scope, { alternatives, timeout, damaged }: Tree.Expect): boolean {
  if (damaged || timeout === null) return true;
  if (timeout.result.kind === 'continue') return false;
  return alternatives.every(({ seen, result }) => {
    if (result.kind !== 'continue') return true;
    const text = seen.kind === 'text' ? scope.texts.get(seen.name.text) : undefined;
    return seen.kind === 'text' && (text === undefined || text.prompt);
  });
}

function checkAnswered(step: Send, after: Tree.Step | undefined, sink: DiagnosticSink): void {
  if (after?.kind !== 'expect') {
    const hint = 'write below it: expect ..., or TEXT fail refused, after 10s fail silent';
    sink.error('no-refusal', step.span, 'nothing tells whether the secret was accepted', hint);
    return;
  }
  if (after.damaged || after.timeout === null) return;
  if (!after.alternatives.some(({ result }) => result.kind === 'fail')) {
    const hint = 'add what is seen when it is not accepted: or TEXT fail refused';
    sink.error(
      'no-refusal',
      after.span,
      'a secret that is not accepted would not be noticed',
      hint,
    );
  }
  if (after.timeout.tries > 1) {
    const hint = 'write: after 10s fail silent';
    const message = 'a secret is typed once: what is wrong three times may lock the account';
    sink.error('secret-repeated', after.timeout.span, message, hint);
  }
}
