/**
 * Commands on a node, for chat scripts, as the trusted user that CList names for it. Made into runner
 * parts by shared-parts.ts. Arguments reach the program there one by one: what stands in them is never
 * read by the shell of the node.
 */
import type { ClusterNode } from '../clist/cluster.ts';
import type { CommandOutcome } from '../cluster/parts.ts';
import { visible } from '../log/visible.ts';
import type { RunningCommand } from '../transport/command.ts';
import { shellLine } from '../transport/shell-line.ts';
import { runOverSsh } from '../transport/ssh-command.ts';
import type { SshParts } from '../transport/ssh-connection.ts';

/** So much of a command's output goes to the machine, as the detail of its event. */
const DETAIL_CHARS = 500;

/** The returned function ends it early. */
export function runOnNode(
  { name, admin }: ClusterNode,
  argv: readonly string[],
  withinMs: number,
  parts: SshParts,
  done: (outcome: CommandOutcome) => void,
): () => void {
  if (admin === null) {
    const detail = `CList names nobody who runs commands on ${name}: admin ssh USER@HOST`;
    return parts.clock.after(0, () => done({ outcome: 'not-started', status: null, detail }));
  }
  return tell(runOverSsh(admin, shellLine(argv), withinMs, parts), done);
}

/** Tells how it ended, in words that may be shown. */
export function tell(command: RunningCommand, done: (outcome: CommandOutcome) => void): () => void {
  void command.result.then(({ outcome, status, output }) =>
    done({ outcome, status, detail: visible(output.trim().slice(-DETAIL_CHARS)) }),
  );
  return () => command.kill();
}
