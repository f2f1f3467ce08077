/**
 * CList text -> clusters, with everything that is wrong with it, once each.
 * Called by main (check, run, reload). Pure: what a cluster's script demands is checked by
 * `checkClusterAgainstProgram`, files and secrets are looked at when they are used.
 */
import { type Diagnostic, DiagnosticSink, didYouMean, suggest } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import type { Cluster } from './cluster.ts';
import { CLUSTER_KEYS, type Key } from './cluster-keys.ts';
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
import { checkMissing } from './missing-lines.ts';
import { NODE_KEYS } from './node-keys.ts';
import { DEFAULT_SITE, type Site } from './site.ts';
import { newSiteDraft, SITE_KEYS, type SiteDraft } from './site-keys.ts';
import { readLabel } from './values.ts';
import { readWords, type Word } from './words.ts';

export interface ParsedClist {
  /** What is wrong in its block keeps its default. */
  readonly site: Site;
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
  /** The block `site`, and whether the lines that come belong to it. */
  site: SiteDraft | null;
  inSite: boolean;
  /** Where `site` stands although it may not: what was above ends there. */
  readonly strayLines: number[];
  /** A header was wrong: its lines are read past, nothing more is said of them. */
  skipping: boolean;
}

export function parseClist(fileName: string, text: string): ParsedClist {
  const sink = new DiagnosticSink();
  const parser = newParser(sink);
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
    site: parser.site?.site ?? DEFAULT_SITE,
    clusters: finished.filter((cluster) => cluster !== null),
    unsound: parser.clusters.filter((_draft, index) => finished[index] === null).map(givenOf),
    diagnostics,
    shownText: maskSecrets(text),
  };
}

function newParser(sink: DiagnosticSink): Parser {
  const nothing = { clusters: [], cluster: null, node: null, site: null, strayLines: [] };
  return { sink, ...nothing, inSite: false, skipping: false };
}

function readLine(parser: Parser, first: Word, words: readonly Word[]): void {
  if (first.text === 'cluster') openCluster(parser, words);
  else if (first.text === 'site') openSite(parser, words);
  else if (first.text === 'node') openNode(parser, words);
  else if (!parser.skipping) readKey(parser, first, words);
}

/** At most one, above all clusters; the lines of another one are read past. */
function openSite(parser: Parser, words: readonly Word[]): void {
  const line = new LineReader(words, parser.sink, 'site');
  line.finish();
  const { site, cluster } = parser;
  if (cluster !== null) {
    const hint = 'move it with its lines above the first cluster';
    line.fail('misplaced-site', line.span, 'the site stands above all clusters', hint);
    parser.strayLines.push(line.span.line);
  } else if (site !== null) {
    const message = `the site already stands in line ${site.span.line}`;
    line.fail('duplicate-site', line.span, message, 'write its lines there');
  } else parser.site = newSiteDraft(line.span);
  parser.inSite = cluster === null && site === null;
  parser.skipping = !parser.inSite;
}

function openCluster(parser: Parser, words: readonly Word[]): void {
  const line = new LineReader(words, parser.sink, 'cluster NAME');
  const name = line.read('the name of the cluster', (text) => readLabel(text, 'cluster'));
  line.finish();
  parser.node = null;
  parser.inSite = false;
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
  const siteKey = ownEntry(SITE_KEYS, name);
  if (parser.inSite && parser.site !== null) {
    readSiteKey(parser, parser.site, siteKey, first, words);
  } else if (cluster === null) {
    const owner = siteKey === null ? 'cluster NAME' : 'site';
    const hint = didYouMean(name, ['cluster', 'site']) ?? `write \`${owner}\` above`;
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
  } else if (siteKey !== null) {
    const hint = 'write it below a line `site`, above the first cluster';
    sink.error('misplaced-key', first.span, `'${name}' belongs to the site`, hint);
  } else {
    reportUnknown(parser, first);
  }
}

function readSiteKey(
  { sink }: Parser,
  draft: SiteDraft,
  key: Key<SiteDraft> | null,
  first: Word,
  words: readonly Word[],
): void {
  const name = first.text;
  if (key !== null) {
    readWithKey(sink, draft, name, key, words);
  } else if (ownEntry(CLUSTER_KEYS, name) !== null || ownEntry(NODE_KEYS, name) !== null) {
    const hint = 'write it below a `cluster NAME` line';
    sink.error('misplaced-key', first.span, `'${name}' belongs to a cluster`, hint);
  } else {
    const here = Object.keys(SITE_KEYS);
    const hint = didYouMean(name, [...here, 'cluster']) ?? `known here: ${here.join(', ')}`;
    sink.error('unknown-word', first.span, 'no line begins with this word', hint);
  }
}

function readWithKey<Draft extends ClusterDraft | NodeDraft | SiteDraft>(
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

/** The cluster when no error lies between its header and the next one. */
function finishSound(
  draft: ClusterDraft,
  parser: Parser,
  diagnostics: readonly Diagnostic[],
): Cluster | null {
  const next = parser.clusters[parser.clusters.indexOf(draft) + 1]?.span.line;
  const stray = parser.strayLines.find((line) => line > draft.span.line);
  const end = Math.min(next ?? Number.POSITIVE_INFINITY, stray ?? Number.POSITIVE_INFINITY);
  const isBroken = diagnostics.some(
    ({ severity, span }) => severity === 'error' && span.line >= draft.span.line && span.line < end,
  );
  return isBroken ? null : finishCluster(draft);
}

/** Own entries only: a word like `constructor` names none. */
function ownEntry<T>(record: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}
