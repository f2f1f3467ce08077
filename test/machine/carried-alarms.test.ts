/** Alarms from before a restart stay up, and tell nobody to type what is not taken yet. */
import { expect, test } from 'vitest';
import { start, step } from '../../src/machine/machine.ts';
import { EMPTY_RECOLLECTION } from '../../src/machine/protocol.ts';
import { World } from './world.ts';

const ALARM = { name: 'production', text: 'is n1 off?', type: 'clusterd confirm demo n1' };

test('an alarm from before tells to look until it is raised anew', () => {
  const { engine } = new World();
  const recollection = { ...EMPTY_RECOLLECTION, armed: true, alarms: [ALARM] };
  const { state } = start(engine, recollection, { at: 0, wall: 0 });
  expect(state.alarms).toMatchObject([{ ...ALARM, type: 'clusterd status demo' }]);
  const said = {
    kind: 'operator',
    request: 'confirm',
    node: 0,
    operator: 'ann',
    reply: 1,
  } as const;
  const { effects } = step(engine, state, { at: 10, wall: 10, ...said });
  expect(effects.find(({ kind }) => kind === 'reply')).toMatchObject({
    accepted: false,
    text: expect.stringContaining('say it again in a few seconds'),
  });
});
