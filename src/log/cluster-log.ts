/**
 * Everything that one cluster writes: the readable log, the records, two transcripts.
 * Called by the runner (cluster/), one per cluster. Files appear at the first write. Takes no
 * secrets: what is typed and secret comes in as hidden. Must never throw and never wait.
 */
import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { LogEntry, NodeIndex } from '../machine/protocol.ts';
import { AppendFile, type AppendFileOptions, type Loss } from './append-file.ts';
import { DescriptorSink } from './descriptor-sink.ts';
import { formatAlarm, formatCleared, formatEntry } from './entry-line.ts';
import type { FlushTicker } from './flush-ticker.ts';
import { formatLossRecord, Records } from './records.ts';
import { formatRemark, Transcript } from './transcript.ts';
import { visible } from './visible.ts';
import { formatLocal } from './wall-time.ts';

export interface ClusterLogOptions {
  readonly directory: string;
  readonly cluster: string;
  readonly nodes: readonly [string, string];
  readonly clock: Clock;
  /** One for the whole process. */
  readonly ticker: FlushTicker;
  /** One for the whole process, slower: transcripts are nearly all that is written. Default `ticker`. */
  readonly transcriptTicker?: FlushTicker;
  /** A file cannot be written (`code`), or can again (null). */
  readonly onTrouble?: (path: string, code: string | null) => void;
  /** For tests. */
  readonly openSink?: AppendFileOptions['openSink'];
}

/** Hears a cluster's consoles live; each call must cost next to nothing and never throw. */
export interface ConsoleTap {
  /** One character per byte. */
  received(node: NodeIndex, latin1: string): void;
  remark(node: NodeIndex, text: string): void;
}

export function openClusterLog(options: ClusterLogOptions): ClusterLog {
  return new ClusterLog(options);
}

export class ClusterLog {
  readonly #options: ClusterLogOptions;
  readonly #log: AppendFile;
  readonly #recordsFile: AppendFile;
  readonly #records: Records;
  readonly #transcripts: readonly [Transcript, Transcript];
  #tap: ConsoleTap | null = null;

  constructor(options: ClusterLogOptions) {
    this.#options = options;
    const { cluster, nodes } = options;
    const { ticker } = options;
    this.#log = this.#openFile(`${cluster}.log`, ticker, formatLossLine);
    this.#recordsFile = this.#openFile(`${cluster}.jsonl`, ticker, (loss) =>
      formatLossRecord(cluster, loss),
    );
    this.#records = new Records(this.#recordsFile, cluster, nodes);
    this.#transcripts = [this.#openTranscript(nodes[0]), this.#openTranscript(nodes[1])];
  }

  /** Entries of level `debug` stand in the records only. */
  entry(entry: LogEntry, wall: number): void {
    if (entry.level !== 'debug') this.#log.write(formatEntry(entry, wall, this.#options.nodes));
    this.#records.entry(entry, wall);
    if (entry.topic === 'transition' || entry.level === 'alarm') this.flush();
  }

  /** `type`: the command that the operator types next. */
  alarm(name: string, text: string, type: string, wall: number): void {
    this.#log.write(formatAlarm(name, text, type, wall));
    this.#records.alarm('raised', name, wall, text, type);
    this.flush();
  }

  cleared(name: string, wall: number): void {
    this.#log.write(formatCleared(name, wall));
    this.#records.alarm('cleared', name, wall);
    this.flush();
  }

  /** `latin1` is the same chunk, one character per byte; the bytes themselves are not kept. */
  received(node: NodeIndex, _bytes: Uint8Array, latin1: string, wall: number): void {
    this.#transcripts[node].received(latin1, wall);
    this.#tap?.received(node, latin1);
  }

  /** `hidden`: the text is a secret; only that something was typed is recorded. */
  typed(node: NodeIndex, text: string, wall: number, hidden = false): void {
    this.#transcripts[node].typed(text, wall, hidden);
  }

  /** Something of ours among what the console said: BREAK, connected, lost. */
  remark(node: NodeIndex, text: string, wall: number): void {
    this.#transcripts[node].remark(text, wall);
    this.#tap?.remark(node, text);
  }

  /** Null: nobody listens, and nothing is told. */
  listen(tap: ConsoleTap | null): void {
    this.#tap = tap;
  }

  /** Hands everything to the operating system, without waiting: a decision with what led to it. */
  flush(): void {
    this.#log.flush();
    this.#recordsFile.flush();
    for (const transcript of this.#transcripts) transcript.flush();
  }

  /** After the files were renamed by log rotation. */
  reopen(): void {
    this.#log.reopen();
    this.#recordsFile.reopen();
    for (const transcript of this.#transcripts) transcript.reopen();
  }

  /** Resolves when all is on the disk, or after 5 s. */
  async close(): Promise<void> {
    const files = [this.#log, this.#recordsFile, ...this.#transcripts];
    await Promise.all(files.map((file) => file.close()));
  }

  #openTranscript(node: string): Transcript {
    const name = `${this.#options.cluster}.${node}.console`;
    const ticker = this.#options.transcriptTicker ?? this.#options.ticker;
    const lossLine = ({ bytes, code, wall }: Loss) =>
      formatRemark(`${bytes} characters of this transcript were lost: ${code}`, wall);
    const openSink = (descriptor: number) => new DescriptorSink(descriptor);
    return new Transcript(this.#openFile(name, ticker, lossLine, openSink));
  }

  #openFile(
    name: string,
    ticker: FlushTicker,
    lossLine: (loss: Loss) => string,
    ownSink?: AppendFileOptions['openSink'],
  ): AppendFile {
    const { directory, clock, openSink = ownSink } = this.#options;
    return new AppendFile({
      path: join(directory, name),
      clock,
      ticker,
      lossLine,
      onTrouble: (path, code) => this.#onTrouble(path, code),
      ...(openSink === undefined ? {} : { openSink }),
    });
  }

  /** Said in the readable log too, for the case that only one file is in trouble. */
  #onTrouble(path: string, code: string | null): void {
    const { wall } = this.#options.clock.now();
    const what = code === null ? 'can be written again' : `cannot be written: ${code}`;
    this.#log.write(`${formatLocal(wall)}  warning: ${visible(path)} ${visible(what)}\n`);
    this.#options.onTrouble?.(path, code);
  }
}

function formatLossLine({ bytes, code, wall }: Loss): string {
  return `${formatLocal(wall)}  warning: ${bytes} characters of this log were lost: ${code}\n`;
}
