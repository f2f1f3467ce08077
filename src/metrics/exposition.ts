/**
 * The text that Prometheus reads (exposition format 0.0.4): families with HELP and TYPE, each with
 * all of its samples together. Filled by cluster-metrics.ts and daemon-metrics.ts. Pure.
 */
import type { Histogram } from './histogram.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Family {
  /** With its unit at the end: `_seconds`, `_bytes`, `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
}

/** Of so many samples a piece is made at once. */
const PIECE_LINES = 250;

export class Exposition {
  readonly #families = new Map<string, { readonly head: string; readonly lines: string[] }>();

  /** A value that is not known has no sample. */
  add(family: Family, labels: Labels, value: number | boolean | null): void {
    if (value === null) return;
    this.#linesOf(family).push(sample(family.name, labels, Number(value)));
  }

  addHistogram(family: Family, labels: Labels, { bounds, counts, sum }: Histogram): void {
    const lines = this.#linesOf(family);
    let count = 0;
    counts.forEach((own, bucket) => {
      count += own;
      const le = bucket < bounds.length ? String(bounds[bucket]) : '+Inf';
      lines.push(sample(`${family.name}_bucket`, { ...labels, le }, count));
    });
    lines.push(sample(`${family.name}_sum`, labels, sum));
    lines.push(sample(`${family.name}_count`, labels, count));
  }

  /** The whole text in pieces, each made when it is asked for. */
  *pieces(): Generator<string> {
    for (const { head, lines } of this.#families.values()) {
      yield head;
      for (let from = 0; from < lines.length; from += PIECE_LINES) {
        yield lines.slice(from, from + PIECE_LINES).join('');
      }
    }
  }

  #linesOf({ name, type, help }: Family): string[] {
    const known = this.#families.get(name);
    if (known !== undefined) return known.lines;
    const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    const made = { head: `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`, lines: [] };
    this.#families.set(name, made);
    return made.lines;
  }
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${formatValue(value)}\n`;
}

const UNSAFE_LABEL = /[\\"\n]/;

function escapeLabel(text: string): string {
  if (!UNSAFE_LABEL.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
