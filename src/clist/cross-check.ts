/**
 * What is right line by line and wrong together: the same console, identity or plug used twice, a
 * policy without its device, a service that is its own reference. Called by `parseClist` with every
 * cluster of the file. The later place is reported and names the line of the earlier one.
 */
import type { DiagnosticSink } from '../language/diagnostics.ts';
import type { Span } from '../language/program.ts';
import { checkOutlets, checkPower } from './check-power.ts';
import type { ProbeTarget } from './cluster.ts';
import { carriesBreak, consoleKey } from './console-place.ts';
import type { ClusterDraft } from './draft.ts';
import { formatTarget, isLoopback } from './values.ts';

export function crossCheck(clusters: readonly ClusterDraft[], sink: DiagnosticSink): void {
  const nodes = clusters.flatMap((cluster) => cluster.nodes);
  checkUnique(
    sink,
    'duplicate-console',
    nodes.flatMap((node) => keyed(node.console, consoleKey)),
    (line) => `another node uses this console already (line ${line})`,
    'a console drives one node; two would type into each other',
  );
  checkUnique(
    sink,
    'duplicate-identity',
    nodes.flatMap((node) => keyed(node.identity, (identity) => identity.toLowerCase())),
    (line) => `another node has this identity already (line ${line})`,
    'the identity tells two machines apart',
  );
  checkOutlets(nodes, sink);
  checkUnique(
    sink,
    'duplicate-admin',
    nodes.flatMap((node) => keyed(node.admin, ({ host, port }) => `${host.toLowerCase()} ${port}`)),
    (line) => `the commands of another node go to this machine already (line ${line})`,
    'each node has an address of its own, beside that of the service',
  );
  for (const cluster of clusters) {
    checkService(cluster, sink);
    checkAdmin(cluster, sink);
    checkPolicy(cluster, sink);
    checkBreakMethods(cluster, sink);
    checkPower(cluster, sink);
  }
}

interface Keyed {
  readonly key: string;
  readonly span: Span;
}

function keyed<T>(
  placed: { readonly value: T; readonly span: Span } | null,
  key: (value: T) => string,
): readonly Keyed[] {
  return placed === null ? [] : [{ key: key(placed.value), span: placed.span }];
}

function checkUnique(
  sink: DiagnosticSink,
  code: string,
  entries: readonly Keyed[],
  message: (firstLine: number) => string,
  hint: string,
): void {
  const first = new Map<string, Keyed>();
  for (const entry of entries) {
    const before = first.get(entry.key);
    if (before === undefined) first.set(entry.key, entry);
    else sink.error(code, entry.span, message(before.span.line), hint);
  }
}

function checkService(cluster: ClusterDraft, sink: DiagnosticSink): void {
  const { service } = cluster;
  if (!cluster.seen.has('service')) {
    const message = `cluster '${cluster.name}' has no service: a hang without a message stays unnoticed`;
    sink.warning('no-service', cluster.span, message, 'add: service tcp HOST:PORT');
  }
  if (service === null) return;
  for (const reference of cluster.references) {
    if (hostOf(reference.value) !== hostOf(service.value)) continue;
    const hint = 'a reference is another machine: a router, a name server';
    if (formatTarget(reference.value) === formatTarget(service.value)) {
      const message = 'the service cannot be its own reference';
      sink.error('service-is-reference', reference.span, message, hint);
    } else if (!isLoopback(service.value.host)) {
      const message = 'the reference is on the same host as the service and dies with it';
      sink.warning('service-is-reference', reference.span, message, hint);
    }
  }
}

/** The service address is on whichever node is active: a command would reach the wrong one. */
function checkAdmin({ nodes, service }: ClusterDraft, sink: DiagnosticSink): void {
  if (service === null || isLoopback(service.value.host)) return;
  for (const { admin } of nodes) {
    if (admin?.value.host.toLowerCase() !== hostOf(service.value)) continue;
    const message = 'this is the service address, which moves from node to node';
    sink.error('admin-is-service', admin.span, message, "name the node's own address");
  }
}

function hostOf(target: ProbeTarget): string {
  return target.host.toLowerCase();
}

function checkPolicy(cluster: ClusterDraft, sink: DiagnosticSink): void {
  const policy = cluster.onSilence;
  if (policy?.value === 'power') {
    for (const node of cluster.nodes) {
      if (node.seen.has('power')) continue;
      const message = `on-silence power needs a power device, node '${node.name}' has none`;
      const hint = 'add: power AGENT name=value ..., or choose `on-silence confirm`';
      sink.error('missing-power', node.span, message, hint);
    }
  }
  if (policy?.value === 'trust') checkTrust(cluster, policy.span, sink);
  if (cluster.serviceLost === 'takeover' && !cluster.seen.has('service')) {
    const span = cluster.seen.get('service-lost') ?? cluster.span;
    const message = 'service-lost takeover needs a service to watch';
    sink.error('missing-service', span, message, 'add: service tcp HOST:PORT');
  }
}

function checkTrust(cluster: ClusterDraft, span: Span, sink: DiagnosticSink): void {
  if (!cluster.seen.has('parking-survived-power-cycle')) {
    sink.error(
      'trust-unproven',
      span,
      'trust needs the day on which parking was shown to survive a power cycle',
      'pull the plug of a parked node; if it comes back parked: parking-survived-power-cycle 2026-11-20',
    );
  }
  if (!cluster.seen.has('service')) {
    const message = 'trust needs a service that is seen to be dead';
    sink.error('missing-service', span, message, 'add: service tcp HOST:PORT');
  }
}

/** A way to send a BREAK that the wire does not have. */
function checkBreakMethods(cluster: ClusterDraft, sink: DiagnosticSink): void {
  for (const { console, breakMethod } of cluster.nodes) {
    if (console === null || breakMethod?.value.kind !== 'line') continue;
    const force = breakMethod.value.force;
    if (!carriesBreak(console.value)) {
      const message = `a console by ${console.value.kind} carries bytes only and no BREAK`;
      const hint = 'write the bytes that the other end takes for it: break bytes "\\x0f" "b"';
      sink.error('break-impossible', breakMethod.span, message, hint);
    } else if (console.value.kind !== 'telnet' && force !== null) {
      const message = `${force} is a way of telnet; this console is on ${console.value.kind}`;
      sink.error('break-impossible', breakMethod.span, message, 'write: break line');
    }
  }
}
