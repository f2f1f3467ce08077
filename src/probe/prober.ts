/**
 * What asks addresses whether they are there. One file per way (fping.ts, ping.ts, tcp-connect.ts);
 * Reachability only knows this interface.
 */

/** `host` and, for tcp, `port`. */
export interface ProbeQuestion {
  /** Unique per way of asking; comes back with every result. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
  /** Wanted time between two questions. */
  readonly intervalMs: number;
}

/**
 * `answered` false: asked in good order and no answer came. When the question could not even be
 * asked (no name server, no file descriptors) nothing is reported: that is no silence.
 */
export type OnProbeResult = (key: string, answered: boolean, detail: string) => void;

export interface Prober {
  /** Asks these from now on, and no others; none: stops. Any number of times. */
  ask(questions: readonly ProbeQuestion[]): void;
  stop(): void;
}

export type ProberFactory = (onResult: OnProbeResult) => Prober;
