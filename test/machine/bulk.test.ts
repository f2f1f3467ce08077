import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import { Bulk } from '../../src/machine/bulk.ts';
import { createEngine, type MachineState, start, step } from '../../src/machine/machine.ts';
import { EMPTY_RECOLLECTION, type Event, type NodeIndex } from '../../src/machine/protocol.ts';

const SCRIPT = `
identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"
pattern noise "dull"
prompt login means running "login:"
harmless RETURN

dialogue tap
  press RETURN
  expect login succeed
    after 3s   fail silent

state start "watches"
  on active panic -> crash "$line"
  every 30s do tap on active
    done   clear login
    failed alarm login "none"
  rest

state crash "has seen a panic"
  after 10s -> start "again"
  wait
`;

const node = (name: string, identity: string) => ({
  name,
  identity,
  bootPaths: ['disk'],
  hasPowerDevice: false,
  settings: {},
});
const { program } = compileScript('x.chat', () => SCRIPT);
if (program === null) throw new Error('the script is not sound');
const engine = createEngine(program, {
  cluster: 'c',
  nodes: [node('a', '83000001'), node('b', '83000002')],
  service: 'none',
  onSilence: 'confirm',
  serviceLost: 'alarm',
  promptQuietMs: 500,
  parkingSurvivedPowerCycle: false,
  settings: {},
  bounds: {},
});

/** A cluster whose consoles are connected and believed. */
function running(): MachineState {
  let { state } = start(engine, { ...EMPTY_RECOLLECTION, armed: true }, { at: 0, wall: 1000 });
  const take = (event: Event) => {
    ({ state } = step(engine, state, event));
  };
  for (const index of [0, 1] as const) {
    take({ kind: 'channel', node: index, status: 'connected', detail: '', at: 1, wall: 1001 });
  }
  take({ kind: 'time', at: 6_000, wall: 7000 });
  return state;
}

const TEXTS = [
  'dull\r\n',
  'pan',
  'ic\r',
  '\n',
  'kernel: all is well\r\n',
  'login: ',
  'Host ID: 83000001\r\n',
  '\x1b[0',
  ';1mOK\x1b[0m',
  'x\b\b',
  '\0\x07',
  '\t',
  'y'.repeat(3000),
  '',
];
const happening = fc.oneof(
  { weight: 8, arbitrary: fc.record({ data: fc.constantFrom(...TEXTS), node: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ data: fc.constant(null), node: fc.nat(1) }) },
);

test('text that was gathered gives the state that single steps give', () => {
  const chunks = fc.array(fc.tuple(happening, fc.integer({ min: 0, max: 700 })), {
    minLength: 10,
    maxLength: 60,
  });
  let gathered = 0;
  let needed = 0;
  void fc.assert(
    fc.property(chunks, (list) => {
      const bulk = new Bulk(engine);
      let single = running();
      let state = single;
      let at = 6_000;
      for (const [{ data, node: index }, passed] of list) {
        at += passed;
        const moment = { at, wall: at + 1000 };
        const target: NodeIndex = index === 1 ? 1 : 0;
        const event: Event =
          data === null
            ? { kind: 'time', ...moment }
            : { kind: 'bytes', node: target, data, ...moment };
        single = step(engine, single, event).state;
        if (data !== null && bulk.take(state, target, data, moment.at, moment.wall)) {
          gathered += 1;
          continue;
        }
        needed += 1;
        state = step(engine, bulk.settle(state), event).state;
        expect(state).toEqual(single);
      }
      expect(bulk.settle(state)).toEqual(single);
      expect(bulk.settle(state)).toBe(state);
    }),
    { numRuns: 300 },
  );
  expect(gathered).toBeGreaterThan(300);
  expect(needed).toBeGreaterThan(300);
});
