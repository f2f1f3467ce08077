/** `clusterd sim --play FILE`: reads a story, plays it, and tells it move by move. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DaemonError, messageOf } from '../cluster/daemon-error.ts';
import { type Move, readStory, type Story } from '../simulation/story.ts';
import { type Played, type PlayedMove, playStory } from '../simulation/story-player.ts';
import type { CommandContext } from './command.ts';
import type { SimOptions } from './sim.ts';
import { loadScripts } from './sim-scripts.ts';

export function playFile(file: string, options: SimOptions, context: CommandContext): void {
  const { terminal } = context;
  const path = resolve(terminal.workingDirectory, file);
  const reading = readStory(readFile(path));
  if (!reading.ok) {
    for (const problem of reading.problems) terminal.err(`${file}: ${problem}\n`);
    context.exitStatus = 1;
    return;
  }
  const { story } = reading;
  const beside = join(dirname(path), story.script);
  const script = options.script ?? (existsSync(beside) ? beside : story.script);
  const [loaded] = loadScripts({ ...options, script }, context) ?? [];
  if (loaded === undefined) return;
  const played = playStory(loaded.program, loaded.patterns, story);
  if (played.problems.length > 0) context.exitStatus = 1;
  terminal.out(
    options.json === true ? `${JSON.stringify(played, null, 2)}\n` : tell(story, played),
  );
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DaemonError('no-clusters', `${path} cannot be read: ${messageOf(error)}`, {
      hint: 'name a story file; the format stands in src/simulation/story.ts',
    });
  }
}

const BOOTS: Readonly<Record<Played['boot'], string>> = {
  'let-through': 'a boot was let through',
  refused: 'a boot was asked for and refused',
  never: 'no boot was ever asked for',
};

function tell(story: Story, played: Played): string {
  const claim = story.claim === undefined ? '' : `${story.claim}\n`;
  const moves = played.moves.map(tellMove).join('');
  const problems = played.problems.map((problem) => `  ${problem}\n`).join('');
  const verdict = problems === '' ? 'as the story expects' : 'NOT as the story expects:';
  return `${claim}${moves}\n${BOOTS[played.boot]}; state ${played.state}: ${verdict}\n${problems}`;
}

function tellMove({ number, move, state, did }: PlayedMove): string {
  const head = move === null ? 'begins' : `${number}. ${describeMove(move)}`;
  return `\n${head}\n${did.map((line) => `      ${line}\n`).join('')}   -> ${state}\n`;
}

function describeMove(move: Move): string {
  switch (move.do) {
    case 'text':
      return `${move.node} shows "${move.text}"`;
    case 'prompt':
      return `${move.node} shows "${move.text}" and falls quiet`;
    case 'answer':
      return `${move.node} shows what ${move.at} waits for`;
    case 'noise':
      return `${move.node} does not stop printing`;
    case 'silence':
      return `silence (${move.for})`;
    case 'net':
      return `the service address is ${move.level}`;
    case 'operator':
      return `an operator says ${move.request}${move.node === undefined ? '' : ` ${move.node}`}`;
    case 'power':
      return `the power device answers ${move.outcome}`;
    case 'command':
      return `the command ends with ${move.status}`;
    case 'disconnect':
      return `the console of ${move.node} is lost`;
    case 'connect':
      return `the console of ${move.node} is connected`;
    case 'restart':
      return 'the daemon is killed and started again';
    default:
      return move satisfies never;
  }
}
