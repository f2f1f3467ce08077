/**
 * The consoles of a cluster, looked at through its runner: channel, the other end of the wire, what
 * answers there, identity, parked values, aliases. What is typed is only what the library's dialogues
 * `tap`, `ready` and `aliases` type, and the engine lets nothing of them through that is not harmless.
 * Called by examine.ts. Must never type on a node of which nobody knows whether it minds.
 */
import type { Cluster, ConsoleAddress } from '../clist/cluster.ts';
import { formatConsole } from '../clist/console-place.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import { assertNever } from '../language/assert-never.ts';
import type { ClusterStatus, NodeStatus } from '../machine/describe.ts';
import { BUSY } from '../machine/look.ts';
import type { LookAnswer, NodeIndex } from '../machine/protocol.ts';
import { judgeAliases } from './aliases.ts';
import { type DoctorCheck, type Finding, found, timed } from './check.ts';

export interface ConsoleParts {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly runner: ClusterRunner;
  readonly operator: string;
  /** RETURN on the active node although nobody knows what it does. */
  readonly tap: boolean;
  readonly tell: (check: DoctorCheck) => void;
}

const ASK_MS = 5_000;
const AGAIN_MS = 500;
/** The script's own dialogue may take so long. */
const BUSY_MS_MAX = 150_000;
const NODES: readonly NodeIndex[] = [0, 1];

export async function lookAtConsoles(parts: ConsoleParts): Promise<void> {
  const { runner, cluster, tell } = parts;
  if (runner.fault !== null) {
    const text = `not controlled: ${runner.fault}`;
    const remedy = `clusterd restart ${cluster.name}`;
    tell(found(cluster.name, 'control', { verdict: 'fail', text, remedy }));
  }
  await Promise.all(NODES.map(async (node) => tell(await askConsole(parts, node))));
  const status = runner.status();
  if (status === null) return;
  const active: NodeIndex = status.nodes[1]?.role === 'active' ? 1 : 0;
  await lookAtActive(parts, active);
  await lookAtStandby(parts, active === 0 ? 1 : 0);
  tellIdentity(parts, runner.status() ?? status);
}

// ---- the wire ----------------------------------------------------------------------------------

function askConsole({ clock, cluster, runner }: ConsoleParts, node: NodeIndex) {
  const { name, console } = cluster.nodes[node];
  const place = formatConsole(console);
  return timed(clock, name, 'console', async (): Promise<Finding> => {
    const status = runner.status()?.nodes[node];
    if (status === undefined) return { verdict: 'fail', text: 'its machine cannot be described' };
    if (status.channel === 'busy') return busy(place, status);
    if (status.channel !== 'connected') return lost(place, console, status);
    const { answers, detail } = await runner.askConsole(node, ASK_MS);
    // Of a program nobody can know more; what is typed next shows the rest.
    const isFine = answers || console.kind === 'exec';
    if (isFine) return { verdict: 'ok', text: `${place} is connected; ${detail}` };
    const remedy = `is the wire whole, and the other end up?  clusterd attach ${name}`;
    return { verdict: 'warn', text: `${place} is connected, but: ${detail}`, remedy };
  });
}

function busy(place: string, { channelDetail }: NodeStatus): Finding {
  const text = `${place} is taken by somebody else: ${channelDetail}`;
  return { verdict: 'fail', text, remedy: 'end the other session on that port' };
}

function lost(
  place: string,
  address: ConsoleAddress,
  { channel, channelDetail }: NodeStatus,
): Finding {
  const remedy = remedyFor(address);
  return { verdict: 'fail', text: `${place} is ${channel}: ${channelDetail}`, remedy };
}

function remedyFor(address: ConsoleAddress): string {
  switch (address.kind) {
    case 'serial':
      return `is the adapter plugged in, and may the daemon's user open it?  ls -l ${address.path}`;
    case 'unix':
      return `does the program that makes it run, and may the daemon's user write to it?  ls -l ${address.path}`;
    case 'exec':
      return 'run that program by hand, as the user of the daemon, and see what it says';
    case 'telnet':
    case 'tcp':
    case 'ssh':
      return `right host and port in CList?  is it up?  from this host: nc -vz ${address.host} ${address.port}`;
    default:
      return assertNever(address);
  }
}

// ---- what answers ------------------------------------------------------------------------------

/** The engine may be in a dialogue of the script's own: asked again until that is over. */
async function look(
  { clock, runner, operator }: ConsoleParts,
  dialogue: string,
  node: NodeIndex,
): Promise<LookAnswer> {
  const until = clock.now().at + BUSY_MS_MAX;
  for (;;) {
    const answer = await runner.look(dialogue, node, operator);
    if (answer.note !== BUSY || clock.now().at >= until) return answer;
    await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
  }
}

function isConnected({ runner }: ConsoleParts, node: NodeIndex): boolean {
  return runner.status()?.nodes[node]?.channel === 'connected';
}

