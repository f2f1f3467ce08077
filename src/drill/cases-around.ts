/** Cases in which something around production is broken, and production must not be harmed. */
import type { DrillCase } from './drill-case.ts';

/** So long nothing may be done to the active node after the alarm. */
const WATCHED_MS = 3_000;

export const AROUND_CASES: readonly DrillCase[] = [
  {
    name: 'standby-power-off',
    title: 'the standby loses its power',
    expected: () => 'an alarm; nothing is done to the active node',
    risk: null,
    faults: (_, standby) => [
      { kind: 'power-off', node: standby },
      { kind: 'power-on', node: standby },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'power-off', node: standby }, { kind: 'power-on', node: standby });
      await drill.alarm();
      await drill.untouched(active, WATCHED_MS);
    },
  },
  {
    name: 'standby-booted',
    title: 'somebody boots the standby from the shared disk',
    expected: () =>
      'it is stopped before it mounts the disk and parked again; an alarm; it can still take over',
    risk: 'the file system on the shared disk, if the BREAK comes too late: measured here',
    faults: (_, standby) => [{ kind: 'boot-by-hand', node: standby }],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'boot-by-hand', node: standby });
      await drill.alarm();
      await drill.sees(
        `a BREAK to ${standby}`,
        ({ what }) => what.kind === 'deed' && what.deed === 'break' && what.node === standby,
      );
      await drill.shows(
        `${standby} is stopped, and no alarm stands`,
        ({ status }) =>
          (status?.nodes ?? []).some(
            ({ name, evidence }) => name === standby && evidence.length > 0,
          ) && status?.alarms.length === 0,
      );
      await drill.untouched(active, 0);
      // A system sleeps there now, which clusterd does not reset beside one that runs: booting does.
      await drill.say('switchover');
      await drill.takeover(active, standby);
    },
  },
  {
    name: 'stray-break',
    title: 'a BREAK that nobody meant stops the active system',
    expected: () => 'it is let go on; no takeover',
    risk: 'connections of clients, if the system is stopped for long',
    faults: (active) => [{ kind: 'break', node: active }],
    run: async (drill) => {
      const { active } = drill;
      await drill.strike({ kind: 'break', node: active });
      await drill.sees(
        `${active} is let go on`,
        ({ what }) => what.kind === 'deed' && what.deed === 'resume' && what.node === active,
      );
      await drill.calm();
      if ((await drill.bootCount()) > 0) drill.fail('a node was booted');
    },
  },
  {
    name: 'console-down',
    title: 'the way to the console of the active node is cut',
    expected: () => 'nothing is concluded from it: no takeover, nothing is done to the active node',
    risk: null,
    faults: (active) => [
      { kind: 'console-down', node: active },
      { kind: 'console-up', node: active },
    ],
    run: async (drill) => {
      const { active } = drill;
      await drill.strike(
        { kind: 'console-down', node: active },
        { kind: 'console-up', node: active },
      );
      await drill.shows(`the console of ${active} is shown as lost`, ({ status }) =>
        (status?.nodes ?? []).some(
          ({ name, channel }) => name === active && channel !== 'connected',
        ),
      );
      await drill.untouched(active, WATCHED_MS);
    },
  },
  {
    name: 'swapped-consoles',
    title: 'the two console cables are swapped',
    expected: () => 'an alarm; production goes on, no node is booted',
    risk: 'a BREAK may reach the active node; it is let go on',
    faults: () => [{ kind: 'swap-consoles' }, { kind: 'unswap-consoles' }],
    run: async (drill) => {
      await drill.strike({ kind: 'swap-consoles' }, { kind: 'unswap-consoles' });
      await drill.alarm();
      await drill.pause(WATCHED_MS);
      await drill.takeBack({ kind: 'unswap-consoles' });
      await drill.say('hold');
      await drill.say('release');
      await drill.calm();
      if ((await drill.bootCount()) > 0) drill.fail('a node was booted');
    },
  },
];
