/**
 * Every word of an operator in every state of the delivered script: the reply says why, and what to do
 * or what happens now. Each pair is a person at night who typed that.
 */
import { describe, expect, test } from 'vitest';
import { step } from '../../src/machine/machine.ts';
import type { EventBody, NodeIndex } from '../../src/machine/protocol.ts';
import { cloneState, type MachineState } from '../../src/machine/state.ts';
import { shippedProgram, type World, watching } from './world.ts';

type Word = Extract<EventBody, { kind: 'operator' }>['request'];

const WORDS: readonly (readonly [Word, NodeIndex | null])[] = [
  ['hold', null],
  ['release', null],
  ['switchover', null],
  ['go', null],
  ['resume', null],
  ['confirm', 0],
  ['confirm', 1],
  ['out-of-service', 0],
  ['out-of-service', 1],
  ['in-service', 1],
  ['owner', 0],
  ['owner', 1],
];
/** What a person can do or look at: a command, a state, a wait. */
const SAYS_WHAT_TO_DO =
  /clusterd [a-z-]+ demo|it takes: |say it again|now [a-z-]+: |it stays in|already|service again|press RETURN|is the active node/;

const { program } = shippedProgram();

/** As in the middle of this state, production running, nothing under way. */
function inState(world: World, index: number): MachineState {
  const state = cloneState(world.state);
  const entry = program.states[index];
  state.current = index;
  state.task = null;
  state.actionIndex = entry?.actions.length ?? 0;
  state.everyDue = entry?.everies.map(() => state.now + 60_000) ?? [];
  state.enteredAt = state.now;
  return state;
}

function say(world: World, state: MachineState, request: Word, node: NodeIndex | null) {
  const moment = { at: state.now + 100, wall: state.wall + 100 };
  const event = { kind: 'operator', request, node, operator: 'ann', reply: 7, ...moment } as const;
  const { effects } = step(world.engine, state, event);
  const replies = effects.filter((effect) => effect.kind === 'reply');
  const journaled = effects.some((effect) => JSON.stringify(effect).includes('ann'));
  return { reply: replies[0], count: replies.length, journaled };
}

describe('each word in each state', () => {
  const world = watching();
  for (const [index, { name }] of program.states.entries()) {
    test(`${name} answers once, with what to do or what happens`, () => {
      for (const [word, node] of WORDS) {
        const { reply, count, journaled } = say(world, inState(world, index), word, node);
        const asked = `${word} ${node ?? ''} in ${name}: ${reply?.text}`;
        expect(count, asked).toBe(1);
        expect(reply?.reply, asked).toBe(7);
        expect(reply?.text, asked).toMatch(SAYS_WHAT_TO_DO);
        expect(reply?.text, asked).not.toMatch(/undefined|\$|null|\.$/);
        expect((reply?.text ?? '').length, asked).toBeLessThan(420);
        expect(journaled, asked).toBe(true);
      }
    });
  }
});

function stateNamed(world: World, name: string): MachineState {
  return inState(
    world,
    program.states.findIndex((one) => one.name === name),
  );
}

describe('a person is told', () => {
  const world = watching();
  const text = (name: string, word: Word, node: NodeIndex | null = null) =>
    say(world, stateNamed(world, name), word, node).reply?.text;

  test.each<[string, Word, NodeIndex | null, RegExp]>([
    ['stopped', 'hold', null, /already; clusterd release /],
    ['stopped', 'switchover', null, /clusterd release \S+ comes first/],
    ['stopped', 'confirm', 0, /clusterd release \S+ comes first/],
    ['watch', 'release', null, /it is not held; it takes: hold, switchover$/],
    ['watch', 'go', null, /does not wait for a person; it takes: hold, switchover$/],
    ['watch', 'confirm', 0, /nobody asks whether n1 is off/],
    ['watch', 'resume', null, /n1 cannot go on: it was not seen stopped by a BREAK/],
    ['ask', 'confirm', 1, /it asks about n1, not about n2/],
    ['mute', 'confirm', 0, /counts only while the service address is dead; .* is alive/],
    ['watch', 'hold', null, /^now stopped: does nothing until/],
    ['watch', 'out-of-service', 0, /n1 is the active node: .*clusterd switchover/],
    ['watch', 'out-of-service', 1, /n2 is out of service: .*clusterd in-service \S+ n2 ends that/],
    ['watch', 'owner', 1, /no running system was seen on n2 \(it is firmware\)/],
  ])('in %s, after %s %s', (name, word, node, expected) => {
    expect(text(name, word, node)).toMatch(expected);
  });

  test('while the consoles still connect: to say it again', () => {
    const state = stateNamed(world, 'start');
    state.begun = false;
    const { reply } = say(world, state, 'confirm', 0);
    expect(reply).toMatchObject({ accepted: false, text: expect.stringContaining('say it again') });
  });

  test('while nothing is sent: what lets it act', () => {
    const state = stateNamed(world, 'watch');
    state.inhibited = 'disarmed: it decides and sends nothing';
    expect(say(world, state, 'switchover', null).reply?.text).toMatch(/; clusterd arm \S+ lets it/);
  });
});

describe('a system that a stray BREAK stopped', () => {
  test('goes on at once on the word of a person, proven first', () => {
    const world = watching();
    world.site.node('n1').spuriousBreak();
    expect(world.until(() => world.stateName === 'stray', 60)).toBe(true);
    world.operator('resume');
    expect(world.replies.at(-1)).toMatchObject({ accepted: true });
    expect(world.replies.at(-1)?.text).toMatch(/^now resuming: /);
    expect(world.until(() => world.stateName === 'watch', 60)).toBe(true);
  });
});
