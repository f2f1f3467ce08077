/**
 * Does a `login` or `power via` line give its access library what it needs, and can the library do
 * what is asked of it? Called by home/ after both were read by themselves.
 */
import type { AccessProgram } from '../language/access/access-program.ts';
import { type DiagnosticSink, didYouMean } from '../language/diagnostics.ts';
import type { Program } from '../language/program.ts';
import type { AccessTask } from '../language/words.ts';
import { checkValue } from './check-program.ts';
import type { AccessLogin, AccessValue, Cluster, ClusterNode } from './cluster.ts';
import { carriesBreak } from './console-place.ts';

/** Every login of a cluster: of its consoles, and of its power devices. */
export function accessOf(cluster: Pick<Cluster, 'nodes'>): readonly AccessLogin[] {
  return cluster.nodes.flatMap(({ login, power }) => [
    ...(login === undefined ? [] : [login]),
    ...power.flatMap(({ via }) => (via === undefined ? [] : [via])),
  ]);
}

/** `find`: the library of that name, null when it is not there or has errors (reported elsewhere). */
export function checkClusterAccess(
  cluster: Cluster,
  program: Program | null,
  find: (library: string) => AccessProgram | null,
  sink: DiagnosticSink,
): void {
  for (const node of cluster.nodes) {
    const library = node.login === undefined ? null : find(node.login.library);
    if (node.login !== undefined && library !== null) {
      checkLogin(node.login, library, ['open'], sink);
      if (program !== null) checkBreakThrough(node, library, program, sink);
      if (program !== null) checkBreakTest(cluster, node, library, program, sink);
    }
    for (const { via } of node.power) {
      const device = via === undefined ? null : find(via.library);
      if (via !== undefined && device !== null) {
        checkLogin(via, device, ['switch-off', 'ask-power'], sink);
      }
    }
  }
}

function checkLogin(
  login: AccessLogin,
  library: AccessProgram,
  needs: readonly AccessTask[],
  sink: DiagnosticSink,
): void {
  const missing = needs.filter((task) => library.tasks[task] === undefined);
  if (missing.length > 0) {
    const list = missing.map((task) => `'to ${task}'`).join(' and ');
    const message = `the access library '${library.name}' has no block ${list}`;
    sink.error('missing-task', login.span, message, `write it into lib/${library.name}.chat`);
    return;
  }
  for (const value of login.values) checkOne(value, library, sink);
  const absent = library.settings.filter(
    ({ name, optional, defaultValue }) =>
      !optional && defaultValue === null && !login.values.some((value) => value.name === name),
  );
  if (absent.length === 0) return;
  const names = absent.map(({ name }) => `'${name}'`).join(', ');
  const message = `the access library '${library.name}' needs values that are not given: ${names}`;
  const hint = absent.map(({ name, secret }) => `${name}=${secret ? '@file:PATH' : 'VALUE'}`);
  sink.error('missing-setting', login.span, message, `add: ${hint.join(' ')}`);
}

function checkOne(
  { name, value, span }: AccessValue,
  { name: library, settings }: AccessProgram,
  sink: DiagnosticSink,
): void {
  const setting = settings.find((candidate) => candidate.name === name);
  if (setting === undefined) {
    const known = settings.map((one) => one.name);
    const list = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    const message = `the access library '${library}' has no such setting`;
    sink.error('unknown-setting', span, message, didYouMean(name, known) ?? list);
  } else if (setting.secret && typeof value === 'string') {
    const message = `'${name}' is a secret, and everybody who reads CList could read it`;
    sink.error('plaintext-secret', span, message, `write ${name}=@file:PATH`);
  } else if (typeof value === 'string') checkValue(setting, value, span, sink);
}

/** Where the wire itself carries none, the library must know how to have a BREAK sent. */
function checkBreakThrough(
  node: ClusterNode,
  library: AccessProgram,
  program: Program,
  sink: DiagnosticSink,
): void {
  const breaks = program.dialogues.some(({ steps }) => steps.some(({ kind }) => kind === 'break'));
  const can = library.tasks.break !== undefined || node.breakMethod.kind === 'bytes';
  if (!breaks || can || carriesBreak(node.console)) return;
  const message = `the script '${program.name}' sends BREAK, and neither this wire nor the library '${library.name}' can`;
  const hint = `write 'to break' into lib/${library.name}.chat, or add: break bytes "..."`;
  sink.error('break-impossible', node.span, message, hint);
}

/** The setting with which a script tries a BREAK on a parked node. */
const BREAK_TEST = 'test-break';

/**
 * While a service processor sends a BREAK its own prompt has the line: what the BREAK brings up is not
 * seen. A trial of it would fail each time, and an alarm stand for nothing.
 */
function checkBreakTest(
  cluster: Cluster,
  node: ClusterNode,
  library: AccessProgram,
  program: Program,
  sink: DiagnosticSink,
): void {
  const setting = program.settings.find(({ name }) => name === BREAK_TEST);
  if (setting === undefined || library.tasks.break === undefined) return;
  const given = setting.ofNode ? node.settings : cluster.settings;
  if ((given[BREAK_TEST] ?? setting.defaultValue) === 'off') return;
  const message = `the self-test of ${node.name} tries a BREAK, and '${library.name}' hides what one brings up`;
  sink.warning(
    'break-unseen',
    node.login?.span ?? node.span,
    message,
    `add: set ${BREAK_TEST} off`,
  );
}
