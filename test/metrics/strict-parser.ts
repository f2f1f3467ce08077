/**
 * Reads the Prometheus text format as strictly as its specification is written: families in one
 * piece, HELP and TYPE before the samples, every series once, histograms complete. Throws.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+0-9.eE]+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;

export function parseExposition(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Sample[] = [];
  const seen = new Set<string>();
  const families = new Set<string>();
  let family = '';
  let type = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw new Error(`family twice: ${line}`);
      families.add(name);
      family = name;
      type = '';
      continue;
    }
    if (what === 'TYPE') {
      if (name !== family || type !== '') throw new Error(`TYPE out of place: ${line}`);
      if (!['gauge', 'counter', 'histogram'].includes(rest)) throw new Error(`no type: ${line}`);
      type = rest;
      continue;
    }
    const sample = parseSample(line);
    const base =
      type === 'histogram' ? sample.name.replace(/_(bucket|sum|count)$/, '') : sample.name;
    if (type === '' || base !== family) throw new Error(`sample outside of its family: ${line}`);
    if (type === 'counter' && !sample.name.endsWith('_total')) throw new Error(`name: ${line}`);
    const series = line.slice(0, line.lastIndexOf(' '));
    if (seen.has(series)) throw new Error(`series twice: ${line}`);
    seen.add(series);
    samples.push(sample);
  }
  checkHistograms(samples);
  return samples;
}

function parseSample(line: string): Sample {
  const [, name = '', list = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (name === '') throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = list; rest !== ''; ) {
    const match = LABEL.exec(rest);
    const key = match?.[1] ?? '';
    if (match === null || key in labels) throw new Error(`bad labels: ${line}`);
    labels[key] = (match[2] ?? '').replaceAll(/\\(.)/g, (_, char) => (char === 'n' ? '\n' : char));
    rest = rest.slice(match[0].length);
  }
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  return { name, labels, value: number };
}

function checkHistograms(samples: readonly Sample[]): void {
  const buckets = new Map<string, Sample[]>();
  for (const sample of samples.filter(({ labels }) => 'le' in labels)) {
    const key = JSON.stringify([sample.name, { ...sample.labels, le: '' }]);
    buckets.set(key, [...(buckets.get(key) ?? []), sample]);
  }
  for (const [key, list] of buckets) {
    const values = list.map(({ value }) => value);
    if (values.some((value, index) => value < (values[index - 1] ?? 0))) {
      throw new Error(`buckets shrink: ${key}`);
    }
    if (list.at(-1)?.labels.le !== '+Inf') throw new Error(`no +Inf: ${key}`);
  }
}
