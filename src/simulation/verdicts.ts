/** What the checkers of a run can find, and what excuses it. Plain data. */

export type ViolationKind =
  /** The root was mounted twice, or written to while another node had it mounted. */
  | 'two-mounts'
  /** The daemon typed a boot although the other node could still run. */
  | 'law'
  /** The daemon entered a line that acts without having seen what the law asks for. */
  | 'unproven'
  /** A single trouble that the script handles by itself took longer than promised. */
  | 'promise'
  /** Production does not come back although everything is mended and every alarm was followed. */
  | 'stuck'
  /** Production is away, nothing is under way, and no alarm says what to type. */
  | 'silent'
  /** An alarm of the machine is not on the board, or the board has one that nobody raised. */
  | 'alarm-lost'
  /** The journal's bytes do not say what the machine lives by. */
  | 'journal'
  /** State or queues grow. */
  | 'memory'
  /** The machine broke a promise of its own: the daemon stopped controlling the cluster. */
  | 'fault'
  /** One seed gave two different runs. */
  | 'not-the-same';

export interface Violation {
  readonly kind: ViolationKind;
  /** Simulated milliseconds since the run began. */
  readonly at: number;
  readonly what: string;
}

/**
 * Why a boot or a mount against the truth is not charged to the daemon. `trusted`: CList says
 * `on-silence trust`, the known price. `out-of-service`: an operator took the node away.
 * `device-lied`: the power device said off of a node that was on. `by-hand`: a person booted it or
 * let it go on. `by-itself`: it booted by itself, with values that somebody changed or that it lost.
 * `silent-loss`: it lost its values in a power cut a moment ago and has not shown a byte since.
 * `on-its-way`: what shows it was still on the wire. `power-returned`: it had truly been off, and came
 * back without its values while nobody was connected to its console. `just-pressed`: the RETURN had been
 * pressed before, while the other node could not run, and waited for its pace. `recabled`: somebody
 * changed the cables since the console last showed which machine it is, and the boot of the machine
 * that it was then would have been right.
 */
export type Excuse =
  | 'trusted'
  | 'out-of-service'
  | 'device-lied'
  | 'by-hand'
  | 'by-itself'
  | 'silent-loss'
  | 'on-its-way'
  | 'power-returned'
  | 'just-pressed'
  | 'recabled';
