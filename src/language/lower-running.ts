/**
 * `to ...-running` blocks from tree to program. Called by lower.ts only. Their matches get no id:
 * the machine, which looks for all others, never sees a command's answer.
 */
import { lowerDuration, lowerTemplate } from './lower.ts';
import type * as Program from './program.ts';
import type * as Tree from './tree.ts';

export function lowerRunning(block: Tree.RunningBlock): Program.RunningBlock {
  return {
    to: block.to,
    parameters: block.parameters.map((parameter) => parameter.text),
    commands: block.commands.map((command) => ({
      argv: command.argv.map(lowerTemplate),
      within: lowerDuration(command.within),
      answers: command.answers.map(lowerAnswer),
      span: command.span,
    })),
    span: block.span,
  };
}

function lowerAnswer({ match, result, span }: Tree.CommandAnswer): Program.CommandAnswer {
  const template = lowerTemplate(match.quoted);
  const { form, quoted } = match;
  return { match: { form, template, prompt: false, span: quoted.span }, result, span };
}