async function lookAtActive(parts: ConsoleParts, node: NodeIndex): Promise<void> {
  const { clock, cluster, runner, tap, tell } = parts;
  const { name } = cluster.nodes[node];
  const what = 'login prompt';
  if (!isConnected(parts, node)) {
    return tell(found(name, what, notTried('its console is not connected')));
  }
  const condition = runner.status()?.nodes[node]?.condition ?? 'unknown';
  if (condition !== 'running' && !tap) {
    const text = `it is the active node and was not seen running since its console was connected: RETURN might mean something there`;
    const remedy = `if RETURN is harmless there: clusterd doctor ${cluster.name} --tap`;
    return tell(found(name, what, { verdict: 'not-tried', text, remedy }));
  }
  tell(
    await timed(clock, name, what, async () => {
      const answer = await look(parts, 'tap', node);
      if (answer.done) return { verdict: 'ok', text: 'RETURN is answered with the login prompt' };
      return judged(parts, name, answer);
    }),
  );
}

async function lookAtStandby(parts: ConsoleParts, node: NodeIndex): Promise<void> {
  const { clock, cluster, runner, tell } = parts;
  const { name, bootPaths } = cluster.nodes[node];
  const status = runner.status()?.nodes[node];
  const why = whyNotStandby(status);
  if (why !== null) {
    for (const what of ['prompt, parked', 'aliases']) tell(found(name, what, notTried(why)));
    return;
  }
  const ready = await timed(clock, name, 'prompt, parked', async () => {
    const answer = await look(parts, 'ready', node);
    const text = 'answers RETURN at its prompt, shows its identity, every parked value read back';
    return answer.done ? { verdict: 'ok', text } : judged(parts, name, answer);
  });
  tell(ready);
  if (ready.verdict === 'not-tried') return tell(found(name, 'aliases', notTried(ready.text)));
  tell(
    await timed(clock, name, 'aliases', async () => {
      const answer = await look(parts, 'aliases', node);
      return answer.done
        ? judgeAliases(answer.heard, bootPaths, name)
        : judged(parts, name, answer);
    }),
  );
}

function whyNotStandby(status: NodeStatus | undefined): string | null {
  if (status === undefined || status.channel !== 'connected') return 'its console is not connected';
  if (!status.inService) return 'it is out of service: nothing is typed there';
  if (status.condition === 'running') return 'a system runs there';
  if (status.condition === 'held') return 'a system is suspended there';
  return null;
}

function notTried(text: string): Finding {
  return { verdict: 'not-tried', text };
}

/** What a failed look means, as far as the engine itself names it. */
const REMEDIES: Readonly<Record<string, string>> = {
  garbled:
    'wrong speed or parity?  a slower `pace` in CList?  see what comes: clusterd attach NODE',
  silent: 'right port, cable and speed?  has it power?  see for yourself: clusterd attach NODE',
  busy: 'something prints there without end: clusterd attach NODE',
  running:
    'shut it down to its prompt, if it should be the standby; else: clusterd owner CLUSTER NODE',
  different: 'clusterd parks it in `watch`; until then a takeover refuses: clusterd status CLUSTER',
  'wrong-node': 'plug the lines as CList says, or exchange the `console` lines in CList and reload',
};

function judged({ cluster }: ConsoleParts, node: string, answer: LookAnswer): Finding {
  const { failure, note } = answer;
  if (failure === 'not-looked') {
    const disarmed = note.startsWith('disarmed');
    const way = `clusterd stop, clusterd doctor ${cluster.name}, clusterd start; or arm it`;
    return { verdict: 'not-tried', text: note, ...(disarmed ? { remedy: way } : {}) };
  }
  const remedy = REMEDIES[failure] ?? 'see what it shows: clusterd attach NODE';
  const text = note === '' ? failure : `${failure}: ${note}`;
  const filled = remedy.replaceAll('NODE', node).replaceAll('CLUSTER', cluster.name);
  return { verdict: 'fail', text, remedy: filled };
}

// ---- who is on which line ----------------------------------------------------------------------

function tellIdentity({ cluster, tell }: ConsoleParts, status: ClusterStatus): void {
  if (status.cables !== null) {
    const remedy = `plug them as CList says, or exchange the console lines in CList; then clusterd reload, clusterd release ${cluster.name}`;
    tell(found(cluster.name, 'cables', { verdict: 'fail', text: status.cables, remedy }));
  }
  for (const node of status.nodes) {
    tell(found(node.name, 'identity', identityOf(node, status.inhibited)));
  }
}

function identityOf(node: NodeStatus, inhibited: string | null): Finding {
  const { identity, identityForMs, identityShown, identityShownIs, role, channel } = node;
  const age = `${Math.round((identityForMs ?? 0) / 1000)} s ago`;
  switch (identity) {
    case 'proven':
      return { verdict: 'ok', text: `proven ${age}: its console showed it` };
    case 'carried':
      return { verdict: 'ok', text: `carried: shown ${age}, nothing spoke against it since` };
    case 'contradicted': {
      const whose = identityShownIs === null ? '' : `, which is ${identityShownIs}'s`;
      const text = `contradicted: the line shows ${identityShown ?? '?'}${whose}`;
      return { verdict: 'fail', text, remedy: 'compare the cables with CList' };
    }
    case 'unknown': {
      if (channel !== 'connected') return notTried('its console is not connected');
      if (role === 'active') return notTried('a running system does not show it');
      if (inhibited !== null) return notTried('not yet shown, and nothing is sent');
      const text = 'not shown: which machine is on this line is not known';
      return { verdict: 'fail', text, remedy: `see what it shows: clusterd attach ${node.name}` };
    }
  }
}
