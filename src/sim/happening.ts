/** What happened on the site, for people who watch it and for tests that wait for it. */
export interface Happening {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** The node it concerns, or null: the disk, the network, the site. */
  readonly node: string | null;
  /** One clause, for people. */
  readonly what: string;
}

/** One line: `12.345 n1: root mounted`. */
export function formatHappening(happening: Happening): string {
  const seconds = (happening.at / 1000).toFixed(3);
  return happening.node === null
    ? `${seconds} ${happening.what}`
    : `${seconds} ${happening.node}: ${happening.what}`;
}
