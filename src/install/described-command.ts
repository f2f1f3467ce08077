/** One command as `--help` shows it. Made by commands/described-commands.ts. */
export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  /** `[cluster]`, `<cluster> <node>`; '' when it takes nothing. */
  readonly usage: string;
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  /** Names of its arguments. */
  readonly takes: readonly string[];
}
