/**
 * CList text -> clusters, with everything that is wrong with it, once each.
 * Called by main (check, run, reload). Pure: what a cluster's script demands is checked by
 * `checkClusterAgainstProgram`, files and secrets are looked at when they are used.
 */
import { type Diagnostic, DiagnosticSink, didYouMean, suggest } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import type { Cluster } from './cluster.ts';
import { CLUSTER_KEYS, type Key, ON_SILENCE_CHOICES } from './cluster-keys.ts';
import { crossCheck } from './cross-check.ts';
import {
  type ClusterDraft,
  finishCluster,
  type GivenCluster,
  givenOf,
  type NodeDraft,
  newClusterDraft,
  newNodeDraft,
} from './draft.ts';
import { LineReader } from './line-reader.ts';
import { maskSecrets } from './masking.ts';
import { NODE_KEYS } from './node-keys.ts';
import { readLabel } from './values.ts';
import { readWords, type Word } from './words.ts';

export interface ParsedClist {
  /** Those without errors, in the order of the file. */
  readonly clusters: readonly Cluster[];
  /** What the others say of their scripts. */
  readonly unsound: readonly GivenCluster[];
  readonly diagnostics: readonly Diagnostic[];
  /** The text with secrets masked, columns kept: the only one whose lines may be shown. */
  readonly shownText: string;
}

interface Parser {
  readonly sink: DiagnosticSink;
  readonly clusters: ClusterDraft[];
  cluster: ClusterDraft | null;
  node: NodeDraft | null;
  /** A header was wrong: its lines are read past, nothing more is said of them. */
  skipping: boolean;
}

export function parseClist(fileName: string, text: string): ParsedClist {
  const sink = new DiagnosticSink();
  const parser: Parser = { sink, clusters: [], cluster: null, node: null, skipping: false };
  text.split('\n').forEach((source, index) => {
    const words = readWords(fileName, index + 1, source, sink);
    const [first] = words ?? [];
    if (words === null) {
      const span = { file: fileName, line: index + 1, column: 1, endColumn: 2 };
      noteBrokenLine(parser, source, span);
    } else if (first !== undefined) readLine(parser, first, words);
  });
  for (const draft of parser.clusters) checkMissing(draft, sink);
  crossCheck(parser.clusters, sink);
  const diagnostics = sink.list();
  const finished = parser.clusters.map((draft) => finishSound(draft, parser, diagnostics));
  return {
    clusters: finished.filter((cluster) => cluster !== null),
    unsound: parser.clusters.filter((_draft, index) => finished[index] === null).map(givenOf),
    diagnostics,
    shownText: maskSecrets(text),
  };
}

function readLine(parser: Parser, first: Word, words: readonly Word[]): void {
  if (first.text === 'cluster') openCluster(parser, words);
  else if (first.text === 'node') openNode(parser, words);
  else if (!parser.skipping) readKey(parser, first, words);
}

function openCluster(parser: Parser, words: readonly Word[]): void {
  const line = new LineReader(words, parser.sink, 'cluster NAME');
  const name = line.read('the name of the cluster', (text) => readLabel(text, 'cluster'));
  line.finish();
  parser.node = null;
  parser.skipping = false;
  parser.cluster = newClusterDraft(name ?? '', line.valueSpan);
  parser.clusters.push(parser.cluster);
  const before = parser.clusters.find((other) => other.name === name);
  if (name !== null && before !== parser.cluster && before !== undefined) {
    const message = `the cluster '${name}' already stands in line ${before.span.line}`;
    line.fail('duplicate-cluster', line.valueSpan, message, 'choose another name');
  }
}

function openNode(parser: Parser, words: readonly Word[]): void {
  const line = new LineReader(words, parser.sink, 'node NAME');
  const name = line.read('the name of the node', (text) => readLabel(text, 'node'));
  line.finish();
  parser.node = null;
  if (parser.cluster === null) {
    parser.skipping = true;
    const hint = 'write `cluster NAME` above';
    line.fail('outside-cluster', line.span, 'a node belongs to a cluster', hint);
    return;
  }
  parser.skipping = false;
  const before = parser.cluster.nodes.find((other) => other.name === name);
  if (name !== null && before !== undefined) {
    const message = `the node '${name}' already stands in line ${before.span.line}`;
    line.fail('duplicate-node', line.valueSpan, message, 'choose another name');
  }
  parser.node = newNodeDraft(name ?? '', line.valueSpan);
  parser.cluster.nodes.push(parser.node);
}

