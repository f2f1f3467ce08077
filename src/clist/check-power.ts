/**
 * What is wrong with power devices together: a device that fails with the machine it should switch,
 * one outlet for two machines, levels that cannot be got through in time. Called by cross-check.ts.
 * Why it matters: when a machine loses its power, a device inside of it is silent, too. Unreachable is
 * unknown and never off, so a takeover that asks only such devices waits for a person for ever.
 */
import type { DiagnosticSink } from '../language/diagnostics.ts';
import type { PowerDevice } from './cluster.ts';
import { isOnHost } from './console-place.ts';
import type { ClusterDraft, NodeDraft, Placed } from './draft.ts';
import { isForTests, type Sharing, sharingOf, whyNoPower } from './known-agents.ts';
import {
  boxOfDevice,
  hostOfDevice,
  levelOf,
  outletOfDevice,
  portOfDevice,
  WITHIN_MS_DEFAULT,
} from './power-place.ts';
import { isLoopback } from './values.ts';

/** The machine waits so long for all levels of a node, less what ending an agent takes. */
const ALL_LEVELS_MS = 170_000;

// ---- one outlet, one machine -----------------------------------------------------------------------

interface Outlet {
  readonly node: NodeDraft;
  readonly device: PowerDevice;
  readonly span: Placed<PowerDevice>['span'];
}

export function checkOutlets(nodes: readonly NodeDraft[], sink: DiagnosticSink): void {
  const known = new Map<string, Outlet[]>();
  for (const node of nodes) {
    for (const { value: device, span } of node.power) {
      const outlet = { node, device, span };
      const others = known.get(outletOfDevice(device)) ?? [];
      const before = others.find((other) => isSamePlug(other, outlet));
      if (before !== undefined) tellOfOutlet(before, outlet, sink);
      known.set(outletOfDevice(device), [...others, outlet]);
    }
  }
}

/** The same outlet may be tried in another way at another level, for one node. */
function isSamePlug(one: Outlet, other: Outlet): boolean {
  const ports = [portOfDevice(one.device), portOfDevice(other.device)];
  const differ = !ports.includes(null) && ports[0] !== ports[1];
  const isOtherWay = one.node === other.node && levelOf(one.device) !== levelOf(other.device);
  return !differ && !isOtherWay;
}

function tellOfOutlet(before: Outlet, { node, span }: Outlet, sink: DiagnosticSink): void {
  const message = `this power plug is already used in line ${before.span.line}`;
  const hint =
    before.node === node
      ? 'remove one: the plug is switched once for each level'
      : 'one plug for one machine: switching one off would switch both off';
  sink.error('duplicate-plug', span, message, hint);
}

// ---- what fails together ---------------------------------------------------------------------------

export function checkPower(cluster: ClusterDraft, sink: DiagnosticSink): void {
  for (const node of cluster.nodes) {
    const devices = node.power.filter(({ value, span }) => {
      const why = whyNoPower(value);
      if (isForTests(value)) {
        const message = 'fence_dummy switches nothing: it is for tests';
        sink.warning('not-power', span, message, 'name a power switch');
      }
      if (why === null) return true;
      const hint = 'what it calls off does not keep a machine from running; name a power switch';
      sink.error('not-power', span, `this is no proof that a node is off: ${why}`, hint);
      return false;
    });
    checkSharing(cluster, node, devices, sink);
    checkTimes(node, devices, sink);
  }
}

interface Judged extends Placed<PowerDevice> {
  readonly sharing: Sharing;
}

function checkSharing(
  cluster: ClusterDraft,
  node: NodeDraft,
  devices: readonly Placed<PowerDevice>[],
  sink: DiagnosticSink,
): void {
  const judged = devices.map((device) => ({
    ...device,
    sharing: sharingWith(cluster, node, device.value),
  }));
  const isAlone = (level: number) =>
    judged.every(({ value, sharing }) => levelOf(value) !== level || sharing.shares === 'nothing');
  const levels = [...new Set(devices.map(({ value }) => levelOf(value)))];
  const first = judged.find(({ sharing }) => sharing.shares !== 'nothing');
  if (first === undefined) return;
  if (!levels.some(isAlone)) {
    const beside = judged.find(({ sharing }) => sharing.shares === 'nothing') ?? null;
    return tellOfSharing(cluster, node, first, beside, sink);
  }
  for (const level of levels) checkMixed(level, judged, sink);
}

