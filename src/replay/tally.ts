/** Counts what the entries of a replay tell, for the summary at its end. Called by the command. */
import type { Entry, HeardLine } from './happening.ts';

export interface TextTally {
  readonly name: string;
  count: number;
  readonly first: Pick<Entry, 'wall' | 'node' | 'line'> & { readonly text: string };
  /** States that were entered because of it. */
  readonly ledTo: string[];
}

export interface StateTally {
  readonly wall: number;
  readonly node: string | null;
  readonly line: number | null;
  readonly from: string | null;
  readonly to: string;
  readonly why: string;
  /** The texts of the console line that caused it; none: time, an answer, or an outcome. */
  readonly texts: readonly string[];
}

export interface OpenTally {
  readonly state: string;
  readonly task: string;
  readonly what: string;
  readonly assumed: string | null;
  count: number;
}

export interface Summary {
  readonly transitions: readonly StateTally[];
  readonly texts: readonly TextTally[];
  readonly open: readonly OpenTally[];
  readonly alarms: readonly {
    readonly wall: number;
    readonly name: string;
    readonly text: string;
  }[];
  /** What the machine typed, by what the recording said to it. */
  readonly typed: { followed: number; borrowed: number; open: number };
  /** Typed in the recording, but not by this script. */
  readonly recordedOnly: number;
}

export class Tally {
  readonly #transitions: StateTally[] = [];
  readonly #texts = new Map<string, TextTally>();
  readonly #open = new Map<string, OpenTally>();
  readonly #alarms: { wall: number; name: string; text: string }[] = [];
  readonly #typed = { followed: 0, borrowed: 0, open: 0 };
  #recordedOnly = 0;

  take(entry: Entry): void {
    for (const heard of entry.heard) this.#takeHeard(entry, heard);
    for (const happening of entry.happenings) {
      switch (happening.kind) {
        case 'transition':
          this.#takeTransition(entry, happening);
          break;
        case 'alarm':
          this.#alarms.push({ wall: entry.wall, name: happening.name, text: happening.text });
          break;
        case 'typed':
          this.#typed[happening.how] += 1;
          break;
        case 'open':
          this.#typed.open += 1;
          this.#takeOpen(happening);
          break;
        case 'recorded':
          this.#recordedOnly += 1;
          break;
        case 'cleared':
        case 'log':
        case 'began-anew':
          break;
      }
    }
  }

  get summary(): Summary {
    return {
      transitions: this.#transitions,
      texts: [...this.#texts.values()],
      open: [...this.#open.values()],
      alarms: this.#alarms,
      typed: this.#typed,
      recordedOnly: this.#recordedOnly,
    };
  }

  #takeHeard({ wall, node, line }: Entry, { text, texts }: HeardLine): void {
    for (const name of texts) {
      const known = this.#texts.get(name);
      if (known !== undefined) known.count += 1;
      else this.#texts.set(name, { name, count: 1, first: { wall, node, line, text }, ledTo: [] });
    }
  }

  #takeTransition(entry: Entry, { from, to, why, evidence }: Transition): void {
    const { wall, node, line, heard } = entry;
    // A transition further on in the same step has another cause.
    const texts = evidence.includes(' wrote ') ? heard.flatMap((one) => one.texts) : [];
    this.#transitions.push({ wall, node, line, from, to, why, texts });
    for (const name of texts) {
      const ledTo = this.#texts.get(name)?.ledTo;
      if (ledTo !== undefined && !ledTo.includes(to)) ledTo.push(to);
    }
  }

  #takeOpen({ state, task, what, assumed }: Open): void {
    const key = [state, task, what, assumed].join('\n');
    const known = this.#open.get(key);
    if (known === undefined) this.#open.set(key, { state, task, what, assumed, count: 1 });
    else known.count += 1;
  }
}

type Transition = Extract<Entry['happenings'][number], { kind: 'transition' }>;
type Open = Extract<Entry['happenings'][number], { kind: 'open' }>;
