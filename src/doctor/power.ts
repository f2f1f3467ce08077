/**
 * The power devices of a cluster, each asked as it would be asked at night, but switched never. What a
 * device says is compared with what the console of the node shows. Called by examine.ts.
 */
import type { Cluster, PowerDevice } from '../clist/cluster.ts';
import { formatConsole } from '../clist/console-place.ts';
import { looksSecret } from '../clist/masking.ts';
import { nameOfDevice } from '../clist/power-place.ts';
import { formatSecretPlace } from '../clist/secrets.ts';
import type { Clock } from '../clock/clock.ts';
import type { ClusterRunner } from '../cluster/runner.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { FenceAgents } from '../transport/fence-agent.ts';
import { shellLine } from '../transport/shell-line.ts';
import { type DoctorCheck, type Finding, found, timed } from './check.ts';

export interface PowerParts {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly runner: ClusterRunner;
  readonly agents: FenceAgents;
  readonly tell: (check: DoctorCheck) => void;
}

/** A machine that wrote within so long has power. */
const ALIVE_MS = 60_000;

export async function lookAtPower(parts: PowerParts): Promise<void> {
  const { cluster, tell } = parts;
  const nodes: readonly NodeIndex[] = [0, 1];
  if (cluster.onSilence === 'power' && cluster.nodes.every(({ power }) => power.length === 0)) {
    const text = 'on-silence power, and no node has a power device';
    tell(found(cluster.name, 'power', { verdict: 'fail', text, remedy: 'add `power` to CList' }));
  }
  const asked = nodes.flatMap((node) =>
    cluster.nodes[node].power.map(async (device) => tell(await askDevice(parts, node, device))),
  );
  await Promise.all(asked);
}

function askDevice(parts: PowerParts, node: NodeIndex, device: PowerDevice) {
  const { clock, cluster, runner, agents } = parts;
  const { name } = cluster.nodes[node];
  return timed(clock, name, `power ${nameOfDevice(device)}`, async () => {
    const { outcome, detail } = await agents.check(device, true);
    const heard = runner.status()?.nodes[node]?.silentForMs ?? null;
    const isAlive = heard !== null && heard < ALIVE_MS;
    return judge(outcome, detail, isAlive, byHand(device));
  });
}

function judge(outcome: string, detail: string, isAlive: boolean, remedy: string): Finding {
  switch (outcome) {
    case 'on':
      return { verdict: 'ok', text: `says on (${detail})` };
    case 'off': {
      if (!isAlive)
        return { verdict: 'warn', text: `says off (${detail}): is that meant?`, remedy };
      const text = `SAYS OFF, and the console of that node wrote within the last minute (${detail})`;
      return { verdict: 'fail', text, remedy: `right outlet?  right device?  ${remedy}` };
    }
    case 'put-off':
      return { verdict: 'not-tried', text: 'it is being used just now' };
    default:
      return { verdict: 'fail', text: `does not answer: ${detail}`, remedy };
  }
}

/** What a person types to ask it himself; secrets by their place, or not at all. */
function byHand({ agent, options, via }: PowerDevice): string {
  if (via !== undefined) {
    return `by hand: log in at ${formatConsole(via.address)} and ask as chat-scripts/lib/${via.library}.chat does in 'to ask-power'`;
  }
  const shown = options.map(({ name, value }) => {
    if (typeof value !== 'string') return `${name}=${formatSecretPlace(value)}`;
    return `${name}=${looksSecret(name) ? '(as in CList)' : value}`;
  });
  const words = [...shown, 'action=status'].map((word) => shellLine([word])).join(' ');
  return `by hand: printf '%s\\n' ${words} | ${agent}; echo $?`;
}
