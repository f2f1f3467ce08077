/**
 * The record of one adoption while it is under way: what is to be written joins it, each step is on the
 * disk before it is done. Made by adopt and undo.
 */
import type { Change } from './parked-values.ts';
import { type AdoptRecord, type RecordedValue, type ValueState, writeRecord } from './record.ts';

export class RecordKeeper {
  readonly #path: string;
  #record: AdoptRecord;

  constructor(path: string, record: AdoptRecord) {
    this.#path = path;
    this.#record = record;
  }

  get record(): AdoptRecord {
    return this.#record;
  }

  enter(state: AdoptRecord['state']): void {
    this.#save({ ...this.#record, state });
  }

  /** These values of a node are about to be written, or were: on the disk when it returns. */
  mark(node: string, variables: readonly string[], state: ValueState): void {
    const nodes = this.#record.nodes.map((one) => {
      if (one.node !== node) return one;
      const values = one.values.map((value) =>
        variables.includes(value.variable) ? { ...value, state } : value,
      );
      return { ...one, values };
    });
    this.#save({ ...this.#record, nodes });
  }

  #save(record: AdoptRecord): void {
    writeRecord(this.#path, record);
    this.#record = record;
  }
}

export interface NodeChanges {
  readonly node: string;
  readonly identity: string;
  readonly changes: readonly Change[];
}

/**
 * The record of an adoption that goes on where `before` stopped, or begins. What is known of old values
 * stays known: a value that we wrote is not taken for one that we found.
 */
export function recordFor(
  head: Pick<AdoptRecord, 'cluster' | 'by' | 'begun'>,
  plans: readonly NodeChanges[],
  before: AdoptRecord | null,
): AdoptRecord {
  const nodes = plans.map(({ node, identity, changes }) => {
    const known = before?.nodes.find((one) => one.node === node)?.values ?? [];
    const fresh = changes.map(
      ({ variable, from, to }): RecordedValue => ({
        variable,
        old: oldOf(known, variable, from),
        new: to,
        state: 'untouched',
      }),
    );
    const kept = known.filter(({ variable }) =>
      fresh.every((value) => value.variable !== variable),
    );
    return { node, identity, values: [...kept, ...fresh] };
  });
  const about = `firmware values before clusterd changed them; back to them: clusterd adopt ${head.cluster} --undo`;
  return { about, ...head, begun: before?.begun ?? head.begun, state: 'adopting', nodes };
}

/** What stands there now, unless we wrote it, or may have written half of it. */
function oldOf(
  known: readonly RecordedValue[],
  variable: string,
  found: string | null,
): string | null {
  const before = known.find((value) => value.variable === variable);
  if (before === undefined) return found;
  const isHalf = before.state === 'may-be-written' || before.state === 'may-be-restored';
  const isOurs = before.state === 'written' && found === before.new;
  return isHalf || isOurs ? before.old : found;
}
