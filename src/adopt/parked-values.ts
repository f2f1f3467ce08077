/**
 * The values that park a node, from the library's table and CList; and what stands in their place.
 * Plain data, used by everything in adopt/. Pure.
 */
import type { Engine } from '../machine/engine.ts';
import { parkedLines } from '../machine/evidence.ts';
import type { NodeIndex } from '../machine/protocol.ts';

/** A value to be brought about; null: none at all. */
export interface Wanted {
  readonly variable: string;
  readonly value: string | null;
  /** `false`: only compared, never written. */
  readonly write: boolean;
}

/** What a variable has; null: no value. */
export type Values = ReadonlyMap<string, string | null>;

export function parkedValues(engine: Engine, node: NodeIndex): readonly Wanted[] {
  return parkedLines(engine, node).map(({ variable, value, write }) => ({
    variable,
    value: engine.fill(value, {}, node),
    write,
  }));
}

export interface Change {
  readonly variable: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What has to be written; in the order of the table. */
export function changesOf(wanted: readonly Wanted[], current: Values): readonly Change[] {
  return wanted.flatMap(({ variable, value, write }) => {
    const from = current.get(variable) ?? null;
    return write && from !== value ? [{ variable, from, to: value }] : [];
  });
}

/** Values that are not ours to change, and are wrong. */
export function mismatchesOf(wanted: readonly Wanted[], current: Values): readonly Change[] {
  return wanted.flatMap(({ variable, value, write }) => {
    const from = current.get(variable) ?? null;
    return !write && from !== value ? [{ variable, from, to: value }] : [];
  });
}

export function shownValue(value: string | null): string {
  if (value === null) return '(no value)';
  return value === '' || /^\s|\s$/.test(value) ? `"${value}"` : value;
}
