import { expect, test } from 'vitest';
import { AlarmBoard, REPEAT_MS } from '../../src/alarm/alarm-board.ts';
import type { AlarmEvent } from '../../src/alarm/alarm-event.ts';
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
  expect(board.list()).toEqual([
    { name: 'a', text: 'two', type: 'u', sinceWall: START, acknowledged: null },
  ]);
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

test('an acknowledged alarm is told once and not repeated, until its text changes', () => {
  const { clock, board, told, after } = setUp();
  board.raise('a', 'one', 't');
  clock.advance(1000);
  told.length = 0;
  expect(board.acknowledge('a', 'anna', 'I drive there')).toMatchObject({ name: 'a', text: 'one' });
  expect(board.acknowledge('b', 'anna', '')).toBeNull();
  expect(told).toEqual(['acknowledged demo a "one" type: t']);
  expect(board.list()[0]?.acknowledged).toEqual({
    by: 'anna',
    note: 'I drive there',
    wall: START + 1000,
  });
  board.raise('a', 'one', 't');
  expect(after(10 * REPEAT_MS)).toEqual([]);
  board.raise('a', 'two', 't');
  expect(told).toEqual(['raised demo a "two" type: t']);
  expect(board.list()[0]?.acknowledged).toBeNull();
  expect(after(REPEAT_MS)).toEqual(['repeated demo a "two" type: t']);
});

test('the note goes to the sinks with the acknowledgement, and with nothing else', () => {
  const clock = new SimulatedClock(START);
  const told: unknown[] = [];
  const take = ({ kind, acknowledged, wall }: AlarmEvent) =>
    told.push([kind, acknowledged?.note ?? null, wall - START]);
  const board = new AlarmBoard({ cluster: 'demo', clock, sinks: [{ take }] });
  board.raise('a', 'one', 't');
  clock.advance(5);
  board.acknowledge('a', 'anna', 'why');
  clock.advance(5);
  board.clear('a');
  expect(told).toEqual([
    ['raised', null, 0],
    ['acknowledged', 'why', 5],
    ['cleared', null, 10],
  ]);
});

test('acknowledged before a restart: not told again with the same text, told with another one', () => {
  const told: string[] = [];
  const known = { by: 'anna', note: '', wall: START - 5 };
  const board = new AlarmBoard({
    cluster: 'demo',
    clock: new SimulatedClock(START),
    sinks: [{ take: ({ kind, alarm, text }) => told.push(`${kind} ${alarm} ${text}`) }],
    acknowledged: [
      { name: 'a', text: 'same', ...known },
      { name: 'b', text: 'old', ...known },
      { name: 'c', text: 'gone', ...known },
    ],
  });
  board.raise('a', 'same', 't');
  board.raise('b', 'new', 't');
  board.clear('c');
  board.raise('c', 'gone', 't');
  expect(told).toEqual(['raised b new', 'raised c gone']);
  expect(board.list().map(({ acknowledged }) => acknowledged?.by ?? null)).toEqual([
    'anna',
    null,
    null,
  ]);
  board.clear('a');
  board.raise('a', 'same', 't');
  expect(told.slice(2)).toEqual(['cleared a same', 'raised a same']);
});

test('a stopped board tells and repeats nothing', () => {
  const { clock, board, told } = setUp();
  board.raise('a', 'x', 't');
  board.stop();
  told.length = 0;
  board.raise('b', 'y', 't');
  board.clear('a');
  expect(told).toEqual([]);
  expect(clock.nextDue()).toBeNull();
});
