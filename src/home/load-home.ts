/**
 * CLUSTER_HOME's CList and chat scripts -> clusters that can be watched, and everything that is
 * wrong with the others. Called by run and check: both judge by the same eyes.
 * Each script is read and compiled once, however many clusters use it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bindTarget } from '../clist/bind-target.ts';
import { checkClusterAccess } from '../clist/check-access.ts';
import { checkClusterAgainstProgram, checkUnsoundAgainstProgram } from '../clist/check-program.ts';
import type { Cluster } from '../clist/cluster.ts';
import type { GivenCluster } from '../clist/draft.ts';
import { type ParsedClist, parseClist } from '../clist/parse.ts';
import type { Site } from '../clist/site.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import {
  type Diagnostic,
  DiagnosticSink,
  didYouMean,
  formatHeadline,
} from '../language/diagnostics.ts';
import type { Program, Span } from '../language/program.ts';
import type { Target } from '../machine/target.ts';
import type { Home } from './home.ts';
import { AccessLibraries, type AccessPrograms } from './load-access.ts';
import { LINE_END, type ProvenScript, proveFile, type ShownDiagnostic } from './load-script.ts';
import type { ProvenBefore } from './proven-before.ts';

export interface SoundCluster {
  readonly cluster: Cluster;
  readonly program: Program;
  readonly target: Target;
  /** The access libraries that its `login` and `power via` lines name; none without such lines. */
  readonly access?: AccessPrograms;
}

export interface RefusedCluster {
  readonly name: string;
  /** The first error; `check` shows all. */
  readonly why: string;
}

export interface LoadedHome {
  readonly site: Site;
  readonly sound: readonly SoundCluster[];
  readonly refused: readonly RefusedCluster[];
  readonly diagnostics: readonly ShownDiagnostic[];
  /** Each script that a cluster uses, once. */
  readonly scripts: readonly ProvenScript[];
  /** CList as it may be shown. */
  readonly clistLines: readonly string[];
}

const SCRIPT_ENDING = '.chat';
const CLIST = 'CList';

/**
 * Throws DaemonError `no-clusters` when there is no CList to read. `before`: scripts that were proven
 * already are not proven again.
 */
export function loadHome(home: Home, before: ProvenBefore | null = null): LoadedHome {
  const text = readClist(home);
  const parsed = onlyOne(parseClist(CLIST, text), text, home);
  const scripts = compileUsed(home, [...parsed.clusters, ...parsed.unsound], before);
  const access = new AccessLibraries(home, parsed.clusters);
  const lines = parsed.shownText.split(LINE_END);
  const diagnostics = parsed.diagnostics.map((one) => showIn(one, lines));
  const refused = brokenClusters(text, parsed.diagnostics).filter(
    ({ name }) => home.onlyCluster === null || name === home.onlyCluster,
  );
  const sound: SoundCluster[] = [];
  for (const cluster of parsed.clusters) {
    const judged = judgeCluster(cluster, scripts, access, home);
    diagnostics.push(...judged.diagnostics.map((one) => showIn(one, lines)));
    if (judged.sound !== null) sound.push(judged.sound);
    else refused.push({ name: cluster.name, why: judged.why });
  }
  for (const cluster of parsed.unsound) {
    diagnostics.push(...judgeUnsound(cluster, scripts, home).map((one) => showIn(one, lines)));
  }
  diagnostics.sort((one, other) => place(one) - place(other));
  for (const script of scripts.values()) diagnostics.push(...script.diagnostics);
  diagnostics.push(...access.diagnostics);
  return {
    site: parsed.site,
    sound,
    refused,
    diagnostics,
    scripts: [...scripts.values()],
    clistLines: lines,
  };
}

/** Throws DaemonError `unknown-cluster` when the one that is to be run alone is not there. */
function onlyOne(parsed: ParsedClist, text: string, { onlyCluster, clist }: Home): ParsedClist {
  if (onlyCluster === null) return parsed;
  const clusters = parsed.clusters.filter(({ name }) => name === onlyCluster);
  const names = new Set(ownersOfLines(text).filter((name) => name !== undefined));
  if (names.has(onlyCluster)) return { ...parsed, clusters, unsound: [] };
  throw new DaemonError('unknown-cluster', `CList has no cluster '${onlyCluster}'`, {
    context: { clist },
    hint: didYouMean(onlyCluster, [...names]) ?? `it has: ${[...names].join(', ')}`,
  });
}

