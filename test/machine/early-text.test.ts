/** Bytes of a new connection may come before anybody says that there is one: a replay comes first. */
import { expect, test } from 'vitest';
import { createEngine, start, step } from '../../src/machine/machine.ts';
import { EMPTY_RECOLLECTION, type EventBody } from '../../src/machine/protocol.ts';
import { targetOf } from '../../src/simulation/target-of.ts';
import { SUN_OBP } from '../simulation/scripts.ts';

const MACHINES = [
  { name: 'n1', hostId: '83a54dc7' },
  { name: 'n2', hostId: '83a54f12' },
] as const;
const PANIC = '\r\npanic[cpu0]/thread=2a100047cc0: BAD TRAP\r\n';

function play(...bodies: readonly EventBody[]): string | undefined {
  const choice = { onSilence: 'confirm', serviceLost: 'alarm', settings: {} } as const;
  const target = targetOf(SUN_OBP.program, MACHINES, choice);
  const engine = createEngine(SUN_OBP.program, target, SUN_OBP.patterns);
  let { state } = start(engine, { ...EMPTY_RECOLLECTION, armed: true }, { at: 0, wall: 0 });
  bodies.forEach((body, index) => {
    state = step(engine, state, { ...body, at: index * 10_000, wall: index * 10_000 }).state;
  });
  return SUN_OBP.program.states[state.current]?.name;
}

const status = (node: 0 | 1, is: 'connected' | 'lost'): EventBody => ({
  kind: 'channel',
  node,
  status: is,
  detail: '',
});
const CONNECTED = [status(0, 'connected'), status(1, 'connected'), { kind: 'time' }] as const;

test('a panic that comes on a connection is one', () => {
  expect(play(...CONNECTED, { kind: 'bytes', node: 0, data: PANIC })).toBe('crash');
});

test('a panic that comes after the connection was lost, and before the next is told, is none', () => {
  const states = play(...CONNECTED, status(0, 'lost'), { kind: 'bytes', node: 0, data: PANIC });
  expect(states).not.toBe('crash');
});
