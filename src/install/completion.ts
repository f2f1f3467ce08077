/**
 * The completion for bash: share/bash-completion/clusterd with the commands, their options and what
 * they take, made of what `--help` says. Called by install.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedCommand } from './described-command.ts';

export function formatCompletion(
  commands: readonly DescribedCommand[],
  packageRoot: string,
): string {
  const frame = readFileSync(join(packageRoot, 'share/bash-completion/clusterd'), 'utf8');
  const names = commands.map(({ name }) => name);
  const cases = (choose: (command: DescribedCommand) => string) =>
    commands.map((command) => `\t${command.name}) echo '${choose(command)}' ;;\n`).join('');
  return frame
    .replaceAll('@NAMES@', () => names.join(' '))
    .replace('@OPTIONS@\n', () => cases(optionsOf))
    .replace('@TAKES@\n', () => cases(({ takes }) => takes.join(' ')));
}

function optionsOf({ options }: DescribedCommand): string {
  return options.flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? []).join(' ');
}
