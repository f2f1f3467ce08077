/** What a script makes of a corpus, for people. Called by the command `check`. */
import { visible } from '../log/visible.ts';
import type { CorpusTally, LabelTally, Place, TextTally } from './tally.ts';

const SHOWN_MAX = 5;
const LINE_CHARS = 90;

export function formatTally(script: string, directory: string, tally: CorpusTally): string {
  const { recordings, labelled, lines } = tally;
  const labels = labelled === 0 ? 'no labels' : `${labelled} labelled`;
  return [
    `${script} on ${directory}: ${recordings} recordings (${labels}), ${lines} lines`,
    ...formatTexts(tally.texts),
    ...tally.byLabel.flatMap(formatLabel),
    ...formatFalseFacts(tally),
    ...tally.withoutText.map(
      (name) => `  the labels speak of '${name}'; the script has no such text`,
    ),
    ...(tally.absent.length === 0 ? [] : [`  in the index, but not there: ${some(tally.absent)}`]),
    '',
  ].join('\n');
}

function formatTexts(texts: readonly TextTally[]): string[] {
  const seen = texts.filter(({ lines }) => lines > 0);
  const rest = texts.filter(({ lines }) => lines === 0).map(({ name }) => name);
  const width = Math.max(0, ...seen.map(({ name }) => name.length));
  return [
    ...seen.map(({ name, means, lines, recordings, first }) => {
      const fact = (means ?? '').padEnd(11);
      const counts = `${String(lines).padStart(6)} in ${String(recordings).padStart(4)}`;
      const place = first === null ? '' : `  ${formatPlace(first)}`;
      return `  ${name.padEnd(width)}  ${fact} ${counts}${place}`;
    }),
    ...wrapped('  found nowhere: ', rest),
  ];
}

const WIDTH = 100;

/** Names one after the other, on as many lines as they need. */
function wrapped(head: string, names: readonly string[]): string[] {
  const lines: string[] = [];
  names.forEach((name, index) => {
    const word = index === names.length - 1 ? name : `${name}, `;
    const last = lines.at(-1);
    if (last === undefined) lines.push(head + word);
    else if (last.length + word.length <= WIDTH) lines[lines.length - 1] = last + word;
    else lines.push(' '.repeat(head.length) + word);
  });
  return lines.map((line) => line.trimEnd());
}

function formatLabel(tally: LabelTally): string[] {
  const { text, system, found, missed, clean, falseAlarms } = tally;
  const all = found + missed.length;
  const none = falseAlarms.length + clean;
  const isForeign = found === 0 && all > 0 && falseAlarms.length === 0;
  const hits = all === 0 ? [] : [`found in ${found} of ${all} that have it`];
  const alarms = none === 0 ? [] : [`false alarms in ${falseAlarms.length} of ${none} that do not`];
  const foreign = isForeign ? ['a script for other systems?'] : [];
  const name = system === '' ? text : `${text}, ${system}`;
  return [
    `  ${name}: ${[...hits, ...alarms, ...foreign].join('; ')}`,
    ...formatPlaces('    FALSE ALARM', falseAlarms, SHOWN_MAX),
    ...formatPlaces('    missed', missed, isForeign ? 1 : SHOWN_MAX),
  ];
}

function formatFalseFacts({ falseFacts }: CorpusTally): string[] {
  return falseFacts
    .slice(0, SHOWN_MAX)
    .map(({ text, means, ...place }) => {
      return `  FALSE FACT: '${text}' means ${means}, where nothing happened: ${formatPlace(place)}`;
    })
    .concat(more(falseFacts.length - SHOWN_MAX));
}

function formatPlaces(what: string, places: readonly Place[], max: number): string[] {
  const shown = places.slice(0, max).map((place) => `${what}: ${formatPlace(place)}`);
  return [...shown, ...more(places.length - max)];
}

function more(count: number): string[] {
  return count > 0 ? [`    and ${count} more: --json shows all`] : [];
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_MAX).join(', ');
  return names.length > SHOWN_MAX ? `${shown} and ${names.length - SHOWN_MAX} more` : shown;
}

function formatPlace({ file, line, shown }: Place): string {
  const text = visible(shown.trim());
  const short = text.length > LINE_CHARS ? `${text.slice(0, LINE_CHARS - 3)}...` : text;
  return line === 0 ? file : `${file}:${line}: ${short}`;
}
