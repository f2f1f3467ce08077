/**
 * A cluster as far as attach needs it. Made by the daemon, once per cluster that somebody attaches
 * to; tests make their own.
 */

import type { HandOver } from '../cluster/console-hand.ts';
import type { Program } from '../language/program.ts';
import type { ClusterStatus } from '../machine/describe.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Ears } from './ears.ts';

export interface AttachedCluster {
  readonly name: string;
  readonly nodes: readonly [string, string];
  /** Another one after a reload. */
  readonly program: Program;
  readonly patterns: PatternSet;
  readonly ears: Ears;
  /** Paths of the transcripts. */
  readonly transcripts: readonly [string, string];
  handOver(by: string, why: string): HandOver;
  status(): ClusterStatus | null;
  /** A line in the cluster's log. */
  note(what: string, node: NodeIndex): void;
}
