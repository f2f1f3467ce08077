import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttachRig, restingStatus } from './rig.ts';

let rig: AttachRig;
beforeEach(() => {
  rig = new AttachRig();
});
afterEach(() => rig.end());

const WRITE = { kind: 'write', force: false } as const;
const FORCE = { kind: 'write', force: true } as const;

describe('who watches', () => {
  it('sees the last lines, then what comes, without a gap and without a repetition', async () => {
    for (let line = 1; line <= 30; line++) rig.console(1, `line ${line}\r\n`);
    rig.console(1, 'ok ');
    const attaching = rig.attach('n2', 'ann', 5);
    rig.console(1, 'boot\r\n');
    rig.console(0, 'of the other node\r\n');
    const terminal = await attaching;
    rig.console(1, 'Boot device: disk\r\n');
    await rig.settle();
    const expected = [27, 28, 29, 30].map((line) => `line ${line}\r\n`).join('');
    expect(terminal.text).toBe(`${expected}ok boot\r\nBoot device: disk\r\n`);
    expect(terminal.remarks[0]).toMatch(/^above: 5 lines, the newest from 2026-11-2/);
  });

  it('sees remarks among the text, also those of before', async () => {
    rig.log.remark(1, 'lost: refused', 0);
    rig.console(1, 'ok ');
    rig.log.remark(1, 'connected', 0);
    const terminal = await rig.attach();
    expect(terminal.text).toBe('[clusterd: lost: refused]\r\nok \r\n[clusterd: connected]\r\n');
    rig.log.remark(1, 'BREAK', 0);
    await rig.settle();
    expect(terminal.remarks.at(-1)).toBe('BREAK');
  });

  it('is many at once, each with its own console, and nobody holds up another', async () => {
    const slow = await rig.attach();
    slow.isSlow = true;
    const quick = await rig.attach('n2', 'bob');
    const other = await rig.attach('n1', 'cid');
    for (let chunk = 0; chunk < 100; chunk++) {
      rig.console(1, 'x'.repeat(10_000));
      if (chunk % 10 === 0) await rig.settle();
    }
    await rig.settle();
    expect(quick.text).toHaveLength(1_000_000);
    expect(other.text).toBe('');
    slow.isSlow = false;
    slow.listener?.drained();
    await rig.settle();
    expect(slow.text.length).toBeLessThan(400_000);
    const lost = slow.remarks.find((text) => text.includes('not shown'));
    expect(Number.parseInt(lost ?? '', 10) + slow.text.length).toBe(1_000_000);
  });

  it('may not type', async () => {
    const terminal = await rig.attach();
    terminal.types('boot\r');
    terminal.says({ kind: 'break' });
    await rig.settle();
    expect(rig.hand).toEqual([]);
    expect(terminal.modes).toEqual([false]);
    expect(terminal.remarks.at(-1)).toMatch(/only who has the write lock/);
  });

  it('costs nothing once it is gone', async () => {
    const terminal = await rig.attach();
    expect(rig.watched).toEqual(['1 true']);
    terminal.listener?.closed();
    expect(rig.watched).toEqual(['1 true', '1 false']);
    rig.console(1, 'x');
    await rig.settle();
    expect(terminal.text).toBe('');
    expect(rig.desk.list('demo')).toEqual([]);
    expect(await rig.recorded('n2', '! ann detaches (1)')).toContain('! ann attaches (1)');
  });

  it('can see lines again', async () => {
    rig.console(1, 'one\r\ntwo\r\n');
    const terminal = await rig.attach('n2', 'ann', 0);
    expect(terminal.text).toBe('');
    terminal.says({ kind: 'replay', lines: 1 });
    await rig.until(() => terminal.text !== '');
    expect(terminal.text).toBe('two\r\n');
  });

  it('is told who is there and how it stands', async () => {
    const terminal = await rig.attach();
    await rig.writer('n1', 'bob');
    rig.clock.advance(5_000);
    terminal.says({ kind: 'who' });
    terminal.says({ kind: 'info' });
    await rig.settle();
    expect(terminal.told).toMatch(/^ann \(you\): demo\/n2, watches, here for 5 s$/m);
    expect(terminal.told).toMatch(/^bob: demo\/n1, TYPES, last key 5 s ago/m);
    expect(terminal.told).toMatch(/^types +bob on n1$/m);
    expect(terminal.told).toContain(rig.transcript('n2'));
    expect(rig.desk.list('demo')).toMatchObject([
      { operator: 'ann', node: 'n2', isWriting: false },
      { operator: 'bob', node: 'n1', isWriting: true },
    ]);
  });

  it('is told when the daemon ends or the cluster is watched no more', async () => {
    const terminal = await rig.attach();
    rig.exists = false;
    rig.clock.advance(10_000);
    await rig.settle();
    expect(terminal.got.at(-1)).toEqual({
      kind: 'end',
      why: 'demo is not watched any more as it was',
    });
    expect(terminal.ended).toBe(true);
    rig.clock.advance(1_000);
    expect(terminal.destroyed).toBe(true);
  });

  it.each(['', 'hello', '{}', '{"kind":"type","data":"\u20ac"}', '{"kind":"type"}', '[]', '7'])(
    'is sent away for garbage: %s',
    async (garbage) => {
      const terminal = await rig.attach();
      terminal.listener?.received(garbage);
      expect(terminal.got.at(-1)).toMatchObject({ kind: 'end' });
      expect(rig.desk.list('demo')).toEqual([]);
    },
  );
});

