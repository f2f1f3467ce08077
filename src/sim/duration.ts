/** Durations as people write them for the simulator: `1500ms`, `2s`, `5m`. */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or null: not a duration. */
export function parseDuration(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS_MS[unit ?? ''];
  return amount === undefined || factor === undefined ? null : Number(amount) * factor;
}
