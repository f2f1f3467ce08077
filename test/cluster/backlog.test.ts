import { expect, test } from 'vitest';
import { TurnShare } from '../../src/cluster/turn-share.ts';
import { FakeLine, Rig, testEngine } from './rig.ts';

class PausedLine extends FakeLine {
  pause(isPaused: boolean): void {
    this.calls.push(isPaused ? 'pause' : 'resume');
  }
}

/** Looking at a line takes `costMs` on a clock that only the share sees. */
function flooded(costMs: number) {
  let spent = 0;
  const turns: (() => void)[] = [];
  const clock = { now: () => ({ at: spent, wall: 0 }), after: () => () => {} };
  const share = new TurnShare(clock, (run) => turns.push(run));
  const engine = testEngine();
  const patterns = {
    lookup: (...seen: Parameters<typeof engine.patterns.lookup>) => {
      spent += costMs;
      return engine.patterns.lookup(...seen);
    },
    find: (...asked: Parameters<typeof engine.patterns.find>) => engine.patterns.find(...asked),
  };
  const rig = new Rig({ ...engine, patterns }, {}, (listener) => new PausedLine(listener), share);
  rig.runner.start();
  for (const node of [0, 1] as const) rig.line(node).listener.onStatus('connected', '');
  rig.clock.advance(6_000);
  const longest = { ms: 0 };
  const turn = () => {
    const before = spent;
    for (const run of turns.splice(0)) run();
    longest.ms = Math.max(longest.ms, spent - before);
  };
  return { rig, turns, turn, longest };
}

const dull = 'all is well on this machine\r\n'.repeat(2_000);
const FLOOD = `${dull}panic[cpu0]\r\n${dull}`;

function play(costMs: number) {
  const { rig, turns, turn, longest } = flooded(costMs);
  rig.line(0).says(FLOOD);
  rig.line(1).says('half a line');
  rig.runner.net('dead', 'no answer');
  rig.line(0).listener.onStatus('lost', 'gone');
  let count = 0;
  for (; turns.length > 0; count++) turn();
  const heard = (node: number) =>
    rig.transcript
      .filter((line) => line.startsWith(`${node}<`))
      .map((line) => line.slice(3))
      .join('');
  return { rig, count, longest, heard: [heard(0), heard(1)] };
}

test('text that costs too much is taken over many turns, in order, and nothing overtakes it', () => {
  const cheap = play(0);
  const costly = play(1);
  expect(cheap.count).toBe(0);
  expect(costly.count).toBeGreaterThan(20);
  expect(costly.heard).toEqual(cheap.heard);
  expect(costly.heard[0]).toBe(FLOOD);
  expect(costly.rig.log).toEqual(cheap.rig.log);
  expect(costly.rig.journal).toEqual(cheap.rig.journal);
  expect(costly.rig.transcript.at(-1)).toBe(cheap.rig.transcript.at(-1));
  expect(costly.rig.log.join('\n')).toMatch(/watch -> crash[\s\S]*console of n1 lost/);
});

test('no turn takes more than its share and one slice', () => {
  // A slice is some 75 of these lines; one that matters is looked at twice.
  expect(play(0.05).longest.ms).toBeLessThan(3 + 2 * 0.05 * 75);
});

test('a console that floods is not read until most of it is through', () => {
  const { rig } = play(1);
  const calls = rig.line(0).calls.filter((call) => call === 'pause' || call === 'resume');
  expect(calls).toEqual(['pause', 'resume']);
});

test('what waits when the daemon ends is in the transcript', async () => {
  const { rig } = flooded(1);
  rig.line(0).says(FLOOD);
  await rig.runner.end();
  const heard = rig.transcript.filter((line) => line.startsWith('0<')).map((line) => line.slice(3));
  expect(heard.join('')).toBe(FLOOD);
});

test('a timer that fires meanwhile speaks of what came before it', () => {
  const { rig, turns, turn } = flooded(1);
  rig.line(0).says(`${dull}login: `);
  rig.clock.advance(70_000);
  expect(rig.state).toBe('watch');
  while (turns.length > 0) turn();
  rig.clock.advance(100);
  expect(rig.state).toBe('mute');
});