function readKey(parser: Parser, first: Word, words: readonly Word[]): void {
  const { sink, cluster, node } = parser;
  const name = first.text;
  const clusterKey = ownEntry(CLUSTER_KEYS, name);
  const nodeKey = ownEntry(NODE_KEYS, name);
  if (cluster === null) {
    const hint = didYouMean(name, ['cluster']) ?? 'write `cluster NAME` above';
    sink.error('outside-cluster', first.span, 'the first line must begin a cluster', hint);
    parser.skipping = true;
  } else if (node !== null && nodeKey !== null) {
    readWithKey(sink, node, name, nodeKey, words);
  } else if (clusterKey !== null) {
    if (node !== null) {
      const hint = `move it above the first node of '${cluster.name}'`;
      sink.error('misplaced-key', first.span, `'${name}' belongs to the cluster`, hint);
    }
    readWithKey(sink, cluster, name, clusterKey, words);
  } else if (nodeKey !== null) {
    const hint = 'write it below a `node NAME` line';
    sink.error('misplaced-key', first.span, `'${name}' belongs to a node`, hint);
  } else {
    reportUnknown(parser, first);
  }
}

function readWithKey<Draft extends ClusterDraft | NodeDraft>(
  sink: DiagnosticSink,
  draft: Draft,
  name: string,
  key: Key<Draft>,
  words: readonly Word[],
): void {
  const line = new LineReader(words, sink, key.usage);
  const before = draft.seen.get(name);
  if (before !== undefined && !key.repeatable) {
    const message = `'${name}' already stands in line ${before.line}`;
    line.fail('duplicate-key', line.span, message, 'remove one of the lines');
    return;
  }
  if (before === undefined) draft.seen.set(name, line.span);
  key.read(line, draft);
  if (!line.failed) line.finish();
}

function reportUnknown(parser: Parser, first: Word): void {
  const here = Object.keys(parser.node === null ? CLUSTER_KEYS : NODE_KEYS);
  const elsewhere = Object.keys(parser.node === null ? NODE_KEYS : CLUSTER_KEYS);
  const meant = suggest(first.text, [...here, 'node', 'cluster', ...elsewhere]);
  const hint = meant === null ? `known here: ${here.join(', ')}` : `did you mean '${meant}'?`;
  // What a misspelt key meant counts as given: that it is missing would be a second complaint.
  if (meant !== null) (parser.node ?? parser.cluster)?.seen.set(meant, first.span);
  parser.sink.error('unknown-word', first.span, 'no line begins with this word', hint);
  if (meant === 'node' || meant === 'cluster') openUnnamed(parser, meant, first.span);
}

/** A line with a broken quote still says which key it has. */
function noteBrokenLine(parser: Parser, source: string, span: Span): void {
  const name = /^\s*(\S+)/.exec(source)?.[1] ?? '';
  if (name === 'cluster' || name === 'node') openUnnamed(parser, name, span);
  else (parser.node ?? parser.cluster)?.seen.set(name, span);
}

/** A header that could not be read: the lines below belong to it and not to the one above. */
function openUnnamed(parser: Parser, kind: 'cluster' | 'node', span: Span): void {
  parser.skipping = false;
  parser.node = null;
  if (kind === 'cluster') {
    parser.cluster = newClusterDraft('', span);
    parser.clusters.push(parser.cluster);
  } else if (parser.cluster !== null) {
    parser.node = newNodeDraft('', span);
    parser.cluster.nodes.push(parser.node);
  }
}

const MISSING_HINTS: Readonly<Record<string, string>> = {
  'on-silence': ON_SILENCE_CHOICES,
  identity:
    'what the node shows of itself, for example the Host ID of its banner: identity 83a54dc7',
  reference: 'an address that must answer, or our own network is down',
};

function checkMissing(draft: ClusterDraft, sink: DiagnosticSink): void {
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
    const row = ownEntry(CLUSTER_KEYS, key) ?? ownEntry(NODE_KEYS, key);
    const hint = MISSING_HINTS[key] ?? `add: ${row?.usage ?? key}`;
    sink.error(`missing-${key}`, span, `${owner} has no line '${key}'`, hint);
  }
}

/** The cluster when no error lies between its header and the next one. */
function finishSound(
  draft: ClusterDraft,
  parser: Parser,
  diagnostics: readonly Diagnostic[],
): Cluster | null {
  const next = parser.clusters[parser.clusters.indexOf(draft) + 1];
  const end = next?.span.line ?? Number.POSITIVE_INFINITY;
  const isBroken = diagnostics.some(
    ({ severity, span }) => severity === 'error' && span.line >= draft.span.line && span.line < end,
  );
  return isBroken ? null : finishCluster(draft);
}

/** `cluster 'demo'`, or `this cluster` when its header could not be read. */
function called(kind: string, name: string): string {
  return name === '' ? `this ${kind}` : `${kind} '${name}'`;
}

/** Own entries only: a word like `constructor` names none. */
function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}
