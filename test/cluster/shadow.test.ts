import { describe, expect, it } from 'vitest';
import { Rig, testEngine } from './rig.ts';

const engine = testEngine();

/** As `Rig.watching`, of a cluster that was never armed. */
function inShadow(): Rig {
  const rig = new Rig(engine, { armed: false });
  rig.runner.start();
  for (const node of [0, 1] as const) rig.line(node).listener.onStatus('connected', '');
  rig.clock.advance(6_000);
  return rig;
}

const sent = (rig: Rig) =>
  rig.lines.flatMap(({ calls }) => calls.filter((call) => /^(type|break)/.test(call)));

describe('a cluster that is not armed', () => {
  it('decides, says what it would do, and sends nothing', () => {
    const rig = inShadow();
    rig.line(0).says('panic: x\r\n');
    expect(rig.alarms.get('production')).toBe(
      'panic on n1 (clusterd asks and sends nothing: disarmed)',
    );
    expect(rig.log).toContain('transition: watch -> crash');
    expect(sent(rig)).toEqual([]);
    expect(rig.runner.status()).toMatchObject({ inhibited: expect.stringMatching(/^disarmed/) });
  });

  it('takes what only asks as answered well, and says so', () => {
    const rig = inShadow();
    rig.line(0).says('panic: x\r\n');
    expect(rig.log).toContain('shadow: not asked, assumed answered well: tap on n1');
    rig.clock.advance(2_000);
    expect(rig.runner.status()).toMatchObject({ state: 'watch', reason: '(shadow) login' });
  });

  it('takes no alarm back for an answer that it only assumed', () => {
    const rig = inShadow();
    rig.line(0).says('panic: x\r\n');
    rig.clock.advance(2_000);
    expect(rig.state).toBe('watch');
    expect(rig.alarms.has('production')).toBe(true);
    rig.runner.net('alive', 'answers');
    rig.line(0).says('panic: y\r\n');
    rig.clock.advance(2_000);
    expect(rig.alarms.has('production')).toBe(false);
  });

  it('runs no program, tells what it would run, and begins again after a while', async () => {
    const rig = inShadow();
    const reply = await rig.runner.ask({ request: 'go', node: null, operator: 'ann' });
    expect(reply).toMatchObject({
      accepted: false,
      text: expect.stringMatching(/nothing is sent/),
    });
    expect(rig.ran).toEqual([]);
  });

  it('counts no entry of a bounded state', () => {
    const rig = inShadow();
    for (let time = 0; time < 4; time++) {
      rig.line(0).says('panic: x\r\n');
      rig.clock.advance(2_000);
    }
    expect(rig.state).toBe('watch');
    expect(rig.journal.some((record) => record.kind === 'state' && record.bounded)).toBe(false);
  });

  it('acts once it is armed, and forgets what it took for granted', async () => {
    const rig = inShadow();
    rig.line(0).says('panic: x\r\n');
    const answer = await rig.runner.arm(true, 'ann');
    expect(answer).toEqual({ accepted: true, text: 'armed' });
    expect(rig.journal).toContainEqual({ kind: 'armed', armed: true, by: 'ann' });
    rig.clock.advance(6_000);
    expect(rig.state).toBe('watch');
    rig.line(0).says('panic: y\r\n');
    expect(rig.state).toBe('crash');
    expect(sent(rig)).toContain('type "\\r"');
    expect(rig.line(0).calls.filter((call) => call === 'start')).toHaveLength(1);
  });

  it('is not armed by a journal that does not take it', async () => {
    const rig = inShadow();
    rig.refusesJournal = true;
    const answer = await rig.runner.arm(true, 'ann');
    expect(answer).toMatchObject({
      accepted: false,
      text: expect.stringMatching(/stays disarmed/),
    });
    expect(rig.runner.isArmed).toBe(false);
  });

  it('is not armed by a word that waited for the disk while another said disarm', async () => {
    const rig = inShadow();
    rig.slowJournal = true;
    const arming = rig.runner.arm(true, 'ann');
    const disarming = rig.runner.arm(false, 'bob');
    for (const write of rig.writes.splice(0)) write();
    expect(await disarming).toEqual({ accepted: true, text: 'disarmed' });
    expect(await arming).toMatchObject({ accepted: false, text: expect.stringMatching(/bob/) });
    expect(rig.runner.isArmed).toBe(false);
    expect(rig.runner.status()?.inhibited).toMatch(/^disarmed/);
    expect(rig.journal.at(-1)).toMatchObject({ kind: 'armed', armed: false });
  });

  it('stays held through disarming and arming, and when it is held in shadow mode', async () => {
    for (const rig of [Rig.watching(engine), inShadow()]) {
      await rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
      await rig.runner.arm(false, 'ann');
      rig.clock.advance(6_000);
      await rig.runner.arm(true, 'ann');
      rig.clock.advance(6_000);
      expect(rig.state).toBe('held');
      const said = rig.journal.filter(({ kind }) => kind === 'state').at(-1);
      expect(said).toMatchObject({ state: 'held', lasting: true });
    }
  });

  it('is disarmed at once, in the middle of a dialogue, whatever the disk does', async () => {
    const rig = Rig.watching(engine);
    rig.line(0).says('panic: x\r\n');
    const before = sent(rig).length;
    rig.refusesJournal = true;
    const answering = rig.runner.arm(false, 'ann');
    expect(rig.line(0).calls.at(-1)).toBe('discard');
    rig.clock.advance(60_000);
    expect(sent(rig)).toHaveLength(before);
    expect(await answering).toMatchObject({
      accepted: true,
      text: expect.stringMatching(/a restart of the daemon forgets it/),
    });
  });
});

