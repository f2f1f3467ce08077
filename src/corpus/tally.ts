/**
 * What a script makes of a whole corpus: what each of its texts was found in, and, where recordings
 * are labelled, what it missed and where it raised a false alarm. Recordings are added one by one, so
 * that no more than one is held. Called by the command `check`.
 */
import type { Fact, Program } from '../language/program.ts';
import type { Label, Labels } from './labels.ts';
import type { Scanned, Sighting } from './scan.ts';

/** A line in a file of the corpus. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly shown: string;
}

export interface TextTally {
  readonly name: string;
  readonly means: Fact | null;
  lines: number;
  recordings: number;
  first: Place | null;
}

/** One text against the labels of one system. */
export interface LabelTally {
  readonly text: string;
  readonly system: string;
  found: number;
  /** Recordings that are labelled to have it, in which it was not found. */
  readonly missed: Place[];
  /** Recordings that are labelled not to have it. */
  clean: number;
  readonly falseAlarms: Place[];
}

/** What a proof may rest on: none of it may stand where nothing happened. */
const STANDING: ReadonlySet<Fact> = new Set<Fact>(['firmware', 'held', 'ended', 'reset']);

export class CorpusTally {
  readonly texts: readonly TextTally[];
  readonly byLabel: LabelTally[] = [];
  /** Labelled quiet, yet a text that means a stopped system was found. */
  readonly falseFacts: (Place & { readonly text: string; readonly means: Fact })[] = [];
  /** Files of the index that were not read. */
  readonly absent: string[] = [];
  /** Texts that the index has labels for and the script does not. */
  readonly withoutText: readonly string[];
  recordings = 0;
  labelled = 0;
  lines = 0;
  readonly #labels: Labels | null;
  readonly #read = new Set<string>();

  constructor(program: Program, labels: Labels | null) {
    this.texts = program.texts.map(({ name, means }) => {
      return { name, means, lines: 0, recordings: 0, first: null };
    });
    this.#labels = labels;
    const names = this.texts.map(({ name }) => name);
    this.withoutText = (labels?.texts ?? []).filter((name) => !names.includes(name));
  }

  /** `likely`: where the line stands that a label may speak of, for messages about misses. */
  add(file: string, scanned: Scanned, likely: (text: string) => Place): void {
    this.recordings += 1;
    this.lines += scanned.lines;
    this.#read.add(file);
    const first = new Map<number, Place>();
    for (const sighting of scanned.sightings) this.#count(file, sighting, first);
    for (const [index, place] of first) {
      const text = this.texts[index];
      if (text === undefined) continue;
      text.recordings += 1;
      text.first ??= place;
    }
    const label = this.#labels?.byFile.get(file);
    if (label !== undefined) this.#judge(label, first, likely);
  }

  end(): void {
    for (const file of this.#labels?.byFile.keys() ?? []) {
      if (!this.#read.has(file)) this.absent.push(file);
    }
  }

  #count(file: string, { text: index, line, shown }: Sighting, first: Map<number, Place>): void {
    const text = this.texts[index];
    if (text !== undefined) text.lines += 1;
    if (!first.has(index)) first.set(index, { file, line, shown });
  }

  #judge(label: Label, first: ReadonlyMap<number, Place>, likely: (text: string) => Place): void {
    if (label.has.size === 0) return;
    this.labelled += 1;
    for (const [name, expected] of label.has) {
      const index = this.texts.findIndex((text) => text.name === name);
      if (index < 0) continue;
      const tally = this.#tallyOf(name, label.system);
      const place = first.get(index);
      if (expected && place === undefined) tally.missed.push(likely(name));
      else if (expected) tally.found += 1;
      else if (place === undefined) tally.clean += 1;
      else tally.falseAlarms.push(place);
    }
    if ([...label.has.values()].includes(true)) return;
    for (const [index, place] of first) {
      const { name, means = null } = this.texts[index] ?? {};
      if (name === undefined || means === null || !STANDING.has(means)) continue;
      this.falseFacts.push({ ...place, text: name, means });
    }
  }

  #tallyOf(text: string, system: string): LabelTally {
    const known = this.byLabel.find((one) => one.text === text && one.system === system);
    if (known !== undefined) return known;
    const made = { text, system, found: 0, missed: [], clean: 0, falseAlarms: [] };
    this.byLabel.push(made);
    return made;
  }
}

/** Did a text fire where the labels say that nothing is? */
export function hasFalseAlarms(tally: CorpusTally): boolean {
  const { byLabel, falseFacts } = tally;
  return falseFacts.length > 0 || byLabel.some(({ falseAlarms }) => falseAlarms.length > 0);
}

/** The first line that has the word in it, whatever the case: most likely what the label means. */
export function likelyPlace(file: string, contents: string, word: string): Place {
  const lines = contents.split('\n');
  const index = lines.findIndex((line) => line.toLowerCase().includes(word));
  return { file, line: index + 1, shown: (lines[index] ?? '').replace(/\r+$/, '') };
}
