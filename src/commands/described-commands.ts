/**
 * What `--help` says, as data: for the manual page and for completion, so that neither can tell of an
 * option that is not there. Called by install.
 */
import type { Command } from 'commander';
import type { DescribedCommand } from '../install/described-command.ts';

export function describeCommands(program: Command): DescribedCommand[] {
  const help = program.createHelp();
  return help
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => ({
      name: command.name(),
      description: command.description(),
      usage: command.usage().replace(/^\[options\] ?/, ''),
      options: command
        .createHelp()
        .visibleOptions(command)
        .map((option) => ({
          flags: option.flags,
          description: option.description,
        })),
      takes: command.registeredArguments.map((argument) => argument.name()),
    }));
}
