/**
 * `clusterd replay TRANSCRIPT`: what a script would have decided on a recorded console, and when. Plays
 * the recording to the daemon's own engine; nothing is connected, typed or written.
 */
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { readDuration } from '../clist/values.ts';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { formatLocal } from '../log/wall-time.ts';
import { compilePatterns } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Entry } from '../replay/happening.ts';
import { levelsInRecords } from '../replay/levels.ts';
import { readRecording } from '../replay/read-recording.ts';
import type { Item, Recording } from '../replay/recording.ts';
import { replay } from '../replay/replay.ts';
import { formatSummary } from '../replay/summary-text.ts';
import { TimelineText } from '../replay/timeline-text.ts';
import { unlistedTarget } from '../replay/unlisted-target.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  UsageError,
  withHome,
} from './command.ts';
import { formatHeader } from './replay-header.ts';
import { loadSubject, type Subject } from './replay-subject.ts';

export interface ReplayOptions extends HomeOption {
  readonly script?: string;
  readonly cluster?: string;
  readonly node?: string;
  readonly role: 'active' | 'standby';
  readonly standby?: string;
  readonly silence: 'power' | 'confirm' | 'trust';
  readonly net?: 'alive' | 'dead' | 'blind';
  readonly records?: string;
  readonly assume: Readonly<Record<string, string>>;
  readonly from?: string;
  readonly to?: string;
  readonly pace: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

const HELP = `
TRANSCRIPT is a file Logs/CLUSTER.NODE.console, or any console log: of conserver, of script(1), or
plain text. Without times in it, lines follow each other at --pace, and silence means nothing.

The script's questions (RETURN, BREAK, a command) are answered where the recording shows the same
question; else they stay open: the replay says so, says how the script would go on by each answer, and
stays in its state. The service address is not in a transcript: --records or --net.

  clusterd replay Logs/demo.n1.console --cluster demo --standby Logs/demo.n2.console
  clusterd replay crash.txt --script chat-scripts/sun-obp.chat --assume down.tap=silent
`;

export const addReplay: AddCommand = (program, context) => {
  withHome(program.command('replay'))
    .description('what a script would have decided on a recorded console, and when')
    .argument('<transcript>', 'a recorded console')
    .option('--script <file>', 'the chat script; without it the one of --cluster')
    .option('--cluster <name>', 'take settings, names and identities from CList')
    .option('--node <name>', 'the node that was recorded; else from the name of the file')
    .addOption(choice('--role <role>', 'what that node is at the beginning', ROLES, 'active'))
    .option('--standby <file>', 'the recorded console of the standby, played together')
    .addOption(choice('--silence <policy>', 'on-silence, without --cluster', POLICIES, 'confirm'))
    .addOption(choice('--net <level>', 'the service address, all the time', LEVELS))
    .option('--records <file>', 'its levels from Logs/CLUSTER.jsonl')
    .addOption(
      new Option('--assume <task=outcome>', 'done or a failure, where an answer is open')
        .argParser(assume)
        .default({}, 'stays open'),
    )
    .option('--from <time>', 'begin here: 17:05, 17:05:30, a date with time, or a line number')
    .option('--to <time>', 'end here')
    .addOption(
      new Option('--pace <duration>', 'between two lines of a log without times')
        .argParser(readPace)
        .default(100, '100ms'),
    )
    .option('--all', 'every match, every key typed, every dialogue')
    .option('--json', 'for programs: header, entries, summary')
    .addHelpText('after', HELP)
    .action((transcript: string, options: ReplayOptions) => run(transcript, options, context));
};

const ROLES = ['active', 'standby'];
const POLICIES = ['power', 'confirm', 'trust'];
const LEVELS = ['alive', 'dead', 'blind'];

function choice(flags: string, text: string, values: string[], standard?: string): Option {
  return new Option(flags, text).choices(values).default(standard);
}

function assume(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, outcome] =
    /^((?:[a-z][a-z0-9-]*\.)?[a-z][a-z0-9-]*)=([a-z][a-z0-9-]*)$/.exec(text) ?? [];
  if (name === undefined || outcome === undefined) {
    throw new InvalidArgumentError(
      'expected TASK=OUTCOME, for example tap=silent or down.tap=silent.',
    );
  }
  return { ...before, [name]: outcome };
}

function readPace(text: string): number {
  const read = readDuration(text);
  if (read.ok && read.value > 0) return read.value;
  throw new InvalidArgumentError('expected a length of time, for example 100ms or 2s.');
}

