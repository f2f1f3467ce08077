/**
 * `clusterd attach NODE`: the console of a node, live; with --write also to type on it. Everything
 * but keys and screen is decided by the daemon.
 */
import { InvalidArgumentError, Option } from 'commander';
import { ATTACH_LINES_MAX } from '../control/protocol.ts';
import { openStream } from '../control/stream-client.ts';
import { AttachedTerminal } from '../terminal/attached-terminal.ts';
import { helpLines, parseEscape } from '../terminal/escape-keys.ts';
import { processScreen } from '../terminal/process-screen.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  UsageError,
  withHome,
} from './command.ts';

const LINES = 40;
const ESCAPE = '^Ec';

interface Options extends HomeOption {
  readonly write?: boolean;
  readonly force?: boolean;
  readonly raw?: boolean;
  readonly lines: number;
  readonly escape: readonly [string, string];
}

export const addAttach: AddCommand = (program, context) => {
  withHome(program.command('attach'))
    .description('the console of a node, live; many may watch, one may type')
    .argument('<node>', 'its name, or CLUSTER/NODE where several clusters have one of that name')
    .option('-w, --write', 'type on it: clusterd sends nothing in this cluster meanwhile')
    .option('-f, --force', 'with --write: take the write lock from who has it')
    .option('-n, --lines <count>', 'so many of the last lines first', readLines, LINES)
    .addOption(
      new Option('-e, --escape <keys>', 'two keys before each command')
        .argParser(readEscape)
        .default(readEscape(ESCAPE), ESCAPE),
    )
    .option('--raw', 'show all bytes as they are, also those that reprogram your terminal')
    .addHelpText('after', () => `\n${HELP.join('\n')}\n`)
    .action(async (node: string, options: Options) => {
      context.exitStatus = await attach(context, node, options);
    });
};

const HELP = [
  ...helpLines(readEscape(ESCAPE)),
  '',
  'The write lock is given back when nothing was typed for 10 minutes, when you leave and when',
  'your terminal is gone. Without a terminal it only watches: text to stdout, remarks to stderr.',
  'Exit status: 0 when you leave, 1 when it was refused or the daemon is gone.',
];

async function attach(context: CommandContext, name: string, options: Options): Promise<number> {
  const { terminal } = context;
  const screen = processScreen();
  if (options.write === true && !screen.isTerminal) {
    throw new UsageError('--write needs a terminal: without one, attach only watches');
  }
  const { socket } = homeOf(options, context);
  const { operator, clock } = terminal;
  const { lines } = options;
  const request = { kind: 'attach', ...placeOf(name), lines, operator } as const;
  const stream = await openStream(socket, request, clock);
  const attached = new AttachedTerminal(screen, stream, clock, {
    escape: options.escape,
    isRaw: options.raw === true,
    wantsToWrite: options.write === true,
    isForced: options.force === true,
  });
  const ended = await attached.run();
  if (ended.kind === 'left') return 0;
  terminal.err(`clusterd: ${ended.why}\n`);
  return 1;
}

function placeOf(name: string): { readonly cluster: string | null; readonly node: string } {
  const slash = name.lastIndexOf('/');
  if (slash < 0) return { cluster: null, node: name };
  return { cluster: name.slice(0, slash), node: name.slice(slash + 1) };
}

function readLines(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > ATTACH_LINES_MAX) {
    throw new InvalidArgumentError(`expected a number of lines, at most ${ATTACH_LINES_MAX}.`);
  }
  return Number(text);
}

function readEscape(text: string): readonly [string, string] {
  const keys = parseEscape(text);
  if (keys === null) throw new InvalidArgumentError('expected two keys, as ^Ec or ^]q.');
  return keys;
}
