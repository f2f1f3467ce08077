/** Commands on a node whose system runs. Made over ssh by open-shell.ts, and by tests. */
import type { CommandResult } from '../transport/command.ts';

export interface NodeShell {
  /** For people: `root@n1`. */
  readonly name: string;
  /** `command`: one line for the login shell there. Never rejects. */
  run(command: string, withinMs: number): Promise<CommandResult>;
}