function run(transcript: string, options: ReplayOptions, context: CommandContext): void {
  const { terminal } = context;
  if (options.standby !== undefined && options.role === 'standby') {
    throw new UsageError('with --standby the first file is the active node: leave --role out');
  }
  const subject = loadSubject(options, context);
  if (subject === null) return;
  const cast = castOf(transcript, subject, options, context);
  const window = windowOf(cast.first, options);
  const hasTimes = cast.first.timing !== 'none';
  const time = (wall: number) => (hasTimes ? formatLocal(wall) : '');
  const timeline = new TimelineText({ all: options.all === true, time });
  const entries: Entry[] = [];
  const isJson = options.json === true;
  const tell = (entry: Entry) => {
    if (isJson) entries.push(entry);
    else terminal.out(timeline.format(entry));
  };
  const header = headerOf(cast, subject, options);
  if (!isJson) terminal.out(`${header.join('\n')}\n\n`);
  const { program } = subject;
  const { target, patterns, recordings, active } = cast;
  const levels = levelsOf(options, cast.first, context);
  const { assume: assumed } = options;
  const request = { program, target, patterns, recordings, active, levels, assumed, window, tell };
  const replayed = replay(request);
  if (replayed === null)
    throw new UsageError('nothing of the recording lies between --from and --to');
  if (isJson) terminal.out(`${JSON.stringify({ header, entries, ...replayed }, null, 2)}\n`);
  else terminal.out(`\n${formatSummary(program, replayed, { time })}`);
}

// ---- who is who ----------------------------------------------------------------------------------

interface Cast {
  readonly first: Recording;
  readonly recordings: readonly [Recording | null, Recording | null];
  readonly active: NodeIndex;
  readonly target: Parameters<typeof replay>[0]['target'];
  readonly patterns: ReturnType<typeof compilePatterns>;
  readonly invented: readonly string[];
}

function castOf(
  transcript: string,
  subject: Subject,
  options: ReplayOptions,
  context: CommandContext,
): Cast {
  const patterns = compilePatterns(subject.program);
  const pace = {
    paceMs: options.pace,
    isPrompt: (line: string) => patterns.lookup(line, 'prompts').length > 0,
    promptPauseMs: 2 * (subject.target?.promptQuietMs ?? 500),
  };
  const read = (file: string) => readRecording(file, readBytes(file, context), pace);
  const first = read(transcript);
  const other = options.standby === undefined ? null : read(options.standby);
  const name = options.node ?? nodeInName(transcript);
  const index = indexOf(name, subject, options);
  const recordings = index === 0 ? ([first, other] as const) : ([other, first] as const);
  const active: NodeIndex = (index === 0) === (options.role === 'active') ? 0 : 1;
  if (subject.target !== null) {
    return { first, recordings, active, target: subject.target, patterns, invented: [] };
  }
  const otherName = options.standby === undefined ? null : nodeInName(options.standby);
  const names = [name ?? 'n1', otherName ?? (name === 'n2' ? 'n1' : 'n2')] as const;
  const { program } = subject;
  const made = unlistedTarget(program, patterns, recordings, names, options.silence);
  return { first, recordings, active, ...made, patterns };
}

/** `demo.n1.console` is the console of n1. */
function nodeInName(file: string): string | null {
  return /\.([^.]+)\.console$/.exec(basename(file))?.[1] ?? null;
}

function indexOf(name: string | null, subject: Subject, options: ReplayOptions): NodeIndex {
  if (subject.target === null || name === null) return 0;
  const names = subject.target.nodes.map((node) => node.name);
  const index = names.indexOf(name);
  if (index < 0 && options.node !== undefined) {
    throw new UsageError(`the cluster has no node ${name}; its nodes: ${names.join(', ')}`);
  }
  return index === 1 ? 1 : 0;
}

function readBytes(file: string, { terminal }: CommandContext): string {
  const path = resolve(terminal.workingDirectory, file);
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    throw new DaemonError('log', `${file} cannot be read: ${messageOf(error)}`, {
      context: { path },
      hint: 'name a recorded console, for example Logs/CLUSTER.NODE.console',
      cause: error,
    });
  }
}

function levelsOf(options: ReplayOptions, recording: Recording, context: CommandContext) {
  const levels =
    options.records === undefined ? [] : levelsInRecords(readBytes(options.records, context));
  const wall = recording.items[0]?.wall ?? 0;
  return options.net === undefined ? levels : [{ wall, level: options.net }, ...levels];
}

// ---- from and to -----------------------------------------------------------------------------------

function windowOf(recording: Recording, { from, to }: ReplayOptions) {
  const first = from === undefined ? Number.NEGATIVE_INFINITY : wallOf(from, recording, '--from');
  const last = to === undefined ? Number.POSITIVE_INFINITY : wallOf(to, recording, '--to');
  return { contains: ({ wall }: Item) => wall >= first && wall <= last };
}

function wallOf(text: string, { items }: Recording, option: string): number {
  if (/^\d+$/.test(text)) {
    const line = Number(text);
    const at = option === '--from' ? items.find((item) => item.line >= line) : null;
    const upTo = items.findLast((item) => item.line <= line);
    return (at ?? upTo)?.wall ?? Number.POSITIVE_INFINITY;
  }
  const day = formatLocal(items[0]?.wall ?? 0).slice(0, 10);
  const wall = Date.parse(/^\d\d?:\d\d/.test(text) ? `${day}T${text.padStart(5, '0')}` : text);
  if (!Number.isNaN(wall)) return wall;
  throw new UsageError(`${option} ${text} is no time: 17:05, 17:05:30.5, a date, or a line number`);
}

function headerOf(cast: Cast, subject: Subject, options: ReplayOptions): string[] {
  const { recordings, target, active, invented } = cast;
  const hasLevels = options.net !== undefined || options.records !== undefined;
  return formatHeader({ recordings, target, active, invented, hasLevels, script: subject.script });
}
