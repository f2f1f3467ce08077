/**
 * How many files the daemon has to hold open, against what the system allows. Called by `run` at the
 * start and by `install` for LimitNOFILE.
 */
import { readFileSync } from 'node:fs';

/** Two consoles, log, records, two transcripts, journal. */
const FILES_PER_CLUSTER = 7;
const FILES_BESIDE = 50;

export function filesNeeded(clusters: number): number {
  return clusters * FILES_PER_CLUSTER + FILES_BESIDE;
}

export interface FileShortage {
  readonly needed: number;
  readonly allowed: number;
}

/** Null when there are enough, or the system does not say. */
export function fileShortage(clusters: number, allowed = openFilesMax()): FileShortage | null {
  const needed = filesNeeded(clusters);
  return allowed === null || needed <= allowed ? null : { needed, allowed };
}

export function formatShortage({ needed, allowed }: FileShortage): string {
  return `${needed} open files are needed, ${allowed} are allowed; some consoles would not connect`;
}

export function shortageHint({ needed }: FileShortage): string {
  return `raise the limit: ulimit -n ${needed}, or LimitNOFILE=${needed} in the systemd unit`;
}

function openFilesMax(): number | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
