/** Every state with every event: taken, deferred or ignored, never an exception, always a way on. */
import { describe, expect, test } from 'vitest';
import { nextWake, step } from '../../src/machine/machine.ts';
import type { EventBody, NodeIndex } from '../../src/machine/protocol.ts';
import { cloneState } from '../../src/machine/state.ts';
import { shippedProgram, World } from './world.ts';

const { program } = shippedProgram();

/** One line that each named text recognises. */
const EXAMPLES: Readonly<Record<string, string>> = {
  ok: '\r\nok ',
  secured: '\r\n> ',
  'sun4v-menu': '\r\nc)ontinue, s)ync, r)eboot, h)alt? ',
  'stopped-by-break': "\r\nType  'go' to resume\r\n",
  terminated: '\r\nProgram terminated\r\n',
  banner: '\r\nOpenBoot 4.16.1, 2048 MB memory installed, Serial #61164999.\r\n',
  'nvram-lost': '\r\nEthernet address ff:ff:ff:ff:ff:ff, Host ID: ffffffff.\r\n',
  'boot-begins': '\r\nBoot device: /pci@1c/disk@0,0:a  File and args: \r\n',
  'boot-failed': "\r\nCan't open boot device\r\n",
  'boot-by-hand': '\r\nok boot disk1\r\n',
  'resumed-by-hand': '\r\nok go\r\n',
  'asked-by-hand': '\r\nok banner\r\n',
  'changed-by-hand': '\r\nok setenv auto-boot? true\r\n',
  login: '\r\nprod console login: ',
  shell: '\r\n# ',
  kmdb: '\r\n[0]> ',
  panic: '\r\npanic[cpu0]/thread=2a100047cc0: zero\r\n',
  dumping: '\r\ndumping to /dev/dsk/c1t0d0s1, offset 429391872\r\n',
  'dump-over': '\r\n100% done: 1 pages dumped, dump succeeded\r\n',
  debugger: '\r\npanic: entering debugger (continue to save dump)\r\n',
  rebooting: '\r\nrebooting...\r\n',
  'kernel-begins': '\r\nSunOS Release 5.10 Version Generic 64-bit\r\n',
  'broken-root': '\r\nCannot mount root on /pci@1c/disk@0,0:a fstype ufs\r\n',
  maintenance: '\r\nType control-d to proceed with normal startup,\r\n',
};

const NODES: readonly NodeIndex[] = [0, 1];

function events(): EventBody[] {
  const texts = Object.values(EXAMPLES);
  const consoles = NODES.flatMap((node): EventBody[] => [
    ...texts.map((data) => ({ kind: 'bytes', node, data }) as const),
    { kind: 'channel', node, status: 'lost', detail: 'closed' },
    { kind: 'channel', node, status: 'stale', detail: 'no answer' },
    { kind: 'channel', node, status: 'busy', detail: 'taken' },
    { kind: 'channel', node, status: 'connected', detail: 'again' },
    { kind: 'modem', node, line: 'dsr', on: false },
    { kind: 'operator', request: 'confirm', node, operator: 'ann', reply: 1 },
    { kind: 'operator', request: 'out-of-service', node, operator: 'ann', reply: 1 },
    { kind: 'operator', request: 'in-service', node, operator: 'ann', reply: 1 },
  ]);
  const requests = ['hold', 'release', 'switchover', 'go'] as const;
  return [
    ...consoles,
    ...requests.map((request): EventBody => {
      return { kind: 'operator', request, node: null, operator: 'ann', reply: 1 };
    }),
    { kind: 'net', level: 'dead', detail: 'x' },
    { kind: 'net', level: 'blind', detail: 'x' },
    { kind: 'net', level: 'alive', detail: 'x' },
    { kind: 'stall', lateMs: 5000 },
    { kind: 'time' },
    { kind: 'journaled', token: 999, ok: true, detail: '' },
    { kind: 'power', token: 999, outcome: 'off', detail: '' },
    { kind: 'command', token: 999, outcome: 'exited', status: 0, detail: '' },
    { kind: 'channel-answer', token: 999, answers: true, detail: '' },
  ];
}

describe('totality', () => {
  test('there is an example for every named text of the script', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(program.texts.map((text) => text.name).sort());
  });

  for (const [index, entry] of program.states.entries()) {
    test(`${entry.name} takes or ignores every event`, () => {
      const world = new World();
      world.until(() => world.stateName === 'watch', 120);
      const base = cloneState(world.state);
      base.current = index;
      base.task = null;
      base.actionIndex = entry.actions.length;
      base.everyDue = entry.everies.map(() => base.now + 60_000);
      base.enteredAt = base.now;
      for (const body of events()) {
        const moment = { at: base.now + 100, wall: base.wall + 100 };
        const taken = step(world.engine, base, { ...moment, ...body });
        const later = { at: base.now + 2000, wall: base.wall + 2000, kind: 'time' } as const;
        const settled = step(world.engine, taken.state, later);
        const effects = [...taken.effects, ...settled.effects];
        const named = body.kind === 'bytes' || body.kind === 'operator' || body.kind === 'net';
        if (named && !(body.kind === 'net' && body.level === base.net.level)) {
          expect(effects.length, `${entry.name} says nothing of ${JSON.stringify(body)}`).not.toBe(
            0,
          );
        }
        let { state } = settled;
        for (
          let turn = 0;
          turn < 5 && (nextWake(world.engine, state) ?? later.at) < later.at;
          turn++
        ) {
          state = step(world.engine, state, later).state;
        }
        const wake = nextWake(world.engine, state) ?? later.at;
        expect(wake, `${entry.name} wakes for ever after ${JSON.stringify(body)}`).toBeGreaterThan(
          later.at - 1,
        );
      }
    });
  }
});
