import { expect, test } from 'vitest';
import { AlarmBoard, REPEAT_MS } from '../../src/alarm/alarm-board.ts';
import { createLogSink } from '../../src/alarm/log-sink.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';

const START = Date.UTC(2026, 10, 22);

function setUp() {
  const clock = new SimulatedClock(START);
  const told: string[] = [];
  const board = new AlarmBoard({
    cluster: 'demo',
    clock,
    sinks: [
      {
        take: ({ kind, cluster, alarm, text, type }) =>
          told.push(`${kind} ${cluster} ${alarm} "${text}" type: ${type}`),
      },
    ],
  });
  const after = (ms: number) => {
    told.length = 0;
    clock.advance(ms);
    return [...told];
  };
  return { clock, board, told, after };
}

test('raised once, repeated each hour, cleared once', () => {
  const { board, told, after } = setUp();
  board.raise('production', 'panic', 'clusterd status demo');
  board.raise('production', 'panic', 'clusterd status demo');
  expect(told).toEqual(['raised demo production "panic" type: clusterd status demo']);
  expect(after(REPEAT_MS - 1)).toEqual([]);
  expect(after(1)).toEqual(['repeated demo production "panic" type: clusterd status demo']);
  expect(after(2 * REPEAT_MS)).toHaveLength(2);
  told.length = 0;
  board.clear('production');
  board.clear('production');
  expect(told).toEqual(['cleared demo production "panic" type: clusterd status demo']);
  expect(after(3 * REPEAT_MS)).toEqual([]);
});

test('another text, or another command to type, is told at once and begins a new hour', () => {
  const { board, told, after } = setUp();
  board.raise('a', 'one', 't');
  after(REPEAT_MS / 2);
  board.raise('a', 'two', 't');
  board.raise('a', 'two', 'u');
  expect(told).toEqual(['raised demo a "two" type: t', 'raised demo a "two" type: u']);
  expect(board.list()).toEqual([{ name: 'a', text: 'two', type: 'u', sinceWall: START }]);
  expect(after(REPEAT_MS - 1)).toEqual([]);
  expect(after(1)).toEqual(['repeated demo a "two" type: u']);
});

test('alarms do not disturb each other, and a cleared one may come back', () => {
  const { clock, board, after } = setUp();
  board.raise('a', 'x', 't');
  clock.advance(1000);
  board.raise('b', 'y', 't');
  board.clear('a');
  board.clear('never-raised');
  board.raise('a', 'x', 't');
  expect(board.list().map(({ name, sinceWall }) => `${name}@${sinceWall - START}`)).toEqual([
    'b@1000',
    'a@1000',
  ]);
  expect(after(REPEAT_MS)).toHaveLength(2);
  board.stop();
  expect(after(5 * REPEAT_MS)).toEqual([]);
  expect(clock.nextDue()).toBeNull();
});

test('the log is told of repetitions only: the runner logs the rest', () => {
  const clock = new SimulatedClock(START);
  const lines: string[] = [];
  const log = {
    alarm: (name: string, text: string, type: string, wall: number) =>
      lines.push(`${name} ${text} ${type} ${wall - START}`),
  };
  const board = new AlarmBoard({ cluster: 'demo', clock, sinks: [createLogSink(log, clock)] });
  board.raise('production', 'panic', 'clusterd status');
  clock.advance(REPEAT_MS);
  board.clear('production');
  expect(lines).toEqual([`production still: panic clusterd status ${REPEAT_MS}`]);
});
