/** Thousands of services through the real fping: who is there, who is not, and that edits blind nobody. */
import { spawnSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { Reachability, type ReachTarget } from '../../src/probe/reachability.ts';
import { systemProbers } from '../../src/probe/system-probers.ts';

const COUNT = 3_000;
/** Long enough for a busy host: else all seem to fall silent together, and that is nobody's own fault. */
const PROBE = { intervalMs: 3_000, warnAfterMs: 9_000, deadAfterMs: 15_000, initialDeadMs: 30_000 };
const hasFping = spawnSync('fping', ['-c1', '-q', '127.0.0.1']).status === 0;

let reachability: Reachability | null = null;
afterEach(() => reachability?.stop());

/** All of 127.0.0.0/8 answers; documentation addresses (RFC 5737) do not. */
function target(index: number): ReachTarget {
  const host =
    index % 100 === 99
      ? `198.51.100.${1 + Math.floor(index / 100)}`
      : `127.1.${index >> 8}.${index & 255}`;
  return {
    name: `c${index}`,
    service: { kind: 'ping', host },
    references: [{ kind: 'ping', host: '127.0.0.1' }],
    probe: PROBE,
  };
}

test('without fping in CI nothing of this would be tested', () => {
  if (process.env.CI === '1') expect(hasFping).toBe(true);
});

test.skipIf(!hasFping)(
  `${COUNT} services: alive, dead, and an edit in between`,
  async () => {
    const targets = Array.from({ length: COUNT }, (_, index) => target(index));
    const levels = new Map<string, string>();
    const blinded: string[] = [];
    const made = new Reachability({
      clock: systemClock,
      targets,
      ...systemProbers(systemClock, () => {}),
      onLevel: (cluster, level) => {
        if (level === 'blind') blinded.push(cluster);
        levels.set(cluster, level);
      },
    });
    reachability = made;
    made.start();
    const count = (level: string) => [...levels.values()].filter((one) => one === level).length;
    await expect.poll(() => count('alive'), { timeout: 30_000 }).toBe(COUNT - COUNT / 100);
    expect(count('dead')).toBe(0);
    await expect.poll(() => count('dead'), { timeout: 120_000 }).toBe(COUNT / 100);
    const dead = [...levels].flatMap(([name, level]) => (level === 'dead' ? [name] : []));
    expect(dead.every((name) => name.endsWith('99'))).toBe(true);
    // One goes, one comes; the others are asked on.
    levels.clear();
    blinded.length = 0;
    made.update([...targets.slice(1), target(COUNT)]);
    await expect.poll(() => levels.get(`c${COUNT}`), { timeout: 30_000 }).toBe('alive');
    await expect.poll(() => made.judgement('c1')?.level).toBe('alive');
    const end = performance.now() + PROBE.deadAfterMs;
    await expect.poll(() => performance.now() > end, { timeout: 30_000 }).toBe(true);
    expect(blinded).toEqual([]);
    expect([...levels]).toEqual([[`c${COUNT}`, 'alive']]);
  },
  300_000,
);
