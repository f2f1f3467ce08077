/**
 * What an operator says to a cluster: arm, disarm, hold, release, switchover, go, resume,
 * restart, confirm, out-of-service, in-service, owner. The daemon's machine decides; here only the word of a person who confirms is made
 * sure of, since another node may boot on it.
 */
import { ask } from '../control/client.ts';
import type { OperatorWord } from '../control/protocol.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  UsageError,
  withHome,
} from './command.ts';

const PLAIN_WORDS: readonly (readonly [OperatorWord, string])[] = [
  ['arm', 'let clusterd act on this cluster; new clusters only watch and tell (shadow mode)'],
  ['disarm', 'shadow mode: it decides and logs what it would do, and sends nothing'],
  ['hold', 'stop acting on this cluster: maintenance'],
  ['release', 'end a hold; counted takeovers are forgotten'],
  ['switchover', 'make the standby the active node'],
  ['go', 'go on where the script waits for an operator'],
  ['restart', 'begin again from its journal: after a fault inside, or at rest'],
  ['resume', 'let the active system go on that a BREAK stopped, now'],
];
const NODE_WORDS: readonly (readonly [OperatorWord, string])[] = [
  ['out-of-service', 'the node is out of service: it is not booted and needs not be parked'],
  ['in-service', 'the node is in service again'],
  ['owner', 'production was moved by hand: this node runs it and owns the disk'],
];

interface Options extends HomeOption {
  readonly yes?: string;
}

export const addOperatorWords: AddCommand = (program, context) => {
  for (const [word, description] of PLAIN_WORDS) {
    withHome(program.command(word))
      .description(description)
      .argument('<cluster>')
      .action((cluster: string, options: Options) => say(context, options, word, cluster, null));
  }
  for (const [word, description] of NODE_WORDS) {
    withHome(program.command(word))
      .description(description)
      .argument('<cluster>')
      .argument('<node>')
      .action((cluster: string, node: string, options: Options) =>
        say(context, options, word, cluster, node),
      );
  }
  withHome(program.command('confirm'))
    .description('your word that a node cannot touch the disk: another one may boot on it')
    .argument('<cluster>')
    .argument('<node>', 'the node that is off or unplugged')
    .option('--yes <node>', 'the same name again, instead of typing it')
    .action(async (cluster: string, node: string, options: Options) => {
      await makeSure(context, cluster, node, options.yes);
      await say(context, options, 'confirm', cluster, node);
    });
};

async function makeSure(
  context: CommandContext,
  cluster: string,
  node: string,
  yes: string | undefined,
): Promise<void> {
  const { terminal } = context;
  if (yes === undefined && !terminal.isInteractive) {
    throw new UsageError(`confirm needs a person: add --yes ${node} when you are one`);
  }
  const repeated =
    yes ??
    (await terminal.question(
      `You say that ${node} of ${cluster} is off or unplugged from the disk, and stays so.\n` +
        'If it is not, two systems will write to one disk and destroy it.\n' +
        'Type its name to confirm: ',
    ));
  if (repeated.trim() !== node)
    throw new UsageError(`that was not '${node}': nothing is confirmed`);
}

async function say(
  context: CommandContext,
  options: HomeOption,
  request: OperatorWord,
  cluster: string,
  node: string | null,
): Promise<void> {
  const { terminal } = context;
  const { socket } = homeOf(options, context);
  const { operator, clock } = terminal;
  const message = { kind: 'operator', cluster, request, node, operator } as const;
  const reply = await ask<'operator'>(socket, message, clock);
  if (reply.accepted) {
    terminal.out(`${cluster}: ${reply.text}\n  to see it go on: clusterd log -f ${cluster}\n`);
  }
  if (!reply.accepted) terminal.err(`clusterd: ${cluster} refuses ${request}: ${reply.text}\n`);
  context.exitStatus = reply.accepted ? 0 : 1;
}
