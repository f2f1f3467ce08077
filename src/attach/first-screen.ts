/**
 * What a terminal shows first: the last lines of its console, and from when they are. Called by
 * cluster-desk.ts.
 */
import type { Clock } from '../clock/clock.ts';
import { formatLocal } from '../log/wall-time.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedCluster } from './attached-cluster.ts';
import { readLastLines } from './last-lines.ts';

/** `mark`: the remark in the transcript up to which it is read. */
export async function firstScreen(
  { ears, transcripts, nodes, name }: AttachedCluster,
  node: NodeIndex,
  lines: number,
  mark: string,
  clock: Clock,
): Promise<{ readonly last: string; readonly remark: string }> {
  ears.flush();
  const last = await readLastLines(transcripts[node], lines, mark, clock);
  const when = last.wall === null ? '' : `, the newest from ${formatLocal(last.wall).slice(0, -4)}`;
  const above = last.count === 0 ? 'nothing' : `${last.count} lines${when}`;
  const gap = last.isWhole ? '' : '; the transcript cannot be written, so some may be missing';
  const remark = `above: ${above}${gap}; from here on live: ${name}/${nodes[node]}`;
  return { last: last.text, remark };
}
