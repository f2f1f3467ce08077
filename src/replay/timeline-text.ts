/**
 * The entries of a replay as lines for people. Without `all` only what decides: transitions, alarms,
 * verbs, evidence, what stayed open. Called by the command. All text of consoles is made safe to show.
 */
import { visible } from '../log/visible.ts';
import type { Entry, Happening, HeardLine } from './happening.ts';
import { BEFORE_RECORDING } from './tell.ts';

export interface TimelineStyle {
  readonly all: boolean;
  /** How a moment is shown; empty where the recording has no times. */
  time(wall: number): string;
}

const INDENT = '    ';
const TEXT_CHARS = 150;

export class TimelineText {
  readonly #style: TimelineStyle;
  /** Repeated questions that stayed open, told once for each stay in a state. */
  readonly #toldOpen = new Set<string>();

  constructor(style: TimelineStyle) {
    this.#style = style;
  }

  /** The lines of one entry; empty when it is not worth telling. */
  format(entry: Entry): string {
    const told = entry.happenings.flatMap((one) => this.#happening(entry, one));
    const isUnused = told.length === 0;
    if (isUnused && !(this.#style.all && entry.heard.length > 0)) return '';
    const lines = [this.#head(entry), ...entry.heard.map(heardText), ...told];
    return lines.map((line, index) => `${index === 0 ? '' : INDENT}${line}\n`).join('');
  }

  #head({ wall, node, line, state }: Entry): string {
    const place = node === null ? '' : `${node}${line === null ? '' : ` line ${line}`}`;
    return [this.#style.time(wall), place, `[${state}]`].filter((part) => part !== '').join('  ');
  }

  #happening(entry: Entry, happening: Happening): string[] {
    switch (happening.kind) {
      case 'transition':
        for (const key of this.#toldOpen) this.#toldOpen.delete(key);
        return transitionText(happening);
      case 'alarm':
        return [`ALARM ${happening.name}: ${short(happening.text)} | type: ${happening.type}`];
      case 'cleared':
        return [`alarm ${happening.name} cleared`];
      case 'log':
        return this.#log(entry, happening);
      case 'typed':
        return this.#style.all ? [typedText(happening)] : [];
      case 'open':
        return this.#open(happening);
      case 'recorded':
        if (!this.#style.all && happening.what !== 'BREAK') return [];
        return [`the recording shows ${happening.what} here; this script did not send it`];
      case 'began-anew':
        return [`script and recording have parted: ${happening.why}`, 'the replay begins anew'];
    }
  }

  #log(entry: Entry, { topic, level, what, why, evidence }: Log): string[] {
    if (!this.#style.all && !isTold(entry, topic, level, what)) return [];
    if (why === BEFORE_RECORDING) return [];
    return [`${short(what)}${why === '' ? '' : `: ${short(why)}`}`, ...evidenceText(evidence)];
  }

  #open({ state, task, what, assumed, ways, repeated }: Open): string[] {
    const key = `${state}\n${task}\n${what}`;
    if (repeated && !this.#style.all && this.#toldOpen.has(key)) return [];
    this.#toldOpen.add(key);
    const head = `here the script would do: ${short(task)} (${short(what)}); the recording has no answer`;
    if (assumed !== null) return [head, `taken as: ${assumed}`];
    const stays = repeated
      ? 'it stays in its state and asks again'
      : `the replay stays in ${state}; --assume ${state}.${task.split(' ', 1)[0]}=OUTCOME goes on`;
    return [head, ...ways.map((way) => `  ${short(way)}`), stays];
  }
}

type Log = Extract<Happening, { kind: 'log' }>;
type Open = Extract<Happening, { kind: 'open' }>;

/** What the engine says that decides. */
const TOLD: ReadonlySet<string> = new Set([
  'verb',
  'evidence',
  'script',
  'channel',
  'net',
  'stall',
]);

function isTold(entry: Entry, topic: string, level: Log['level'], what: string): boolean {
  if (level === 'warn' || TOLD.has(topic)) return true;
  const isUnused = topic === 'console' && what.endsWith('no line of this state takes it');
  if (isUnused) return !entry.solicited;
  // A transition names the outcome that it rests on.
  const leaves = entry.happenings.some(({ kind }) => kind === 'transition');
  return topic === 'dialogue' && level === 'info' && !leaves;
}

function heardText({ text, texts, prompt }: HeardLine): string {
  return `"${short(text)}"${prompt ? ' (prompt)' : ''} is ${texts.join(', ')}`;
}

function transitionText({
  from,
  to,
  why,
  evidence,
  next,
}: Extract<Happening, { kind: 'transition' }>) {
  const head = from === null ? `==> ${to}` : `==> ${from} -> ${to}`;
  return [`${head}: ${short(why)}`, ...evidenceText(evidence), `next: ${short(next)}`];
}

function evidenceText(evidence: string): string[] {
  return evidence === '' ? [] : [`evidence: ${short(evidence)}`];
}

function typedText({ what, how, answerLine }: Extract<Happening, { kind: 'typed' }>): string {
  if (how === 'followed') return `types ${short(what)}, as in the recording`;
  return `types ${short(what)}, answered as in line ${answerLine ?? '?'}`;
}

/** Reasons and evidence quote the console, which may be anything. */
function short(text: string): string {
  const shown = visible(text.trim());
  return shown.length > TEXT_CHARS ? `${shown.slice(0, TEXT_CHARS - 3)}...` : shown;
}
