/** How a run finds its site, and what its journal says by then. For simulated-run.ts. */
import type { JournalRecord } from '../machine/protocol.ts';
import { DISK_PATHS, type SiteOptions } from '../sim/site-options.ts';
import type { Plan } from './plan.ts';

type Nodes = NonNullable<SiteOptions['nodes']>;

const STARTS: Readonly<Record<Plan['start'], Nodes>> = {
  usual: [
    { name: 'n1', start: 'running' },
    { name: 'n2', start: 'parked' },
  ],
  moved: [
    { name: 'n1', start: 'parked' },
    { name: 'n2', start: 'running' },
  ],
  cold: [
    { name: 'n1', start: 'parked' },
    { name: 'n2', start: 'parked' },
  ],
};

/** The machines of a run, as it finds them. */
export function nodesOf({ start, hasBadAlias }: Plan): Nodes {
  return hasBadAlias ? withBadAlias(STARTS[start]) : STARTS[start];
}

function withBadAlias([one, other]: Nodes): Nodes {
  const aliases = { disk: `${DISK_PATHS.d1}:a` };
  return [
    { ...one, aliases },
    { ...other, aliases },
  ];
}

/** The first node was parked, then booted by the daemon, long ago. */
export const HISTORY: readonly JournalRecord[] = [
  { kind: 'intent', verb: 'boot', node: 'n1', path: 'disk', pathIndex: 0, parkedBefore: true },
  { kind: 'production', node: 'n1', why: 'login answers' },
];
