/**
 * The access libraries that CList names: read and compiled once each, with everything that is wrong
 * with them. Used by load-home.ts, and by `check` for a file that is named.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { accessOf } from '../clist/check-access.ts';
import type { AccessLogin, Cluster } from '../clist/cluster.ts';
import { DaemonError, messageOf, systemCode } from '../cluster/daemon-error.ts';
import type { AccessProgram } from '../language/access/access-program.ts';
import { compileAccess, isAccessSource } from '../language/access/compile-access.ts';
import { type DiagnosticSink, didYouMean } from '../language/diagnostics.ts';
import type { Home } from './home.ts';
import { LINE_END, type ShownDiagnostic } from './load-script.ts';

export interface LoadedAccess {
  /** Null when it has errors or is not there. */
  readonly program: AccessProgram | null;
  readonly isThere: boolean;
  readonly diagnostics: readonly ShownDiagnostic[];
}

export type AccessPrograms = ReadonlyMap<string, AccessProgram>;

const ENDING = '.chat';
const FOLDER = 'lib';

export class AccessLibraries {
  readonly #home: Home;
  readonly #loaded = new Map<string, LoadedAccess>();

  constructor(home: Home, clusters: readonly Pick<Cluster, 'nodes'>[]) {
    this.#home = home;
    const names = clusters.flatMap((cluster) => accessOf(cluster).map(({ library }) => library));
    const shownAs = join(relative(home.directory, home.scripts), FOLDER);
    for (const name of new Set(names)) {
      const file = `${name}${ENDING}`;
      this.#loaded.set(name, loadAccess(join(home.scripts, FOLDER, file), join(shownAs, file)));
    }
  }

  get diagnostics(): readonly ShownDiagnostic[] {
    return [...this.#loaded.values()].flatMap(({ diagnostics }) => diagnostics);
  }

  find(library: string): AccessProgram | null {
    return this.#loaded.get(library)?.program ?? null;
  }

  /** Those of one cluster; null: one of them cannot be used. Says so when it is not there. */
  programsOf(cluster: Cluster, sink: DiagnosticSink): AccessPrograms | null {
    const programs = new Map<string, AccessProgram>();
    let complete = true;
    for (const login of accessOf(cluster)) {
      const loaded = this.#loaded.get(login.library);
      if (loaded?.isThere !== true) this.#reportMissing(login, sink);
      const program = loaded?.program ?? null;
      if (program === null) complete = false;
      else programs.set(login.library, program);
    }
    return complete ? programs : null;
  }

  #reportMissing({ library, span }: AccessLogin, sink: DiagnosticSink): void {
    const { directory, scripts } = this.#home;
    const file = join(relative(directory, scripts), FOLDER, `${library}${ENDING}`);
    const names = accessNames(join(scripts, FOLDER));
    const list = names.length === 0 ? null : `there are: ${names.join(', ')}`;
    const hint = didYouMean(library, names) ?? list;
    sink.error('unknown-library', span, `its access library ${file} is not there`, hint);
  }
}

/** `shownAs`: its name in diagnostics. Throws DaemonError when it may not be read. */
export function loadAccess(path: string, shownAs: string): LoadedAccess {
  const text = readText(path);
  if (text === null) return { program: null, isThere: false, diagnostics: [] };
  const { program, diagnostics } = compileAccess(basename(path, ENDING), shownAs, text);
  const lines = text.split(LINE_END);
  const shown = diagnostics.map((diagnostic) => ({
    diagnostic,
    sourceLine: lines[diagnostic.span.line - 1] ?? null,
  }));
  return { program, isThere: true, diagnostics: shown };
}

/** Is this file an access library, and no script? */
export function isAccessFile(path: string): boolean {
  const text = readText(path);
  return text !== null && isAccessSource(text);
}

function accessNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(ENDING) && isAccessFile(join(directory, name)))
      .map((name) => name.slice(0, -ENDING.length));
  } catch {
    return [];
  }
}

function readText(path: string): string | null {
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
