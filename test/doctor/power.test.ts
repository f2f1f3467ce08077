/** What the doctor says of a power device that does not answer. */
import { expect, test } from 'vitest';
import type { Cluster, PowerDevice } from '../../src/clist/cluster.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type { ClusterRunner } from '../../src/cluster/runner.ts';
import type { DoctorCheck } from '../../src/doctor/check.ts';
import { lookAtPower } from '../../src/doctor/power.ts';

const SPAN = { file: 'CList', line: 1, column: 1, endColumn: 2 };
const silent = { outcome: 'no-answer', detail: 'status: it said nothing' } as const;

async function remedyFor(device: PowerDevice): Promise<string> {
  const told: DoctorCheck[] = [];
  const nodes = [
    { name: 'n1', power: [device] },
    { name: 'n2', power: [] },
  ];
  await lookAtPower({
    clock: new SimulatedClock(),
    cluster: { name: 'demo', onSilence: 'power', nodes } as unknown as Cluster,
    runner: { status: () => null } as unknown as ClusterRunner,
    agents: { off: async () => silent, status: async () => silent, check: async () => silent },
    tell: (check) => told.push(check),
  });
  return told[0]?.remedy ?? '';
}

test('an agent is asked by hand without a password that stands in CList', async () => {
  const options = [
    { name: 'ip', value: '10.0.0.5' },
    { name: 'password', value: 'hush-hush' },
    { name: 'plug', value: "it's 3" },
  ];
  expect(await remedyFor({ agent: 'fence_apc', options })).toBe(
    `by hand: printf '%s\\n' 'ip=10.0.0.5' 'password=(as in CList)' 'plug=it'\\''s 3' 'action=status' | fence_apc; echo $?`,
  );
});

test('a service processor is no program: a person logs in there', async () => {
  const address = { kind: 'telnet', host: '10.0.0.7', port: 23 } as const;
  const via = { library: 'alom', values: [], span: SPAN, address };
  expect(await remedyFor({ agent: 'via alom', options: [], via })).toBe(
    "by hand: log in at telnet 10.0.0.7:23 and ask as chat-scripts/lib/alom.chat does in 'to ask-power'",
  );
});
