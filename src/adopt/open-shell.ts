/** The trusted user of a node, as its `admin` line in CList says. Made by the command. */
import type { SshTarget } from '../clist/cluster.ts';
import { resolveSecret } from '../clist/secrets.ts';
import { formatLogin } from '../clist/ssh-keys.ts';
import type { Clock } from '../clock/clock.ts';
import { runOverSsh } from '../transport/ssh-command.ts';
import type { NodeShell } from './node-shell.ts';

export function openShell(target: SshTarget, clock: Clock): NodeShell {
  const reveal = (secret: Parameters<typeof resolveSecret>[0]) => resolveSecret(secret).reveal();
  return {
    name: formatLogin(target),
    run: (command, withinMs) =>
      runOverSsh(target, command, withinMs, { clock, reveal, trustFile: null }).result,
  };
}