describe('a terminal that asks and does not read', () => {
  it('is let go before it costs much', async () => {
    const terminal = await rig.attach();
    terminal.isSlow = true;
    for (let asked = 0; asked < 5_000; asked++) terminal.says({ kind: 'who' });
    expect(rig.desk.list('demo')).toEqual([]);
    expect(terminal.got.length).toBeLessThan(20);
  });
});

describe('a console', () => {
  const attach = (cluster: string | null, node: string) =>
    rig.desk.attach({ kind: 'attach', cluster, node, lines: 0, operator: 'ann' });

  it('is found by the name of its node, where that is enough', () => {
    expect(attach(null, 'n2')).toMatchObject({ reply: { cluster: 'demo', node: 'n2' } });
    expect(attach('demo', 'n1')).toMatchObject({ reply: { cluster: 'demo', node: 'n1' } });
    expect(attach(null, 'n1')).toMatchObject({
      ok: false,
      text: "2 clusters have a node 'n1'",
      hint: 'say which one: demo/n1, other/n1',
    });
    expect(attach(null, 'n3')).toMatchObject({ ok: false, code: 'unknown-node' });
    expect(attach('dmo', 'n1')).toMatchObject({ ok: false, hint: "did you mean 'demo'?" });
  });

  it('has no room for any number of terminals', async () => {
    for (let index = 0; index < 32; index++) await rig.attach();
    expect(attach('demo', 'n2')).toMatchObject({
      ok: false,
      text: '32 terminals are attached already',
    });
  });
});