function tellOfSharing(
  cluster: ClusterDraft,
  node: NodeDraft,
  { value, span, sharing }: Judged,
  beside: Judged | null,
  sink: DiagnosticSink,
): void {
  const { shares, why } = sharing;
  const loses = shares === 'power' ? 'loses its power' : 'loses that host';
  const message =
    `the only proof that '${node.name}' is off shares its ${shares} (${why}): when '${node.name}' ${loses}, ` +
    `${value.agent} is silent, too, and unreachable is never off: a takeover would wait for a person`;
  const other =
    beside === null
      ? 'add a switch outside of the machine: power level 2 AGENT ...'
      : `put ${beside.value.agent} (line ${beside.span.line}) at a level of its own: power level 2 ${beside.value.agent} ...`;
  const choice = cluster.onSilence?.value === 'power' ? ', or choose `on-silence confirm`' : '';
  const hint = `${other}${choice}; if it has ${shares} of its own: power shares nothing ${value.agent} ...`;
  const code = `shared-${shares}`;
  if (cluster.onSilence?.value === 'power') sink.error(code, span, message, hint);
  else sink.warning(code, span, message, hint);
}

/** A level with both never says off: what stands outside takes the other one's voice away. */
function checkMixed(level: number, judged: readonly Judged[], sink: DiagnosticSink): void {
  const own = judged.filter(({ value }) => levelOf(value) === level);
  const inside = own.find(({ sharing }) => sharing.shares === 'power');
  const outside = own.find(({ sharing }) => sharing.shares === 'nothing');
  if (inside === undefined || outside === undefined) return;
  const message = `when ${outside.value.agent} (line ${outside.span.line}) has switched off, ${inside.value.agent} is silent: level ${level} never says off`;
  sink.warning('mixed-level', inside.span, message, 'put the two at levels of their own');
}

function sharingWith(cluster: ClusterDraft, node: NodeDraft, device: PowerDevice): Sharing {
  const known = sharingOf(device);
  if (known.shares !== 'nothing' || device.shares !== undefined) return known;
  const host = hostOfDevice(device);
  if (host === null || isLoopback(host)) return known;
  const console = node.console?.value;
  if (console !== undefined && isOnHost(console, host)) {
    return { shares: 'network', why: `${host} is also the host of its console` };
  }
  if (host === cluster.service?.value.host.toLowerCase()) {
    return { shares: 'network', why: `${host} is the service address, which the node itself has` };
  }
  return known;
}

// ---- time ------------------------------------------------------------------------------------------

/** Each device is switched, then asked; those of one box one after the other. */
function checkTimes(
  node: NodeDraft,
  devices: readonly Placed<PowerDevice>[],
  sink: DiagnosticSink,
): void {
  const levels = new Map<number, Map<string, number>>();
  for (const { value } of devices) {
    const boxes = levels.get(levelOf(value)) ?? new Map<string, number>();
    const box = boxOfDevice(value);
    boxes.set(box, (boxes.get(box) ?? 0) + 2 * (value.withinMs ?? WITHIN_MS_DEFAULT));
    levels.set(levelOf(value), boxes);
  }
  const longest = [...levels.values()].map((boxes) => Math.max(...boxes.values()));
  const sumMs = longest.reduce((sum, ms) => sum + ms, 0);
  const last = devices.at(-1);
  if (sumMs <= ALL_LEVELS_MS || last === undefined) return;
  const message = `switching '${node.name}' off and asking may take ${sumMs / 1000} s over all levels, and ${ALL_LEVELS_MS / 1000} s are waited for`;
  const hint = 'fewer levels, or shorter times: power within 15s ...';
  sink.error('power-too-slow', last.span, message, hint);
}
