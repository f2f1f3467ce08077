import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { TurnShare } from '../../src/cluster/turn-share.ts';
import { compileScript } from '../../src/language/compile.ts';
import { createEngine } from '../../src/machine/machine.ts';
import { FakeLine, Rig, testEngine } from './rig.ts';

const SCRIPT = `identity id /Host ID: ([0-9a-f]{8})/
pattern costly /a.{30}c/
state start "watches"
  on active costly log "seen"
  after 1h -> start "again"
  wait
`;
const CLUSTERS = 20;
/** Far above what a turn takes (test/bench/flood.mjs), far below the flood in one go. */
const LONGEST_MS = 400;

/** Lines of 4,000 characters that keep the costly pattern busy to their end. */
const FLOOD = `${'ab'.repeat(2_000)}\n`.repeat(160);

test('the loop turns while many consoles flood what is costly to match', async () => {
  const { program } = compileScript('x.chat', () => SCRIPT);
  if (program === null) throw new Error('the script is not sound');
  const engine = createEngine(program, testEngine().target);
  let turns = 0;
  const share = new TurnShare(systemClock, (run) => {
    turns += 1;
    setImmediate(run);
  });
  const rigs = Array.from({ length: CLUSTERS }, () => {
    const rig = new Rig(engine, {}, (listener) => new FakeLine(listener), share);
    rig.runner.start();
    for (const node of [0, 1] as const) rig.line(node).listener.onStatus('connected', '');
    rig.clock.advance(6_000);
    return rig;
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (const rig of rigs) rig.line(0).says(FLOOD);
  const heard = () =>
    rigs.reduce(
      (sum, { transcript }) => sum + transcript.join('').length - 3 * transcript.length,
      0,
    );
  const all = CLUSTERS * FLOOD.length;
  while (heard() < all) await new Promise((resolve) => setTimeout(resolve, 100));
  delay.disable();
  expect(turns).toBeGreaterThan(20);
  expect(delay.max / 1e6).toBeLessThan(LONGEST_MS);
}, 60_000);
