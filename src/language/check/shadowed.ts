/**
 * Lines of a state that never fire because another always takes what they wait for: an earlier
 * `on` line or an `always` line for the same, or a shorter `after`. Called by check.ts.
 */
import { assertNever } from '../assert-never.ts';
import type { DiagnosticSink } from '../diagnostics.ts';
import type { Span } from '../program.ts';
import type { Scope } from '../scope.ts';
import type * as Tree from '../tree.ts';
import { alwaysIn } from './graph.ts';
import { goOf } from './walk.ts';

export function checkShadowed(scope: Scope, sink: DiagnosticSink): void {
  for (const always of scope.tree.always) checkReactions(sink, new Map(), always.reactions);
  for (const state of scope.tree.states) {
    const taken = new Map<string, Span>();
    for (const always of alwaysIn(scope, state)) {
      for (const reaction of always.reactions) take(taken, reaction);
    }
    checkReactions(sink, taken, state.reactions);
    checkAfters(sink, state.afters);
  }
}

/** `taken`: what earlier lines take for sure, with their places. */
function checkReactions(
  sink: DiagnosticSink,
  taken: Map<string, Span>,
  reactions: readonly Tree.Reaction[],
): void {
  for (const reaction of reactions) {
    const places = keysOf(reaction.trigger).map((key) => taken.get(key));
    if (places.length > 0 && !places.includes(undefined)) report(sink, reaction, places.at(-1));
    take(taken, reaction);
  }
}

/** Only a line that leaves the state, whatever the conditions, takes it from those below. */
function take(taken: Map<string, Span>, reaction: Tree.Reaction): void {
  const { trigger, condition, effects, span } = reaction;
  if (condition !== null || goOf(effects) === null) return;
  if (trigger.kind === 'net' && trigger.duration !== null) return;
  for (const key of keysOf(trigger)) if (!taken.has(key)) taken.set(key, span);
}

/** What the line waits for, one entry for each text. */
function keysOf(trigger: Tree.Trigger): string[] {
  switch (trigger.kind) {
    case 'text':
      return trigger.texts.map((text) => `${trigger.role.role} ${text.text}`);
    case 'net':
      return [`net ${trigger.level}`];
    case 'operator':
      return [`operator ${trigger.request} ${trigger.role?.role ?? ''}`];
    default:
      return assertNever(trigger);
  }
}

function checkAfters(sink: DiagnosticSink, afters: readonly Tree.After[]): void {
  for (const [index, after] of afters.entries()) {
    if (after.duration.kind !== 'literal') continue;
    const { ms } = after.duration;
    const shorter = afters.find((other, position) => {
      if (other === after || other.duration.kind !== 'literal') return false;
      const sure = other.condition === null && other.silenceOn === null;
      const first = other.duration.ms < ms || (other.duration.ms === ms && position < index);
      return sure && first && goOf(other.effects) !== null;
    });
    if (shorter !== undefined) report(sink, after, shorter.span);
  }
}

function report(sink: DiagnosticSink, line: { readonly span: Span }, by: Span | undefined): void {
  if (by === undefined) return;
  const place = by.file === line.span.file ? `line ${by.line}` : `${by.file}:${by.line}`;
  const message = `never reached: ${place} takes it and leaves the state`;
  sink.error('unreachable-line', line.span, message, 'remove it, or give that line a condition');
}
