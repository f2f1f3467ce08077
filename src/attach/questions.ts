/**
 * What a person is asked before something that cannot be taken back: short, with what clusterd knows
 * about the danger at this moment. Called by cluster-desk.ts. The answer is always the name of what
 * it is about: the usual mistake at night is the wrong window.
 */

import { visible } from '../log/visible.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedCluster } from './attached-cluster.ts';
import type { Danger } from './danger.ts';

export interface Ask {
  readonly lines: readonly string[];
  readonly prompt: string;
  readonly expected: string;
}

const LINE_CHARS_MAX = 120;

/** `work`: what is under way. */
export function workQuestion(cluster: AttachedCluster, work: readonly string[]): Ask {
  const { name } = cluster;
  return {
    lines: [
      ...work,
      'If you type, clusterd stops that at once and begins again when you are done.',
    ],
    prompt: `Type the cluster's name (${name}) to take over from clusterd: `,
    expected: name,
  };
}

export function lineQuestion(cluster: AttachedCluster, node: NodeIndex, danger: Danger): Ask {
  const name = cluster.nodes[node];
  const line = visible(danger.line).slice(0, LINE_CHARS_MAX);
  return {
    lines: [
      `HELD, not sent yet: ${line}`,
      `'${danger.word}' ${danger.what}, on ${name}.`,
      ...diskLines(cluster, node),
    ],
    prompt: `Type the node's name (${name}) to send it; anything else leaves it at the prompt: `,
    expected: name,
  };
}

export function breakQuestion(cluster: AttachedCluster, node: NodeIndex): Ask {
  const name = cluster.nodes[node];
  const isActive = cluster.status()?.active === name;
  const stops = `A BREAK stops what runs on ${name} at its firmware prompt`;
  return {
    lines: [
      isActive ? `${stops}. ${name} is the ACTIVE node: production stands still.` : `${stops}.`,
      "It goes on only when somebody types 'go' there. A stopped system is no proof of anything.",
    ],
    prompt: `Type the node's name (${name}) to send a BREAK: `,
    expected: name,
  };
}

/** Who has the disk: the one thing that decides whether a start destroys it. */
function diskLines(cluster: AttachedCluster, node: NodeIndex): readonly string[] {
  const status = cluster.status();
  if (status === null) return ['clusterd does not know who owns the disk.'];
  const name = cluster.nodes[node];
  if (status.ownerDoubt !== null)
    return ['Nobody is known to own the disk. Look at both nodes first.'];
  const other = cluster.nodes[node === 0 ? 1 : 0];
  const against = status.nodes.find((one) => one.name === other)?.evidence ?? [];
  const fresh = against.find(({ stale }) => !stale);
  const proof =
    fresh === undefined
      ? `clusterd has NO PROOF that ${other} cannot run: two systems on one disk destroy it.`
      : `${other} is ${fresh.grade}, as of ${Math.round(fresh.ageMs / 1000)} s ago.`;
  return [`${status.active === name ? name : other} owns the disk of ${cluster.name}. ${proof}`];
}