describe('a hand on the consoles', () => {
  it('is alone there: the machine sends nothing, and begins again afterwards', () => {
    const rig = Rig.watching(engine);
    const over = rig.runner.handOver('ann', 'ann attaches');
    if (over.kind !== 'given') throw new Error(over.why);
    rig.clock.advance(6_000);
    rig.line(0).says('panic: x\r\n');
    rig.clock.advance(60_000);
    expect(sent(rig)).toEqual([]);
    over.hand.type(0, 'ls\r');
    over.hand.sendBreak(1);
    expect(sent(rig)).toEqual(['type "ls\\r"', 'break']);
    expect(rig.transcript).toContain('1# BREAK by ann');
    over.hand.giveBack('ann has gone');
    expect(rig.runner.status()?.inhibited).toBeNull();
    over.hand.type(0, 'rm\r');
    expect(sent(rig)).not.toContain('type "rm\\r"');
    rig.clock.advance(6_000);
    expect(rig.state).toBe('watch');
  });

  it('is one at a time, and a cluster that is not armed stays so', () => {
    const rig = inShadow();
    const over = rig.runner.handOver('ann', 'ann attaches');
    if (over.kind !== 'given') throw new Error(over.why);
    expect(rig.runner.handOver('bob', 'bob attaches')).toEqual({
      kind: 'refused',
      why: 'ann types there',
    });
    over.hand.giveBack('gone');
    expect(rig.runner.status()?.inhibited).toMatch(/^disarmed/);
  });

  it('does not let the machine act when the cluster is armed meanwhile', async () => {
    const rig = inShadow();
    rig.runner.handOver('ann', 'ann attaches');
    await rig.runner.arm(true, 'bob');
    expect(rig.runner.status()?.inhibited).toMatch(/^ann types/);
  });
});

describe('a machine that begins again', () => {
  it('knows what the journal was told meanwhile, and nothing else', () => {
    const rig = Rig.watching(engine);
    rig.runner.net('dead', 'no answer');
    expect(rig.state).toBe('lost');
    rig.runner.beginAgain('test');
    expect(rig.log.at(-1)).toBeDefined();
    rig.clock.advance(6_000);
    // The network is told once more, and the consoles are connected: nobody reconnects.
    expect(rig.state).toBe('lost');
    expect(rig.transcript.filter((line) => line === '0# connected')).toHaveLength(1);
  });

  it('comes back to its lasting state with its alarms', async () => {
    const rig = Rig.watching(engine);
    await rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    expect(rig.state).toBe('held');
    rig.runner.beginAgain('test');
    rig.clock.advance(6_000);
    expect(rig.state).toBe('held');
  });

  it('does not hear the answers to what the one before it asked', () => {
    const rig = Rig.watching(engine);
    void rig.runner.ask({ request: 'go', node: null, operator: 'ann' });
    const [lamp] = rig.ran;
    rig.runner.beginAgain('test');
    rig.clock.advance(6_000);
    void rig.runner.ask({ request: 'go', node: null, operator: 'ann' });
    lamp?.done({ outcome: 'exited', status: 0, detail: '' });
    expect(rig.state).toBe('lamp');
    rig.ran[1]?.done({ outcome: 'exited', status: 0, detail: '' });
    expect(rig.state).toBe('watch');
  });

  it('answers whoever waited for the one before it', async () => {
    const rig = Rig.watching(engine);
    rig.runner.beginAgain('test');
    const reply = rig.runner.ask({ request: 'hold', node: null, operator: 'ann' });
    rig.runner.beginAgain('again');
    expect((await reply).text).toBeDefined();
  });

  it('controls the cluster again after a fault', () => {
    let isFaulty = true;
    const { patterns } = engine;
    const rig = Rig.watching({
      ...engine,
      patterns: {
        ...patterns,
        lookup(line, prompts) {
          if (isFaulty && line.includes('odd')) throw new Error('assertion failed');
          return patterns.lookup(line, prompts);
        },
        find: (match, line, values) => patterns.find(match, line, values),
      },
    });
    rig.line(0).says('odd\r\n');
    expect(rig.runner.fault).toMatch(/assertion failed/);
    isFaulty = false;
    const over = rig.runner.handOver('ann', 'ann attaches');
    if (over.kind !== 'given') throw new Error(over.why);
    over.hand.giveBack('ann has gone');
    expect(rig.runner.fault).toMatch(/assertion failed/);
    rig.runner.beginAgain('ann restarts it');
    rig.clock.advance(6_000);
    expect(rig.runner.fault).toBeNull();
    expect(rig.runner.own.list()).toEqual([]);
    rig.line(0).says('panic: x\r\n');
    expect(rig.state).toBe('crash');
  });
});
