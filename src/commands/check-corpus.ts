/**
 * `clusterd check --corpus DIR`: what the texts of scripts find in recorded consoles. Reads the files
 * of a directory and its index; all judgement is made in the room corpus. Called by check.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { messageOf } from '../cluster/daemon-error.ts';
import { type Labels, parseLabels } from '../corpus/labels.ts';
import { formatTally } from '../corpus/report-text.ts';
import { Scanner } from '../corpus/scan.ts';
import { CorpusTally, hasFalseAlarms, likelyPlace } from '../corpus/tally.ts';
import type { Program } from '../language/program.ts';
import { compilePatterns } from '../machine/patterns.ts';
import { readRecording } from '../replay/read-recording.ts';
import { UsageError } from './command.ts';

export interface CorpusVerdict {
  readonly falseAlarms: boolean;
  readonly text: string;
  /** For `--json`. */
  readonly data: object;
}

const INDEX = 'index.tsv';
/** Between two lines of a log without times, and at a line that may be a prompt. */
const PACE_MS = 10;
const PROMPT_PAUSE_MS = 1000;

/** Throws UsageError when the directory cannot be read. */
export function checkCorpus(
  programs: readonly Program[],
  given: string,
  workingDirectory: string,
): CorpusVerdict {
  const directory = resolve(workingDirectory, given);
  const files = filesIn(directory, given);
  const labels = labelsOf(directory, files);
  const recordings = files.filter((file) => file !== INDEX && !file.endsWith('.md'));
  const none = `${given}: no script without errors: nothing was tried\n`;
  const tallies = programs.map((program) => {
    return { script: program.name, tally: tallyOf(program, directory, recordings, labels) };
  });
  return {
    falseAlarms: tallies.some(({ tally }) => hasFalseAlarms(tally)),
    text: tallies.map(({ script, tally }) => formatTally(script, given, tally)).join('') || none,
    data: tallies.map(({ script, tally }) => ({ script, ...tally })),
  };
}

/** Paths within the directory, with slashes, sorted. */
function filesIn(directory: string, given: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .sort();
  } catch (error) {
    throw new UsageError(`--corpus ${given} cannot be read: ${messageOf(error)}`);
  }
}

function labelsOf(directory: string, files: readonly string[]): Labels | null {
  if (!files.includes(INDEX)) return null;
  const labels = parseLabels(readFileSync(join(directory, INDEX), 'utf8'));
  if (labels !== null) return labels;
  throw new UsageError(`${INDEX} has no column 'file'`);
}

function tallyOf(
  program: Program,
  directory: string,
  recordings: readonly string[],
  labels: Labels | null,
): CorpusTally {
  const scanner = new Scanner(program, compilePatterns(program));
  const tally = new CorpusTally(program, labels);
  const { isPrompt } = scanner;
  const pace = { paceMs: PACE_MS, isPrompt, promptPauseMs: PROMPT_PAUSE_MS };
  for (const file of recordings) {
    const contents = readFileSync(join(directory, file), 'latin1');
    const scanned = scanner.scan(readRecording(file, contents, pace));
    tally.add(file, scanned, (text) => likelyPlace(file, contents, text));
  }
  tally.end();
  return tally;
}
