/**
 * Lines that a cluster or a node must have and has not, and how many nodes it has. Called by
 * `parseClist` when everything is read. Says each at the header of its owner.
 */
import type { DiagnosticSink } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import { CLUSTER_KEYS, ON_SILENCE_CHOICES } from './cluster-keys.ts';
import type { ClusterDraft } from './draft.ts';
import { NODE_KEYS } from './node-keys.ts';

const MISSING_HINTS: Readonly<Record<string, string>> = {
  'on-silence': ON_SILENCE_CHOICES,
  identity:
    'what the node shows of itself, for example the Host ID of its banner: identity 83a54dc7',
  reference: 'an address that must answer, or our own network is down',
};

export function checkMissing(draft: ClusterDraft, sink: DiagnosticSink): void {
  reportMissing(
    sink,
    draft.span,
    called('cluster', draft.name),
    ['script', 'on-silence'],
    draft.seen,
  );
  for (const node of draft.nodes) {
    const required = ['console', 'identity', 'boot-path'];
    reportMissing(sink, node.span, called('node', node.name), required, node.seen);
  }
  if (draft.seen.has('service')) {
    reportMissing(sink, draft.span, called('cluster', draft.name), ['reference'], draft.seen);
  }
  const third = draft.nodes[2];
  if (draft.nodes.length < 2) {
    const message = `a cluster has two nodes, '${draft.name}' has ${draft.nodes.length}`;
    sink.error('wrong-node-count', draft.span, message, 'add `node NAME` with its lines');
  } else if (third !== undefined) {
    const message = `a cluster has two nodes, this is the third of '${draft.name}'`;
    sink.error(
      'wrong-node-count',
      third.span,
      message,
      'begin another cluster with `cluster NAME`',
    );
  }
}

/** The key is part of the code, so that each missing one is told at the same header. */
function reportMissing(
  sink: DiagnosticSink,
  span: Span,
  owner: string,
  required: readonly string[],
  seen: ReadonlyMap<string, Span>,
): void {
  for (const key of required) {
    if (seen.has(key)) continue;
    const row = CLUSTER_KEYS[key] ?? NODE_KEYS[key];
    const hint = MISSING_HINTS[key] ?? `add: ${row?.usage ?? key}`;
    sink.error(`missing-${key}`, span, `${owner} has no line '${key}'`, hint);
  }
}

/** `cluster 'demo'`, or `this cluster` when its header could not be read. */
function called(kind: string, name: string): string {
  return name === '' ? `this ${kind}` : `${kind} '${name}'`;
}