describe('the write lock', () => {
  it('is told to everybody, and stops clusterd until it is given back', async () => {
    const near = await rig.attach('n2', 'bob');
    const far = await rig.attach('n1', 'cid');
    const writer = await rig.writer();
    const said = 'ann types on n2; clusterd sends nothing in demo meanwhile';
    for (const terminal of [near, far, writer]) expect(terminal.remarks).toContain(said);
    expect(rig.notes).toContain(said);
    await rig.recorded('n2', `! ${said}`);
    expect(rig.hand).toEqual(['out to ann: ann types on n2']);
    const late = await rig.attach('n1', 'dot');
    expect(late.remarks).toContain(said);
    writer.says({ kind: 'spy' });
    await rig.settle();
    expect(rig.hand.at(-1)).toBe('back');
    expect(writer.modes).toEqual([true, false]);
    expect(far.remarks.at(-1)).toMatch(/ann gives the write lock back.*clusterd goes on in demo/);
    writer.types('x');
    expect(rig.hand.at(-1)).toBe('back');
  });

  it('is one per cluster, not one per console', async () => {
    await rig.writer('n1', 'bob');
    const ann = await rig.attach('n2', 'ann');
    ann.says(WRITE);
    await rig.settle();
    expect(ann.remarks.at(-1)).toBe('bob types on n1, last key 0 s ago; f takes the lock away');
    expect(ann.modes).toEqual([]);
  });

  it('may be taken by the same person on both consoles, and is given back with the last', async () => {
    const first = await rig.writer('n1', 'ann');
    const second = await rig.writer('n2', 'ann');
    first.types('a');
    second.types('b');
    expect(rig.hand).toEqual(['out to ann: ann types on n1', '0 "a"', '1 "b"']);
    first.listener?.closed();
    expect(rig.isOut).toBe(true);
    second.listener?.closed();
    expect(rig.isOut).toBe(false);
  });

  it('can be taken away, and the other is told', async () => {
    const bob = await rig.writer('n2', 'bob');
    const ann = await rig.attach('n2', 'ann');
    ann.says(FORCE);
    await rig.settle();
    expect(bob.modes).toEqual([true, false]);
    expect(bob.remarks).toContain('ann has taken the write lock from bob');
    expect(rig.hand).toEqual(['out to bob: bob types on n2', 'passed to ann']);
    bob.types('x');
    ann.types('y');
    bob.listener?.closed();
    expect(rig.hand.at(-1)).toBe('1 "y"');
    expect(rig.isOut).toBe(true);
  });

  it('is given back when the terminal is gone', async () => {
    const writer = await rig.writer();
    writer.listener?.closed();
    expect(rig.hand.at(-1)).toBe('back');
    expect(rig.notes.at(-1)).toMatch(/the terminal of ann is gone/);
  });

  it('is given back when the terminal answers no ping', async () => {
    const writer = await rig.writer();
    const watcher = await rig.attach('n2', 'bob');
    for (let second = 0; second < 40; second += 10) {
      rig.clock.advance(10_000);
      await rig.settle();
      watcher.says({ kind: 'pong' });
    }
    expect(writer.got.filter(({ kind }) => kind === 'ping').length).toBeGreaterThan(2);
    expect(rig.isOut).toBe(true);
    rig.clock.advance(10_000);
    expect(rig.isOut).toBe(false);
    expect(rig.notes.at(-1)).toMatch(/the terminal of ann has not answered for \d+ s/);
    // It still watches; a terminal that never answers again is let go.
    expect(rig.desk.list('demo')).toHaveLength(2);
    for (let minute = 0; minute < 16; minute++) {
      rig.clock.advance(60_000);
      watcher.says({ kind: 'pong' });
    }
    expect(rig.desk.list('demo').map(({ operator }) => operator)).toEqual(['bob']);
  });

  it('is given back after ten minutes without a key, said a minute before', async () => {
    const writer = await rig.writer();
    const wait = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 10_000) {
        rig.clock.advance(10_000);
        writer.says({ kind: 'pong' });
      }
    };
    wait(8 * 60_000);
    writer.types('x');
    wait(8 * 60_000);
    await rig.settle();
    expect(writer.remarks.at(-1)).not.toMatch(/given back/);
    wait(70_000);
    await rig.settle();
    expect(writer.remarks.at(-1)).toMatch(/the write lock is given back in 60 s/);
    expect(rig.isOut).toBe(true);
    wait(60_000);
    expect(rig.isOut).toBe(false);
    expect(rig.notes.at(-1)).toMatch(/^ann has typed nothing for 10 min/);
  });

  it('is asked for once more where clusterd is at work', async () => {
    rig.status = {
      ...restingStatus(),
      state: 'fencing',
      summary: 'proves that the active node can no longer touch the disk',
      unfinished: 'takeover',
      doing: 'prove on n1',
    };
    const terminal = await rig.attach();
    terminal.says(WRITE);
    await rig.settle();
    expect(rig.hand).toEqual([]);
    expect(terminal.questions[0]?.lines.join(' ')).toMatch(
      /at work in demo: fencing: proves that .* prove on n1.*A takeover was begun and is not finished/,
    );
    terminal.answers('yes');
    await rig.settle();
    expect(rig.hand).toEqual([]);
    expect(terminal.remarks.at(-1)).toBe("that was not 'demo': nothing is done");
    terminal.says(WRITE);
    terminal.answers('nothing');
    await rig.settle();
    terminal.says(WRITE);
    await rig.settle();
    terminal.answers(' demo ');
    await rig.settle();
    expect(rig.hand).toEqual(['out to ann: ann types on n2']);
  });

  it('is not given when the runner refuses', async () => {
    rig.refusal = 'it is not running';
    const terminal = await rig.attach();
    terminal.says(WRITE);
    await rig.settle();
    expect(terminal.remarks.at(-1)).toBe('not given: it is not running');
    expect(rig.desk.list('demo')[0]?.isWriting).toBe(false);
  });
});

