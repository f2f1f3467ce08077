/** Who has to go when there are too many connections, and how fast one operator may act. */
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { ConnectionTable, type Entry } from '../../src/control/connection-table.ts';
import { Gate } from '../../src/control/gate.ts';
import { Pace } from '../../src/control/pace.ts';

function entry(unreadBytes = 0): Entry {
  const socket = { writableLength: unreadBytes } as Socket;
  return { socket, isAnswering: false, requests: 0 };
}

describe('the table of connections', () => {
  it('lets the newest in and sends away who is silent for longest', () => {
    const table = new ConnectionTable(4);
    const all = [1, 2, 3, 4].map(() => entry());
    for (const one of all) expect(table.add(one)).toBeNull();
    expect(table.add(entry())).toBe(all[0]);
    expect(table.add(entry())).toBe(all[1]);
    expect(table.size).toBe(4);
  });

  it('keeps who talks while silent ones have more than half of the room', () => {
    const table = new ConnectionTable(4);
    const talker = entry();
    table.add(talker);
    table.spoke(talker);
    const silent = [1, 2, 3].map(() => entry());
    for (const one of silent) table.add(one);
    for (let index = 0; index < 20; index++) expect(table.add(entry())).not.toBe(talker);
  });

  it('keeps who has just come and sends away who has asked for most', () => {
    const table = new ConnectionTable(4);
    const talkers = [1, 2, 3, 4].map(() => entry());
    for (const one of talkers) {
      table.add(one);
      table.spoke(one);
    }
    const [, , hog] = talkers;
    if (hog !== undefined) table.spoke(hog);
    expect(table.add(entry())).toBe(hog);
    expect(table.add(entry())).toBe(talkers[0]);
  });

  it('never sends away whose request is being answered', () => {
    const table = new ConnectionTable(2);
    const [first, second] = [entry(), entry()];
    table.add(first);
    table.add(second);
    first.isAnswering = true;
    second.isAnswering = true;
    const third = entry();
    third.isAnswering = true;
    expect(table.add(third)).toBeNull();
  });

  it('sends away who leaves the most unread for longest, until the rest fits', () => {
    const table = new ConnectionTable(8, 100);
    const [old, empty, young, tooMuch] = [entry(60), entry(), entry(60), entry(30)];
    for (const one of [old, empty, young, tooMuch]) table.add(one);
    expect(table.unread()).toEqual([old]);
    expect(table.unread()).toEqual([]);
  });
});

describe('the pace', () => {
  it('is each operator own, and that of unproven names together', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    for (let index = 0; index < 100; index++) {
      expect(await pace.wait(null), `${index}`).toBe(true);
      await pace.wait('anna');
    }
    const done: string[] = [];
    void pace.wait('anna').then(() => done.push('anna'));
    void pace.wait(null).then(() => done.push('said'));
    await pace.wait('bert');
    expect(done).toEqual([]);
    clock.advance(60);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual(['anna', 'said']);
  });

  it('tells who would have to wait long to come again, and forgets that', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const asked = Array.from({ length: 1000 }, () => pace.wait('anna'));
    void asked;
    expect(await pace.wait('anna')).toBe(false);
    expect(clock.pendingCount).toBeLessThan(30);
    clock.advance(60_000);
    expect(await pace.wait('anna')).toBe(true);
  });
});

describe('the gate', () => {
  it('lets newcomers through first, and no more in a turn than has its place', async () => {
    const clock = new SimulatedClock();
    const turns: (() => void)[] = [];
    const gate = new Gate(clock, (run) => turns.push(run));
    const done: string[] = [];
    const piece = (name: string, isNewcomer: boolean) =>
      gate.pass(isNewcomer).then(() => {
        done.push(name);
        clock.advance(1);
      });
    for (const name of ['a', 'b', 'c']) void piece(name, false);
    void piece('new', true);
    const seen: string[] = [];
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn();
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(done.splice(0).join(' '));
    }
    expect(seen).toEqual(['new a', 'b c', '']);
  });
});
