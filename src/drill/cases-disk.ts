/** Cases with the shared disk, and with clusterd itself. */
import { loseActive } from './cases-active.ts';
import type { DrillCase, Policy } from './drill-case.ts';

const NO_MIRROR = 'CList gives only one boot path: without a mirror both nodes are held';
const ROUNDS = 10;

export const DISK_CASES: readonly DrillCase[] = [
  {
    name: 'disk-off',
    title: 'one half of the mirrored disk loses its power, then the active system panics',
    expected: () => 'nothing until a boot is needed; then a boot from the next path',
    inapplicable: needsMirror,
    risk: 'the mirror is not redundant until it is equal again',
    faults: (active) => [
      { kind: 'disk-off' },
      { kind: 'panic', node: active },
      { kind: 'disk-on' },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'disk-off' }, { kind: 'disk-on' });
      await drill.untouched(active, 2_000);
      await drill.strike({ kind: 'panic', node: active });
      await drill.takeover(active, standby);
    },
  },
  {
    name: 'label-corrupted',
    title: 'the label of one half of the disk is destroyed, then the active system panics',
    expected: () => 'nothing until a boot is needed; then a boot from the next path',
    inapplicable: needsMirror,
    risk: 'the disk of which the label is destroyed: keep a copy',
    faults: (active) => [
      { kind: 'label-bad' },
      { kind: 'panic', node: active },
      { kind: 'label-good' },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'label-bad' }, { kind: 'label-good' });
      await drill.untouched(active, 2_000);
      await drill.strike({ kind: 'panic', node: active });
      await drill.takeover(active, standby);
    },
  },
  {
    name: 'broken-root',
    title: 'the root on the shared disk does not boot any more, then the active system panics',
    expected: () =>
      'a bounded number of boots, then an alarm and rest; repaired and told: production',
    risk: 'the root file system on the shared disk: keep a copy',
    faults: (active) => [
      { kind: 'root-broken' },
      { kind: 'panic', node: active },
      { kind: 'root-good' },
    ],
    run: async (drill) => {
      await drill.strike({ kind: 'root-broken' }, { kind: 'root-good' });
      await drill.strike({ kind: 'panic', node: drill.active });
      await drill.rests();
      drill.note(`${await drill.bootCount()} boots were tried`);
      await drill.takeBack({ kind: 'root-good' });
      await drill.wake();
      await drill.calm();
    },
  },
  {
    name: 'daemon-killed',
    title: 'the daemon is killed in the middle of a takeover',
    expected: () => 'started again, it proves everything anew and finishes the takeover',
    risk: 'what the active system had not yet written to the disk',
    faults: (active) => [
      { kind: 'panic', node: active },
      { kind: 'kill-daemon' },
      { kind: 'start-daemon' },
    ],
    run: async (drill) => {
      const { active, standby } = drill;
      await drill.strike({ kind: 'panic', node: active });
      await drill.sees(
        `the first deed to ${active}`,
        ({ what }) => what.kind === 'deed' && what.node === active,
      );
      await drill.interrupt({ kind: 'kill-daemon' }, { kind: 'start-daemon' });
      await drill.takeBack({ kind: 'start-daemon' });
      await drill.takeover(active, standby);
    },
  },
  {
    name: 'ten-power-offs',
    title: 'ten power failures of the active node, one after the other',
    expected: () => 'ten takeovers; the file system clean, no acknowledged record lost',
    inapplicable: ({ onSilence }: Policy) =>
      onSilence === 'confirm' ? 'each would need a person (on-silence confirm)' : null,
    risk: 'what the active system had not yet written to the disk',
    faults: (active, standby) =>
      [active, standby].flatMap((node) => [
        { kind: 'power-off', node } as const,
        { kind: 'power-on', node } as const,
      ]),
    run: async (drill) => {
      for (let round = 0; round < ROUNDS; round++) {
        const even = round % 2 === 0;
        const lost = even ? drill.active : drill.standby;
        await loseActive(drill, lost, even ? drill.standby : drill.active);
        await drill.setUpAgain();
        await drill.calm();
      }
    },
  },
];

function needsMirror({ hasMirror }: Policy): string | null {
  return hasMirror ? null : NO_MIRROR;
}