function readClist(home: Home): string {
  try {
    return readFileSync(home.clist, 'utf8');
  } catch (error) {
    throw new DaemonError('no-clusters', `there is no cluster list: ${messageOf(error)}`, {
      context: { path: home.clist },
      hint: 'name the directory that has CList: --home DIR, or the variable CLUSTER_HOME',
      cause: error,
    });
  }
}

export function showIn(diagnostic: Diagnostic, lines: readonly string[]): ShownDiagnostic {
  return { diagnostic, sourceLine: lines[diagnostic.span.line - 1] ?? null };
}

/** Order in one file. */
function place({ diagnostic: { span } }: ShownDiagnostic): number {
  return span.line * 10_000 + span.column;
}

/** Clusters of which CList itself says too little: each with the first error below its header. */
function brokenClusters(text: string, diagnostics: readonly Diagnostic[]): RefusedCluster[] {
  const refused: RefusedCluster[] = [];
  const owners = ownersOfLines(text);
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity !== 'error') continue;
    const name = owners[diagnostic.span.line - 1] ?? '(before the first cluster)';
    if (refused.some((other) => other.name === name)) continue;
    refused.push({ name, why: formatHeadline(diagnostic) });
  }
  return refused;
}

/** For each line the name of the cluster whose header stands above it, or `(site)`. */
function ownersOfLines(text: string): (string | undefined)[] {
  let owner: string | undefined;
  return text.split('\n').map((line) => {
    if (/^\s*site(\s|$)/.test(line)) owner = '(site)';
    owner = /^\s*cluster\s+(\S+)/.exec(line)?.[1] ?? owner;
    return owner;
  });
}

// ---- scripts ---------------------------------------------------------------------------------

function compileUsed(
  home: Home,
  clusters: readonly Pick<GivenCluster, 'script'>[],
  before: ProvenBefore | null,
): Map<string, ProvenScript> {
  const scripts = new Map<string, ProvenScript>();
  const shownAs = relative(home.directory, home.scripts);
  for (const { script } of clusters) {
    if (script === null || scripts.has(script)) continue;
    scripts.set(
      script,
      proveFile(join(home.scripts, `${script}${SCRIPT_ENDING}`), shownAs, before),
    );
  }
  return scripts;
}

interface Judged {
  readonly sound: SoundCluster | null;
  readonly why: string;
  readonly diagnostics: readonly Diagnostic[];
}

function judgeCluster(
  cluster: Cluster,
  scripts: ReadonlyMap<string, ProvenScript>,
  libraries: AccessLibraries,
  home: Home,
): Judged {
  const script = scripts.get(cluster.script);
  const sink = new DiagnosticSink();
  if (script?.isThere !== true) reportMissingScript(cluster.script, cluster.span, home, sink);
  else if (script.program !== null) checkClusterAgainstProgram(cluster, script.program, sink);
  const access = libraries.programsOf(cluster, sink);
  checkClusterAccess(cluster, script?.program ?? null, (name) => libraries.find(name), sink);
  const diagnostics = sink.list();
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) return { sound: null, why: formatHeadline(error), diagnostics };
  const program = script?.program ?? null;
  if (program === null) {
    return { sound: null, why: `its script ${cluster.script} has errors`, diagnostics };
  }
  if (access === null) return { sound: null, why: 'its access library has errors', diagnostics };
  const target = bindTarget(cluster, program);
  const sound = { cluster, program, target, ...(access.size === 0 ? {} : { access }) };
  return { sound, why: '', diagnostics };
}

/** One mistake in CList does not hide what else is wrong with the same cluster. */
function judgeUnsound(
  cluster: GivenCluster,
  scripts: ReadonlyMap<string, ProvenScript>,
  home: Home,
): readonly Diagnostic[] {
  if (cluster.script === null) return [];
  const script = scripts.get(cluster.script);
  const sink = new DiagnosticSink();
  if (script?.isThere !== true) reportMissingScript(cluster.script, cluster.span, home, sink);
  else if (script.program !== null) checkUnsoundAgainstProgram(cluster, script.program, sink);
  return sink.list();
}

function reportMissingScript(script: string, span: Span, home: Home, sink: DiagnosticSink): void {
  const file = join(relative(home.directory, home.scripts), `${script}${SCRIPT_ENDING}`);
  const names = scriptNames(home.scripts);
  const list = names.length === 0 ? null : `there are: ${names.join(', ')}`;
  const hint = didYouMean(script, names) ?? list;
  sink.error('unknown-script', span, `its script ${file} is not there`, hint);
}

function scriptNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(SCRIPT_ENDING))
      .map((name) => name.slice(0, -SCRIPT_ENDING.length));
  } catch {
    return [];
  }
}
