/**
 * The steps of a takeover, found in the timeline: when each was done and how long it took. Called by
 * the demo for its summary. Pure. States are those of chat-scripts/sun-obp.chat.
 */
import type { OnSilence } from '../clist/cluster.ts';
import type { TimelineEntry } from './timeline-entry.ts';

/** On what a silent node is given up. */
const GROUNDS: Readonly<Record<OnSilence, string>> = {
  power: 'the power switch says: off',
  confirm: 'an operator says: off',
  trust: 'silence trusted, NOT proven',
};

/** What befalls the active node. */
export type Fault = 'panic' | 'power-off';

export interface Step {
  readonly what: string;
  readonly isIt: (entry: TimelineEntry) => boolean;
}

export interface Milestone {
  readonly what: string;
  /** Null: not seen. */
  readonly wall: number | null;
}

/** In the order in which they are reached; the last one is the login prompt. */
export function takeoverSteps(
  fault: Fault,
  onSilence: OnSilence,
  lost: string,
  heir: string,
): readonly Step[] {
  const ground = fault === 'panic' ? `${lost} fenced: it cannot run` : GROUNDS[onSilence];
  const proof: Step = { what: ground, isIt: ({ mark }) => mark === 'state taking-over' };
  const noticed: readonly Step[] =
    fault === 'panic'
      ? [
          { what: 'crash dump written', isIt: said(`site ${lost}`, /the dump has ended/) },
          { what: `${lost} at its firmware prompt`, isIt: ({ mark }) => mark === 'state down' },
          { what: `standby ${heir} asked: ready`, isIt: ({ mark }) => mark === 'state fencing' },
        ]
      : [
          { what: 'no login prompt', isIt: ({ mark }) => mark === 'state mute' },
          { what: 'no service either', isIt: ({ mark }) => mark === 'state doubtful' },
          { what: `standby ${heir} asked: ready`, isIt: ({ mark }) => mark === 'state fencing' },
        ];
  return [
    ...noticed,
    proof,
    { what: `boot typed at ${heir}`, isIt: said(`site ${heir}`, /boots from/) },
    { what: `login prompt on ${heir}`, isIt: said(`site ${heir}`, /login prompt/) },
  ];
}

function said(mark: string, text: RegExp): Step['isIt'] {
  return (entry) => entry.mark === mark && text.test(entry.text);
}

/** Each step from where the one before was found. `entries` in the order of time. */
export function findMilestones(
  entries: readonly TimelineEntry[],
  faultWall: number,
  steps: readonly Step[],
): readonly Milestone[] {
  let from = faultWall;
  return steps.map(({ what, isIt }) => {
    const found = entries.find((entry) => entry.wall >= from && isIt(entry));
    if (found === undefined) return { what, wall: null };
    from = found.wall;
    return { what, wall: found.wall };
  });
}
