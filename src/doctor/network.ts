/**
 * The service and reference addresses, each asked once, the way the daemon asks them. Called by
 * examine.ts.
 */
import type { Cluster, ProbeTarget } from '../clist/cluster.ts';
import type { Clock } from '../clock/clock.ts';
import { systemProbers } from '../probe/system-probers.ts';
import { type DoctorCheck, type Finding, found, timed } from './check.ts';

const WITHIN_MS = 6_000;
const INTERVAL_MS = 1_000;

interface Reached {
  readonly answered: boolean;
  readonly detail: string;
  /** What the prober complained about. */
  readonly troubles: readonly string[];
}

function reach(target: ProbeTarget, clock: Clock): Promise<Reached> {
  const troubles: string[] = [];
  return new Promise((resolve) => {
    const probers = systemProbers(clock, (text) => troubles.push(text));
    const settle = (answered: boolean, detail: string) => {
      cancel();
      prober.stop();
      resolve({ answered, detail, troubles });
    };
    const cancel = clock.after(WITHIN_MS, () => settle(false, troubles[0] ?? 'could not be asked'));
    const prober = probers[target.kind]((_, answered, detail) => settle(answered, detail));
    const { host } = target;
    const port = target.kind === 'tcp' ? target.port : 0;
    const key = target.kind === 'tcp' ? `${host}:${port}` : host;
    prober.ask([{ key, host, port, intervalMs: INTERVAL_MS }]);
  });
}

function shown(target: ProbeTarget): string {
  return target.kind === 'tcp' ? `tcp ${target.host}:${target.port}` : `ping ${target.host}`;
}

function judge(what: string, target: ProbeTarget, { answered, detail }: Reached): Finding {
  const text = `${shown(target)}: ${detail}`;
  if (answered) return { verdict: 'ok', text };
  const service = 'is production up, and the address right?';
  const reference =
    'name an address that always answers: without any, our own network is not judged';
  return { verdict: 'fail', text, remedy: what === 'service' ? service : reference };
}

export async function lookAtNetwork(
  { name, service, references }: Cluster,
  clock: Clock,
  tell: (check: DoctorCheck) => void,
): Promise<void> {
  if (service === null) {
    const text = 'CList names no service address: a hang stays unnoticed';
    tell(found(name, 'service', { verdict: 'warn', text, remedy: 'add `service` to CList' }));
  }
  if (references.length === 0) {
    const text = 'CList names none: when our own network fails, every service looks dead';
    tell(found(name, 'reference', { verdict: 'warn', text, remedy: 'add `reference` to CList' }));
  }
  const all = [
    ...(service === null ? [] : [{ what: 'service', target: service }]),
    ...references.map((target) => ({ what: 'reference', target })),
  ];
  const troubles = new Set<string>();
  const asked = all.map(async ({ what, target }) => {
    const check = await timed(clock, name, what, async () => {
      const reached = await reach(target, clock);
      for (const text of reached.troubles) troubles.add(text);
      return judge(what, target, reached);
    });
    tell(check);
  });
  await Promise.all(asked);
  for (const text of troubles) {
    const remedy = 'apt-get install fping; ping alone is good for about a hundred addresses';
    tell(found(name, 'prober', { verdict: 'warn', text, remedy }));
  }
}
