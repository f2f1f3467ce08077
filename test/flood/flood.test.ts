/**
 * Random bytes into every console, with clusters beside them that must not notice. Twenty seconds here;
 * `npm run flood -- --minutes 10 --clusters 10` plays what is judged.
 */
import { appendFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { cleanUp } from '../daemon/program.ts';
import { type FloodOptions, floodText, playFlood } from './flood.ts';

const { env } = process;
const SECONDS = Number(env.FLOOD_SECONDS ?? 20);
const REPORT = env.FLOOD_REPORT;

/** What this may grow by is what fills once: buffers, pages of transcripts, compiled code. */
const GROWTH_MB_MAX = 120;
/** Of a machine that does nothing else, some milliseconds; tests are not alone. */
const REACTION_MS_MAX = 1500;

afterEach(cleanUp);

it(
  `${SECONDS} s of random bytes break nothing`,
  async () => {
    const options: FloodOptions = {
      seconds: SECONDS,
      clusters: Number(env.FLOOD_CLUSTERS ?? 4),
      bytesPerSecond: Number(env.FLOOD_RATE ?? 100_000),
      tell: (line) => {
        if (REPORT !== undefined) appendFileSync(REPORT, `${line}\n`);
      },
    };
    const outcome = await playFlood(options);
    options.tell(floodText(options, outcome));
    expect(outcome.broken, outcome.story).toEqual([]);
    expect(outcome.violations).toEqual([]);
    expect(outcome.takeoverMs, outcome.story).not.toBeNull();
    const wanted = options.seconds * options.clusters * 2 * options.bytesPerSecond;
    expect(outcome.transcriptBytes).toBeGreaterThan(wanted / 3);
    const [first, ...others] = outcome.samples.map(({ residentMb }) => residentMb);
    expect(Math.max(...others) - (first ?? 0)).toBeLessThan(GROWTH_MB_MAX);
    expect(Math.max(...outcome.reactionsMs)).toBeLessThan(REACTION_MS_MAX);
  },
  (SECONDS + 240) * 1000,
);
