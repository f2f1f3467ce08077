/**
 * What the machine knows of its cluster: the values that CList gives, already checked.
 * Made by the runner (cluster/) from a CList entry, by the simulator and the prover from their own.
 */

export interface TargetNode {
  readonly name: string;
  /** The value that the script's `identity` must show on this node's console. */
  readonly identity: string;
  readonly bootPaths: readonly string[];
  readonly hasPowerDevice: boolean;
  /** Values of `of node` settings; an absent optional setting has no entry. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Target {
  readonly cluster: string;
  readonly nodes: readonly [TargetNode, TargetNode];
  readonly service: string;
  readonly onSilence: 'power' | 'confirm' | 'trust';
  readonly serviceLost: 'takeover' | 'alarm';
  readonly promptQuietMs: number;
  readonly parkingSurvivedPowerCycle: boolean;
  /** Values of settings, defaults filled in; durations in milliseconds, decimal digits. */
  readonly settings: Readonly<Record<string, string>>;
  readonly bounds: Readonly<
    Record<string, { readonly entries: number; readonly withinMs: number }>
  >;
}
