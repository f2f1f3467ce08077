/**
 * The records of a cluster: the same happenings as the readable log, whole, one JSON object per
 * line, for programs. Written by pino onto an AppendFile; pino's own destination is never used: it
 * hangs on a full disk.
 */
import { type Logger, pino } from 'pino';
import type { LogEntry } from '../machine/protocol.ts';
import type { AppendFile, Loss } from './append-file.ts';
import { formatUtc } from './wall-time.ts';

export class Records {
  readonly #cluster: string;
  readonly #file: AppendFile;
  readonly #nodes: readonly string[];
  /** Made at the first record: most of its cost is per cluster. */
  #logger: Logger<'alarm'> | null = null;

  constructor(file: AppendFile, cluster: string, nodes: readonly string[]) {
    this.#file = file;
    this.#cluster = cluster;
    this.#nodes = nodes;
  }

  entry(entry: LogEntry, wall: number): void {
    const { level, node, ...rest } = entry;
    this.#write(level, { ...rest, node: node === null ? null : this.#nodes[node] }, wall);
  }

  alarm(event: 'raised' | 'cleared', name: string, wall: number, text?: string, type?: string) {
    const level = event === 'raised' ? 'alarm' : 'info';
    this.#write(level, { topic: 'alarm', event, name, text, type }, wall);
  }

  #write(level: LogEntry['level'], fields: object, wall: number): void {
    this.#logger ??= createLogger(this.#file);
    this.#logger[level]({ time: formatUtc(wall), cluster: this.#cluster, ...fields });
  }
}

/** What a records file says of its own loss. */
export function formatLossRecord(cluster: string, loss: Loss): string {
  const { bytes, code, wall } = loss;
  const time = formatUtc(wall);
  return `${JSON.stringify({ level: 'warn', time, cluster, topic: 'log', lostBytes: bytes, code })}\n`;
}

function createLogger(file: AppendFile): Logger<'alarm'> {
  return pino(
    {
      level: 'debug',
      customLevels: { alarm: 55 },
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    file,
  );
}
