/**
 * What stood in the firmware variables before a pair was adopted: one file for each cluster in state/,
 * for `--undo` and for people. Before each write it says, on the disk, that the write may happen; so
 * whenever clusterd is killed, it tells what was and what may have been written.
 * Called by adopt and undo. Must never lose an old value.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf, systemCode } from '../cluster/daemon-error.ts';
import { AdoptError } from './trouble.ts';

const STATES = ['untouched', 'may-be-written', 'written', 'may-be-restored', 'restored'] as const;
export type ValueState = (typeof STATES)[number];

const valueSchema = z.strictObject({
  variable: z.string(),
  /** Null: it had no value. */
  old: z.string().nullable(),
  new: z.string().nullable(),
  state: z.enum(STATES),
});
const recordSchema = z.strictObject({
  about: z.string(),
  cluster: z.string(),
  by: z.string(),
  begun: z.string(),
  /** Of the whole: `adopted` and `undone` are ends. */
  state: z.enum(['adopting', 'adopted', 'undoing', 'undone']),
  nodes: z.array(
    z.strictObject({ node: z.string(), identity: z.string(), values: z.array(valueSchema) }),
  ),
});
export type AdoptRecord = z.infer<typeof recordSchema>;
export type RecordedValue = z.infer<typeof valueSchema>;

export function recordPath(stateDirectory: string, cluster: string): string {
  return join(stateDirectory, `${cluster}.adopted`);
}

/** Null: there is none. Throws AdoptError when it cannot be read, rather than take it for none. */
export function readRecord(path: string): AdoptRecord | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw new AdoptError(`${path} cannot be read: ${messageOf(error)}`, 'run it as root');
  }
  const parsed = recordSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  const hint = 'it holds the old values: read it, restore them by hand, then move it away';
  throw new AdoptError(`${path} is damaged (${where === '' ? 'no JSON' : where})`, hint);
}

/** On the disk when it returns: the new one whole, or the old one. */
export function writeRecord(path: string, record: AdoptRecord): void {
  const next = `${path}.new`;
  try {
    const file = openSync(next, 'w', 0o640);
    try {
      writeSync(file, formatRecord(record));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
    syncDirectory(dirname(path));
  } catch (error) {
    const hint = 'nothing is written to a node without it; run it as root, look at the disk';
    throw new AdoptError(`${path} cannot be written: ${messageOf(error)}`, hint);
  }
}

/** An adoption that was undone is kept under its time; a new one begins with a new file. */
export function putAway(path: string, record: AdoptRecord): void {
  const stamp = record.begun.replace(/[^0-9TZ]/g, '');
  renameSync(path, `${path}.undone-${stamp}`);
  syncDirectory(dirname(path));
}

/** One line for each value, so that a person can read it at night. */
export function formatRecord({ nodes, ...head }: AdoptRecord): string {
  const members = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  );
  const blocks = nodes.map(({ node, identity, values }) => {
    const rows = values.map((value) => `      ${JSON.stringify(value)}`);
    const list = rows.length === 0 ? '[]' : `[\n${rows.join(',\n')}\n    ]`;
    return `    { "node": ${JSON.stringify(node)}, "identity": ${JSON.stringify(identity)}, "values": ${list} }`;
  });
  return `{\n${members.join('\n')}\n  "nodes": [\n${blocks.join(',\n')}\n  ]\n}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
