/**
 * The fields of each kind of journal record, and how they are read back from a line's JSON.
 * Called by journal.ts. Pure. Must never let a record through that lacks a field or has one of the
 * wrong type: what recollection.ts folds has been looked at here.
 */
import type { JournalRecord, Recollection } from '../machine/protocol.ts';

type FieldType = 'string' | 'boolean' | 'number' | 'unfinished' | 'recollection';
type Fields = Readonly<Record<string, FieldType>>;

const REQUIRED: Readonly<Record<JournalRecord['kind'], Fields>> = {
  owner: { node: 'string', why: 'string' },
  intent: { verb: 'string', node: 'string' },
  production: { node: 'string', why: 'string' },
  state: { state: 'string', reason: 'string', bounded: 'boolean', lasting: 'boolean' },
  service: { node: 'string', inService: 'boolean', by: 'string' },
  held: { node: 'string', held: 'boolean' },
  attested: { node: 'string', by: 'string' },
  released: { by: 'string' },
  armed: { armed: 'boolean', by: 'string' },
  alarm: { name: 'string', text: 'string', type: 'string' },
  cleared: { name: 'string' },
  acknowledged: { name: 'string', by: 'string', note: 'string' },
  doubt: { why: 'string' },
  compacted: { remembered: 'recollection' },
};

const OPTIONAL: Fields = {
  path: 'string',
  pathIndex: 'number',
  evidence: 'string',
  parkedBefore: 'boolean',
  unfinished: 'unfinished',
};

/** The record, or what is wrong with it. */
export function parseRecord(kind: string, json: string): JournalRecord | string {
  if (!isKind(kind)) return `records of kind '${kind}' are unknown to this version`;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return 'its fields are not JSON';
  }
  for (const [name, type] of Object.entries(REQUIRED[kind])) {
    if (!isOfType(fields[name], type)) return `field '${name}' is not a ${type}`;
  }
  for (const [name, type] of Object.entries(OPTIONAL)) {
    const value = fields[name];
    if (value !== undefined && !isOfType(value, type)) return `field '${name}' is not a ${type}`;
  }
  return { ...fields, kind } as JournalRecord;
}

function isKind(kind: string): kind is JournalRecord['kind'] {
  return Object.hasOwn(REQUIRED, kind);
}

function isOfType(value: unknown, type: FieldType): boolean {
  if (type === 'unfinished') return PARTS.unfinished(value);
  return type === 'recollection' ? isRecollection(value) : typeof value === type;
}

const PARTS: Readonly<Record<keyof Recollection, (value: unknown) => boolean>> = {
  owner: (value) => value === null || typeof value === 'string',
  ownerDoubt: (value) => value === null || typeof value === 'string',
  unfinished: (value) => value === 'none' || value === 'takeover' || value === 'boot',
  armed: (value) => typeof value === 'boolean',
  pathIndex: (value) => typeof value === 'number',
  parkedBeforeBoot: (value) => typeof value === 'boolean',
  lastingState: (value) => value === null || hasTexts(value, ['state', 'reason']),
  entries: (value) => isObject(value) && Object.values(value).every(isListOf('number')),
  outOfService: (value) => isListOf('string')(value),
  held: (value) => isListOf('string')(value),
  alarms: (value) => Array.isArray(value) && value.every(isAlarm),
};

function isAlarm(value: unknown): boolean {
  if (!hasTexts(value, ['name', 'text', 'type']) || !isObject(value)) return false;
  const { acknowledged } = value;
  if (acknowledged === undefined) return true;
  return hasTexts(acknowledged, ['by', 'note']) && isNumber(acknowledged, 'wall');
}

function isNumber(value: unknown, name: string): boolean {
  return isObject(value) && typeof value[name] === 'number';
}

function isRecollection(value: unknown): boolean {
  return isObject(value) && Object.entries(PARTS).every(([name, fits]) => fits(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(type: 'number' | 'string') {
  return (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === type);
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}