describe('who types', () => {
  it('has every key sent at once, and the line logged with the name', async () => {
    const writer = await rig.writer();
    rig.console(1, '# ');
    for (const key of 'lx\x7fs\r') writer.types(key);
    expect(rig.hand.slice(1)).toEqual(['1 "l"', '1 "x"', '1 "\x7f"', '1 "s"', '1 "\\r"']);
    expect(rig.notes.at(-1)).toBe('ann types "lx\\x7fs\\r"');
    await rig.recorded('n2', '! ann types "lx\\x7fs\\r"');
    expect(writer.remarks.at(-1)).not.toMatch(/types "/);
  });

  it('passes controls on', async () => {
    const writer = await rig.writer();
    writer.types('\x03\x1a\x04\x1b[A');
    expect(rig.hand.at(-1)).toBe(`1 ${JSON.stringify('\x03\x1a\x04\x1b[A')}`);
  });

  it.each(['Password: ', 'Firmware Password:', 'Enter passphrase for key: ', 'root password: '])(
    'has no secret recorded: %s',
    async (prompt) => {
      const writer = await rig.writer();
      rig.console(1, `\r\n${prompt}`);
      for (const key of 'hunter2') writer.types(key);
      writer.types('\r');
      rig.console(1, '\r\n# ');
      for (const key of 'ls\r') writer.types(key);
      expect(rig.notes.slice(-2)).toEqual([
        'ann types a line that is not recorded',
        'ann types "ls\\r"',
      ]);
      expect(await rig.recorded('n2', 'types "ls')).not.toContain('hunter');
      expect(rig.hand).toContain('1 "h"');
    },
  );

  it('is asked before a line that starts a system, with who owns the disk', async () => {
    const writer = await rig.writer();
    rig.console(1, 'ok ');
    writer.types('boot disk');
    rig.console(1, 'boot disk');
    writer.types('\rreset-all\r');
    await rig.settle();
    expect(rig.hand.at(-1)).toBe('1 "boot disk"');
    const [question] = writer.questions;
    expect(question?.lines.join('\n')).toBe(
      'HELD, not sent yet: boot disk\n' +
        "'boot' starts an operating system, on n2.\n" +
        'n1 owns the disk of demo. clusterd has NO PROOF that n1 cannot run: two systems on one disk destroy it.',
    );
    expect(writer.remarks.at(-1)).toBe('10 characters behind it were thrown away');
    // What is typed while a question stands is not for the console.
    writer.types('go\r');
    writer.answers('n2');
    expect(rig.hand.slice(-2)).toEqual(['1 "boot disk"', '1 "\\r"']);
    expect(rig.notes.at(-1)).toBe('ann types "boot disk\\r"');
  });

  it('leaves the line where it is without the right answer', async () => {
    const writer = await rig.writer();
    writer.types('reboot\r');
    await rig.settle();
    writer.answers('n1');
    await rig.settle();
    expect(rig.hand.at(-1)).toBe('1 "reboot"');
    expect(writer.remarks.at(-1)).toBe("that was not 'n2': nothing is done");
    writer.types('\r');
    await rig.settle();
    expect(writer.questions).toHaveLength(2);
    rig.clock.advance(120_000);
    await rig.settle();
    expect(writer.got.some(({ kind }) => kind === 'withdrawn')).toBe(true);
    writer.answers('n2');
    expect(rig.hand.at(-1)).not.toBe('1 "\\r"');
  });

  it('is not believed after the lock is gone', async () => {
    const writer = await rig.writer();
    writer.types('reboot\r');
    await rig.settle();
    const bob = await rig.attach('n2', 'bob');
    bob.says(FORCE);
    writer.answers('n2');
    await rig.settle();
    expect(rig.hand).not.toContain('1 "\\r"');
  });

  it('tells what proves the other node', async () => {
    const status = restingStatus();
    status.nodes[0] = {
      ...(status.nodes[0] as object),
      evidence: [{ grade: 'fenced', ageMs: 3_000, stale: false, note: '' }],
    };
    rig.status = status;
    const writer = await rig.writer();
    writer.types('boot\r');
    await rig.settle();
    expect(writer.questions[0]?.lines.at(-1)).toBe(
      'n1 owns the disk of demo. n1 is fenced, as of 3 s ago.',
    );
  });

  it('sends a BREAK only after the name of the node', async () => {
    const writer = await rig.writer('n1');
    writer.says({ kind: 'break' });
    await rig.settle();
    expect(writer.questions[0]?.lines[0]).toMatch(/n1 is the ACTIVE node: production stands still/);
    writer.answers('yes');
    writer.says({ kind: 'break' });
    await rig.settle();
    expect(rig.hand).not.toContain('0 BREAK');
    writer.answers('n1');
    expect(rig.hand.at(-1)).toBe('0 BREAK');
    expect(rig.notes.at(-1)).toBe('ann sends a BREAK to n1');
  });

  it('is asked before the keys that are a BREAK to Solaris', async () => {
    const writer = await rig.writer();
    writer.types('\r~');
    writer.types('\x02x');
    await rig.settle();
    expect(rig.hand.slice(-2)).toEqual(['1 "\\r"', '1 "~"']);
    writer.answers('n2');
    expect(rig.hand.at(-1)).toBe(`1 ${JSON.stringify('\x02')}`);
    writer.types('a\x02');
    expect(rig.hand.slice(-2)).toEqual(['1 "a"', `1 ${JSON.stringify('\x02')}`]);
  });
});
