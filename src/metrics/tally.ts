/**
 * What only grows, counted while it happens: boots, takeovers, BREAKs, stalls, how fast clusterd
 * reacts. Fed by the daemon with journal records and decisions, never with console text: a chunk
 * that decides nothing costs nothing here. Read by daemon-metrics.ts.
 */
import type { JournalRecord } from '../machine/protocol.ts';
import { Histogram } from './histogram.ts';

export interface ClusterCounts {
  takeovers: number;
  boots: number;
  breaks: number;
}

/** What a console said led to this. */
export type Reaction = 'decision' | 'break';

const REACTION_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export class Tally {
  readonly reactions: Readonly<Record<Reaction, Histogram>> = {
    decision: new Histogram(REACTION_SECONDS),
    break: new Histogram(REACTION_SECONDS),
  };
  stalls = 0;
  readonly #clusters = new Map<string, { owner: string | null; readonly counts: ClusterCounts }>();

  /** `owner`: who owned the disk before the first record that is told. */
  begin(cluster: string, owner: string | null): void {
    const known = this.#clusters.get(cluster);
    if (known !== undefined) known.owner = owner;
    else this.#clusters.set(cluster, { owner, counts: { takeovers: 0, boots: 0, breaks: 0 } });
  }

  record(cluster: string, record: JournalRecord): void {
    const its = this.#clusters.get(cluster);
    if (its === undefined) return;
    if (record.kind === 'owner' || record.kind === 'production') its.owner = record.node;
    if (record.kind !== 'intent') return;
    if (record.verb === 'break') its.counts.breaks += 1;
    if (record.verb !== 'boot') return;
    its.counts.boots += 1;
    if (its.owner !== null && its.owner !== record.node) its.counts.takeovers += 1;
    its.owner = record.node;
  }

  reacted(to: Reaction, ms: number): void {
    this.reactions[to].observe(ms / 1000);
  }

  countsOf(cluster: string): ClusterCounts {
    return this.#clusters.get(cluster)?.counts ?? { takeovers: 0, boots: 0, breaks: 0 };
  }
}
