/**
 * Does a cluster give its script what it needs? Settings, bounds, boot paths, a BREAK that the wire
 * can carry. Called by main and by reload after `parseClist` and the script's own check.
 */
import { type DiagnosticSink, didYouMean } from '../language/diagnostics.ts';
import type { Program, Setting, Span } from '../language/program.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import { carriesBreak } from './console-place.ts';
import type { GivenCluster } from './draft.ts';
import { readDuration } from './values.ts';

export function checkClusterAgainstProgram(
  cluster: Cluster,
  program: Program,
  sink: DiagnosticSink,
): void {
  checkSettings(cluster, `cluster '${cluster.name}'`, false, program, sink);
  for (const node of cluster.nodes) {
    checkSettings(node, `node '${node.name}'`, true, program, sink);
    checkPathCount(node, program, sink);
    checkBreak(node, program, sink);
  }
  checkBounds(cluster, program, sink);
  checkAdmin(cluster, program, sink);
}

/**
 * The same for a cluster that has errors already: only what surely is one more. Where a line belongs
 * and what is missing cannot be told while a header or a key is wrong.
 */
export function checkUnsoundAgainstProgram(
  cluster: GivenCluster,
  program: Program,
  sink: DiagnosticSink,
): void {
  for (const owner of [cluster, ...cluster.nodes]) {
    for (const [name, value] of Object.entries(owner.settings)) {
      const span = owner.settingSpans?.[name] ?? owner.span;
      const setting = program.settings.find((candidate) => candidate.name === name);
      if (setting === undefined) reportUnknown(name, span, owner !== cluster, program, sink);
      else checkValue(setting, value, span, sink);
    }
  }
  checkBounds(cluster, program, sink);
}

function checkSettings(
  owner: Cluster | ClusterNode,
  called: string,
  ofNode: boolean,
  program: Program,
  sink: DiagnosticSink,
): void {
  for (const [name, value] of Object.entries(owner.settings)) {
    const span = owner.settingSpans?.[name] ?? owner.span;
    const setting = program.settings.find((candidate) => candidate.name === name);
    if (setting === undefined) reportUnknown(name, span, ofNode, program, sink);
    else if (setting.ofNode !== ofNode) {
      const message = ofNode
        ? `'${name}' is a setting of the cluster`
        : `'${name}' is a setting of each node`;
      const hint = ofNode ? 'move it above the first node' : 'write it below both nodes';
      sink.error('misplaced-setting', span, message, hint);
    } else checkValue(setting, value, span, sink);
  }
  const missing = program.settings.filter(
    (setting) => setting.ofNode === ofNode && isMissing(setting, owner),
  );
  if (missing.length === 0) return;
  const names = missing.map((setting) => `'${setting.name}'`).join(', ');
  const message = `the script '${program.name}' needs settings that ${called} does not give: ${names}`;
  const hint = missing.map((setting) => `set ${setting.name} ${exampleOf(setting)}`).join('; ');
  sink.error('missing-setting', owner.span, message, `add: ${hint}`);
}

function isMissing(setting: Setting, owner: Cluster | ClusterNode): boolean {
  if (setting.optional || setting.defaultValue !== null) return false;
  return !Object.hasOwn(owner.settings, setting.name);
}

function exampleOf(setting: Setting): string {
  if (setting.type.kind === 'choice') return setting.type.values.join('|');
  return setting.type.kind === 'duration' ? '10s' : 'VALUE';
}

function reportUnknown(
  name: string,
  span: Span,
  ofNode: boolean,
  program: Program,
  sink: DiagnosticSink,
): void {
  const isKey = ['on-silence', 'service-lost', 'identity'].includes(name);
  if (isKey || name === program.identity.name) {
    const key = name === program.identity.name ? 'identity' : name;
    sink.error('unknown-setting', span, `'${name}' is not set with 'set'`, `write: ${key} VALUE`);
    return;
  }
  const known = program.settings
    .filter((setting) => setting.ofNode === ofNode)
    .map((setting) => setting.name);
  const list = known.length === 0 ? 'it has none here' : `it has ${known.join(', ')}`;
  const hint = didYouMean(name, known) ?? list;
  sink.error('unknown-setting', span, `the script '${program.name}' has no such setting`, hint);
}

/** Also of an access library's setting. */
export function checkValue(
  setting: Setting,
  value: string,
  span: Span,
  sink: DiagnosticSink,
): void {
  if (setting.type.kind === 'choice' && !setting.type.values.includes(value)) {
    const { values } = setting.type;
    const hint = didYouMean(value, values);
    sink.error('value-not-allowed', span, `expected ${values.join(' or ')}`, hint);
  }
  if (setting.type.kind === 'duration') {
    const duration = readDuration(value);
    if (!duration.ok) sink.error(duration.code, span, duration.message, duration.hint);
  }
}

function checkBounds(
  cluster: Pick<Cluster, 'bounds'>,
  program: Program,
  sink: DiagnosticSink,
): void {
  const bounded = program.states.filter((state) => state.bound !== null).map(({ name }) => name);
  for (const [name, bound] of Object.entries(cluster.bounds)) {
    if (bounded.includes(name)) continue;
    const exists = program.states.some((state) => state.name === name);
    const message = exists
      ? `the state '${name}' of '${program.name}' has no bound to override`
      : `the script '${program.name}' has no state '${name}'`;
    const list = bounded.length === 0 ? 'it has no bounds' : `bounded are ${bounded.join(', ')}`;
    const hint = exists ? list : (didYouMean(name, bounded) ?? list);
    sink.error(exists ? 'unbounded-state' : 'unknown-state', bound.span, message, hint);
  }
}

function checkPathCount(node: ClusterNode, program: Program, sink: DiagnosticSink): void {
  const triesNext = program.states.some((state) =>
    state.actions.some((action) => action.kind === 'boot' && action.nextPath),
  );
  const count = node.bootPaths.length;
  if (triesNext && count === 1) {
    const message = `the script '${program.name}' tries the next boot path, node '${node.name}' has one`;
    const hint = 'add the path of the mirror: boot-path PATH';
    sink.warning('single-boot-path', node.span, message, hint);
  } else if (!triesNext && count > 1) {
    const message = `the script '${program.name}' never tries more than the first boot path`;
    sink.warning('unused-boot-path', node.span, message);
  }
}

/** Who runs commands on a node is asked of CList only where the script runs some. */
function checkAdmin({ nodes }: Cluster, program: Program, sink: DiagnosticSink): void {
  const state = program.states.find(({ actions }) =>
    actions.some((action) => action.kind === 'run' && action.on !== null),
  );
  if (state === undefined) return;
  for (const node of nodes) {
    if (node.admin !== null) continue;
    const message = `the script '${program.name}' runs a command on node '${node.name}' (state ${state.name}), and nobody may`;
    const hint = 'it will fail; add: admin ssh USER@HOST key=/path/of/the/private/key';
    sink.warning('missing-admin', node.span, message, hint);
  }
}

function checkBreak(node: ClusterNode, program: Program, sink: DiagnosticSink): void {
  const breaks = program.dialogues.some((dialogue) =>
    dialogue.steps.some((step) => step.kind === 'break'),
  );
  // Behind a login the access library may know a way: check-access.ts.
  if (node.login !== undefined) return;
  if (!breaks || carriesBreak(node.console) || node.breakMethod.kind === 'bytes') return;
  const message = `the script '${program.name}' sends BREAK, a console by ${node.console.kind} carries bytes only`;
  const hint = 'add: break bytes "..." as the other end wants it, or use a telnet console';
  sink.error('break-impossible', node.span, message, hint);
}
