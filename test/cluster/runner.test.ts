import { describe, expect, it } from 'vitest';
import { FAULT_ALARM } from '../../src/cluster/own-alarms.ts';
import type { Engine } from '../../src/machine/machine.ts';
import { Rig, testEngine } from './rig.ts';

const engine = testEngine();

/** Throws as soon as a line with the word is looked up. */
function faultyEngine(word: string): Engine {
  const { patterns } = engine;
  return {
    ...engine,
    patterns: {
      ...patterns,
      lookup(line, prompts) {
        if (line.includes(word)) throw new Error('assertion failed: owner is 2');
        return patterns.lookup(line, prompts);
      },
      find: (match, line, values) => patterns.find(match, line, values),
    },
  };
}

describe('a running cluster', () => {
  it('starts the machine before the consoles and comes to its state of rest', () => {
    const rig = Rig.watching(engine);
    expect(rig.state).toBe('watch');
    expect(rig.line(0).calls).toEqual(['start']);
    expect(rig.journal.filter(({ kind }) => kind === 'state')).toHaveLength(2);
  });

  it('records every byte and acts on it', () => {
    const rig = Rig.watching(engine);
    rig.line(0).says('panic: x\r\n\xff');
    expect(rig.transcript).toContain('0# connected');
    expect(rig.transcript).toContain('0< panic: x\r\n\xff');
    expect(rig.state).toBe('crash');
    expect(rig.alarms.get('production')).toBe('panic on n1');
    // The first key of a connection wipes what may have been left on the line.
    expect(rig.line(0).calls).toEqual(['start', 'type "\\u0015"', 'type "\\r"']);
    expect(rig.transcript).toContain('0> \r');
  });

  it('handles an answer that comes within an effect after the effects are carried out', () => {
    const rig = Rig.watching(engine);
    rig.line(0).onType = () => rig.line(0).says('\r\nprod console login: ');
    rig.line(0).says('panic: x\r\n');
    expect(rig.state).toBe('crash');
    rig.clock.advance(1_000);
    expect(rig.state).toBe('watch');
    expect(rig.runner.fault).toBeNull();
  });

  it('raises again what the journal remembers', () => {
    const rig = new Rig(engine, { alarms: [{ name: 'production', text: 'down', type: 't' }] });
    rig.runner.start();
    expect(rig.alarms.get('production')).toBe('down');
  });

  it('hears of the network', () => {
    const rig = Rig.watching(engine);
    rig.runner.net('alive', '');
    rig.runner.net('dead', 'no answer');
    expect(rig.state).toBe('lost');
    rig.runner.net('alive', '');
    expect(rig.state).toBe('watch');
  });

  it('stays held when its script has lost the state in which it was', () => {
    const lastingState = { state: 'maintenance', reason: 'ann asked for it' };
    const rig = new Rig(engine, { lastingState });
    rig.runner.start();
    for (const node of [0, 1] as const) rig.line(node).listener.onStatus('connected', '');
    rig.clock.advance(6_000);
    expect(rig.runner.status()).toMatchObject({
      state: 'held',
      reason: 'it was in maintenance (ann asked for it), which its script does not have',
    });
    rig.line(0).says('panic: x\r\n');
    expect(rig.state).toBe('held');
  });

  it('begins again with what was said of the network, but not of other addresses', () => {
    const rig = Rig.watching(engine);
    const net = () => rig.runner.status()?.net;
    rig.runner.net('dead', 'no answer');
    rig.runner.beginAgain('a reload');
    expect(net()).toMatchObject({ level: 'dead', known: true });
    rig.runner.forgetNet();
    rig.runner.beginAgain('a reload of the addresses');
    expect(net()).toMatchObject({ known: false });
    rig.clock.advance(30_000);
    expect(rig.state).toBe('watch');
  });

  it('runs a command with separate words and hears how it ended', () => {
    const rig = Rig.watching(engine);
    void rig.runner.ask({ request: 'go', node: null, operator: 'ann' });
    expect(rig.ran.map(({ argv }) => argv)).toEqual([['lamp', 'demo']]);
    expect(rig.state).toBe('lamp');
    rig.ran[0]?.done({ outcome: 'exited', status: 0, detail: '' });
    expect(rig.state).toBe('watch');
  });

  it.each([
    ['active', 0],
    ['standby', 1],
  ])('runs a command on the %s node, and says in the log where', (role, node) => {
    const rig = Rig.watching(
      testEngine((script) => script.replace('run "lamp"', `run on ${role} "lamp"`)),
    );
    void rig.runner.ask({ request: 'go', node: null, operator: 'ann' });
    expect(rig.ran).toMatchObject([{ node, argv: ['lamp', 'demo'] }]);
    expect(rig.log).toContain(`verb: run on ${node === 0 ? 'n1' : 'n2'} lamp demo`);
    rig.ran[0]?.done({ outcome: 'not-started', status: null, detail: 'nobody may' });
    expect(rig.state).toBe('mute');
    expect(rig.log.some((line) => line.includes('nobody may'))).toBe(true);
  });
});

describe('operators', () => {
  it('get the reply of the machine', async () => {
    const rig = Rig.watching(engine);
    const answer = await rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    expect(answer.accepted).toBe(true);
    expect(rig.state).toBe('held');
    const refused = await rig.runner.ask({ request: 'switchover', node: null, operator: 'ann' });
    expect(refused.accepted).toBe(false);
  });

  it('are refused when the daemon ends', async () => {
    const rig = new Rig(engine);
    const answer = rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    await rig.runner.end();
    expect(await answer).toMatchObject({ accepted: false });
    expect(rig.closed).toBe(3);
  });

  it('do not wait for ever', async () => {
    const rig = new Rig(engine);
    const answer = rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    rig.clock.advance(15_000);
    expect((await answer).text).toContain('has not answered');
  });
});

