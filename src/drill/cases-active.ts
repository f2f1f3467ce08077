/** Cases in which the active node is lost: the list of domain's acceptance drill, and ours. */
import type { Conduct } from './conduct.ts';
import type { DrillCase, Policy } from './drill-case.ts';
import type { Fault } from './fault.ts';

const TAKEOVER = 'takeover within the promise, after proof, nothing acknowledged lost';
const DATA = 'what the active system had not yet written to the disk';

export const ACTIVE_CASES: readonly DrillCase[] = [
  {
    name: 'panic',
    title: 'the active system panics',
    expected: () => `the dump is waited for; ${TAKEOVER}`,
    risk: DATA,
    faults: (active) => [{ kind: 'panic', node: active }],
    run: async (drill) => {
      await drill.strike({ kind: 'panic', node: drill.active });
      await drill.takeover(drill.active, drill.standby);
    },
  },
  {
    name: 'hang',
    title: 'the active system hangs without a panic',
    expected: () => `its taps stay unanswered, the network is dead: ${TAKEOVER}`,
    risk: DATA,
    faults: (active) => [{ kind: 'hang', node: active }],
    run: async (drill) => {
      await drill.strike({ kind: 'hang', node: drill.active });
      await drill.takeover(drill.active, drill.standby);
    },
  },
  {
    name: 'active-power-off',
    title: 'the active node loses its power',
    expected: expectedOfSilence,
    risk: DATA,
    faults: powerFaults,
    run: async (drill) => {
      await loseActive(drill, drill.active, drill.standby);
    },
  },
  {
    name: 'power-returns',
    title: 'the power of the lost node returns during the takeover',
    expected: (policy) => `${expectedOfSilence(policy)}; the lost node stays at its prompt`,
    risk: DATA,
    faults: powerFaults,
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'power-off', node: active }, { kind: 'power-on', node: active });
      await confirmIfAsked(drill, active);
      await drill.sees(
        `the boot of ${standby}`,
        ({ what }) => what.kind === 'deed' && what.deed === 'boot' && what.node === standby,
      );
      await drill.takeBack({ kind: 'power-on', node: active });
      await drill.takeover(active, standby);
    },
  },
  {
    name: 'panic-alone',
    title: 'the active system panics while the standby is without power',
    expected: () => 'no takeover is possible: the active node itself is booted again',
    inapplicable: ({ onSilence }) =>
      onSilence === 'power'
        ? null
        : `nothing can prove that the standby is off (on-silence ${onSilence})`,
    risk: DATA,
    faults: (active, standby) => [
      { kind: 'power-off', node: standby },
      { kind: 'panic', node: active },
      { kind: 'power-on', node: standby },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'power-off', node: standby }, { kind: 'power-on', node: standby });
      await drill.alarm();
      await drill.strike({ kind: 'panic', node: active });
      await drill.restart(active, standby);
    },
  },
  {
    name: 'network-out',
    title: "the active node's network cable is pulled",
    expected: expectedOfService,
    risk: DATA,
    faults: (active) => [
      { kind: 'network-out', node: active },
      { kind: 'network-in', node: active },
    ],
    run: async (drill) => {
      const { active } = drill;
      await drill.strike(
        { kind: 'network-out', node: active },
        { kind: 'network-in', node: active },
      );
      await serviceLost(drill);
    },
  },
  {
    name: 'address-changed',
    title: "somebody changes the active system's network address",
    expected: (policy) => `${expectedOfService(policy)}; if that does not help, an alarm`,
    risk: DATA,
    faults: () => [{ kind: 'address-wrong' }, { kind: 'address-right' }],
    run: async (drill) => {
      await drill.strike({ kind: 'address-wrong' }, { kind: 'address-right' });
      await serviceLost(drill);
      // The change stands on the disk: the other node has the wrong address, too.
      if (drill.policy.serviceLost === 'takeover') await drill.rests();
      if ((await drill.bootCount()) > 1) drill.fail('more than one takeover');
    },
  },
  {
    name: 'cascade',
    title: 'switchover, panic and power failure, one after the other',
    expected: (policy) => `switchover, takeover, and ${expectedOfSilence(policy)}`,
    risk: DATA,
    faults: (active, standby) => [
      ...powerFaults(active),
      ...powerFaults(standby),
      { kind: 'panic', node: standby },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.say('switchover');
      await drill.takeover(active, standby);
      await drill.setUpAgain();
      await drill.calm();
      await drill.strike({ kind: 'panic', node: standby });
      await drill.takeover(standby, active);
      await drill.setUpAgain();
      await drill.calm();
      await loseActive(drill, active, standby);
    },
  },
];

/** The power of this node fails, and comes back once the other has taken over. */
export async function loseActive(drill: Conduct, node: string, other: string): Promise<void> {
  await drill.strike({ kind: 'power-off', node }, { kind: 'power-on', node });
  await confirmIfAsked(drill, node);
  await drill.takeover(node, other);
  await drill.takeBack({ kind: 'power-on', node });
}

async function confirmIfAsked(drill: Conduct, node: string): Promise<void> {
  if (drill.policy.onSilence !== 'confirm') return;
  await drill.alarm();
  // What wrote to its console half a minute ago is not believed to be off.
  await drill.pause(BELIEVED_AFTER_MS);
  await drill.say('confirm', node);
}

const BELIEVED_AFTER_MS = 35_000;

async function serviceLost(drill: Conduct): Promise<void> {
  const { active, standby, policy } = drill;
  if (policy.serviceLost === 'takeover') return drill.takeover(active, standby);
  await drill.alarm();
  await drill.untouched(active, 5_000);
}

function powerFaults(node: string): readonly Fault[] {
  return [
    { kind: 'power-off', node },
    { kind: 'power-on', node },
  ];
}

function expectedOfSilence({ onSilence }: Policy): string {
  if (onSilence === 'confirm') return `an alarm; on an operator's word ${TAKEOVER}`;
  const ground = onSilence === 'power' ? 'the power device says off' : 'the silence is trusted';
  return `${ground}: ${TAKEOVER}`;
}

function expectedOfService({ serviceLost }: Policy): string {
  return serviceLost === 'takeover'
    ? 'its console answers, clients cannot reach it: takeover, once'
    : 'its console answers, clients cannot reach it: an alarm, nothing is done';
}
