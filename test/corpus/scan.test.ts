/** What stands in recordings is found as the machine finds it, however the recording was made. */
import { describe, expect, it } from 'vitest';
import { Scanner } from '../../src/corpus/scan.ts';
import { compileScript } from '../../src/language/compile.ts';
import type { Program } from '../../src/language/program.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import { readRecording } from '../../src/replay/read-recording.ts';
import type { Item, Recording } from '../../src/replay/recording.ts';

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})\\./
prompt  ok    means firmware /^ok /
prompt  login means running  "console login:"
pattern panic /^panic\\[cpu[0-9]+\\]: /
pattern typed /^ok show /
state start "starts"
  on active panic, typed log "x"
  on operator go -> other "x"
  rest
state other "is elsewhere"
  on operator go -> start "x"
  rest
`;

function compile(text: string): Program {
  const { program, diagnostics } = compileScript('s.chat', (name) =>
    name === 's.chat' ? text : null,
  );
  if (program === null) throw new Error(JSON.stringify(diagnostics));
  return program;
}

const program = compile(SCRIPT);
const scanner = new Scanner(program, compilePatterns(program));
const pace = { paceMs: 10, isPrompt: scanner.isPrompt, promptPauseMs: 1000 };

function seenIn(recording: Recording): string[] {
  return scanner
    .scan(recording)
    .sightings.map(({ text, line, shown }) => `${line} ${program.texts[text]?.name} ${shown}`);
}
const seenInText = (text: string) => seenIn(readRecording('x.log', text, pace));

type Doing = Item extends infer I ? (I extends Item ? Omit<I, 'wall' | 'line'> : never) : never;

/** Items a second apart, each on its own line of the file. */
function played(...doings: readonly Doing[]): Recording {
  const items = doings.map((doing, index) => ({ ...doing, wall: index * 1000, line: index + 1 }));
  const base = { form: 'clusterd', timing: 'recorded', lineCount: items.length } as const;
  return { name: 'x', ...base, items: items as Item[], badLines: [] };
}
const came = (data: string): Doing => ({ kind: 'received', data });
const typed = (data: string): Doing => ({ kind: 'typed', data });

describe('a plain log', () => {
  it.each([
    ['finished lines', 'a\r\npanic[cpu1]: x\n', ['2 panic panic[cpu1]: x']],
    ['a prompt at its end', 'a\nok ', ['2 ok ok ']],
    ['a prompt that is a whole line', 'ok \nb\n', ['1 ok ok ']],
    ['escape sequences', '\x1b[1mpanic[cpu\x1b[0m1]: x\n', ['1 panic panic[cpu1]: x']],
    ['no prompt in front of text', 'ok then\nconsole login: root\n', []],
    ['bytes that are no text', '\0\xff\x07panic\n', []],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(seenInText(text)).toEqual(expected);
  });

  it('counts lines with text in them', () => {
    expect(scanner.scan(readRecording('x', 'a\r\n\r\nb\n', pace)).lines).toBe(2);
  });
});

describe('a transcript', () => {
  it('sees a prompt only where the console fell quiet', () => {
    expect(seenIn(played(came('ok '), came('more\n')))).toEqual(['1 ok ok ']);
    const hasty = played(came('ok '), came('more\n'));
    const items = hasty.items.map((item, index) => ({ ...item, wall: index * 100 }));
    expect(seenIn({ ...hasty, items })).toEqual([]);
  });

  it('passes over the echo of what was typed, and only that', () => {
    const own = [came('ok '), typed('sh'), came('sh'), typed('ow x'), came('ow x')];
    expect(seenIn(played(...own, typed('\r'), came('\r\n')))).toEqual(['1 ok ok ']);
    expect(seenIn(played(came('ok '), came('show x\n')))).toEqual([
      '1 ok ok ',
      '2 typed ok show x',
    ]);
  });

  it('finds once what stood in an unfinished line and is then finished', () => {
    expect(seenIn(played(came('panic[cpu1]: x'), came(' y\n')))).toEqual([
      '1 panic panic[cpu1]: x',
    ]);
  });

  it('begins anew with a connection', () => {
    const again: Doing = { kind: 'channel', status: 'connected', detail: '' };
    expect(seenIn(played(came('panic[cpu'), again, came('1]: x\n')))).toEqual([]);
  });

  it('sees the same however the bytes are cut', () => {
    const text = 'a\r\n\x1b[1mpanic[cpu1]: x\r\nHost ID: 1\r\nok ';
    const whole = seenIn({ ...played(came(text)) });
    for (let cut = 1; cut < text.length; cut++) {
      const { items, ...rest } = played(came(text.slice(0, cut)), came(text.slice(cut)));
      const joined = items.map((item) => ({ ...item, wall: 0, line: 1 }));
      expect(seenIn({ ...rest, items: joined })).toEqual(whole);
    }
  });
});