describe('time', () => {
  it('is armed once, however many chunks come', () => {
    const rig = Rig.watching(engine);
    let armed = 0;
    const { after } = rig.clock;
    rig.clock.after = (delayMs, run) => {
      armed++;
      return after.call(rig.clock, delayMs, run);
    };
    for (let chunk = 0; chunk < 1000; chunk++) rig.line(0).says('noise\r\n');
    expect(armed).toBeLessThanOrEqual(1);
  });

  it('counts from the last byte although the timer was armed before it', () => {
    const rig = Rig.watching(engine);
    rig.clock.advance(50_000);
    rig.line(0).says('alive\r\n');
    rig.clock.advance(59_000);
    expect(rig.state).toBe('watch');
    rig.clock.advance(1_001);
    expect(rig.state).toBe('mute');
  });

  it('comes after the input that waits when the timer fires', () => {
    const rig = Rig.watching(engine);
    rig.turnsAtOnce = false;
    rig.clock.advance(61_000);
    expect(rig.turns).toHaveLength(1);
    rig.line(0).says('alive\r\n');
    rig.takeTurns();
    expect(rig.state).toBe('watch');
  });

  it('waits one more turn when the process stood still before its turn came', () => {
    const rig = Rig.watching(engine);
    rig.turnsAtOnce = false;
    rig.clock.advance(58_000);
    rig.clock.advance(3_000);
    rig.clock.advance(10_000);
    rig.takeTurns();
    expect(rig.state).toBe('watch');
    rig.runner.stall(10_000);
    rig.takeTurns();
    expect(rig.state).toBe('watch');
  });

  it('ends with the cluster', async () => {
    const rig = Rig.watching(engine);
    await rig.runner.end();
    expect(rig.clock.nextDue()).toBeNull();
    expect(rig.line(0).calls).toContain('stop');
  });
});

describe('a fault inside', () => {
  it('stops typing, keeps console and transcript, and says so', async () => {
    const rig = Rig.watching(faultyEngine('fatal'));
    const typed = rig.line(0).calls.length;
    rig.line(0).says('fatal\r\n');
    expect(rig.runner.fault).toContain('owner is 2');
    expect(rig.alarms.get(FAULT_ALARM)).toContain('not controlled any more');
    expect(rig.line(0).calls.slice(typed)).toEqual(['discard']);
    expect(rig.line(1).calls).toEqual(['start', 'discard']);
    rig.line(0).says('panic: more\r\n');
    rig.clock.advance(600_000);
    expect(rig.transcript).toContain('0< panic: more\r\n');
    expect(rig.line(0).calls.slice(typed)).toEqual(['discard']);
    expect(rig.runner.status()?.state).toBe('watch');
    expect(rig.runner.own.list().map(({ name }) => name)).toEqual([FAULT_ALARM]);
    const answer = await rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    expect(answer).toMatchObject({ accepted: false });
    await rig.runner.end();
    expect(rig.closed).toBe(3);
  });

  it('in the start leaves the consoles connected and recorded', () => {
    const broken = { ...engine, target: null } as unknown as Engine;
    const rig = new Rig(broken);
    rig.runner.start();
    expect(rig.runner.fault).not.toBeNull();
    expect(rig.runner.status()).toBeNull();
    expect(rig.line(0).calls).toContain('start');
    rig.line(0).says('text');
    expect(rig.transcript).toContain('0< text');
  });

  it('ends when a person restarts the cluster, which begins again from its journal', async () => {
    const rig = Rig.watching(faultyEngine('fatal'));
    rig.line(0).says('fatal\r\n');
    const refused = await rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    expect(refused.text).toMatch(/not controlled: .*; clusterd restart \S+ begins it again/);
    expect(rig.runner.restart('ann')).toMatchObject({ accepted: true });
    expect(rig.runner.fault).toBeNull();
    expect(rig.runner.own.list()).toEqual([]);
    expect(rig.alarms.has(FAULT_ALARM)).toBe(false);
    rig.clock.advance(10_000);
    expect(rig.state).toBe('watch');
    expect(rig.journal.at(-2)).toMatchObject({ kind: 'state', reason: 'restarted by ann' });
    expect(rig.line(0).calls.filter((call) => call === 'start')).toHaveLength(1);
  });

  it('that comes back at once is told to who restarts', () => {
    const rig = new Rig({ ...engine, target: null } as unknown as Engine);
    rig.runner.start();
    const answer = rig.runner.restart('ann');
    expect(answer).toMatchObject({ accepted: false });
    expect(answer.text).toMatch(/^it failed again at once: /);
  });

  it('is no reason to begin again where there is none and something is under way', () => {
    const rig = Rig.watching(engine);
    rig.line(0).says('panic: x\r\n');
    expect(rig.state).toBe('crash');
    const answer = rig.runner.restart('ann');
    expect(answer).toMatchObject({ accepted: false });
    expect(answer.text).toMatch(/it is in crash and not at rest; clusterd hold \S+ stops it first/);
    expect(rig.state).toBe('crash');
  });

  it('of one cluster does not reach another', () => {
    const [one, other] = [Rig.watching(faultyEngine('panic')), Rig.watching(engine)];
    for (const rig of [one, other]) rig.line(0).says('panic: x\r\n');
    expect([one.runner.fault === null, other.runner.fault === null]).toEqual([false, true]);
    expect(other.state).toBe('crash');
  });
});
