import { describe, expect, it } from 'vitest';
import { AnswerLine } from '../../src/terminal/answer-line.ts';
import { EscapeKeys, parseEscape } from '../../src/terminal/escape-keys.ts';

const ESC = ['\x05', 'c'] as const;
const typed = (data: string) => ({ kind: 'typed', data });
const command = (name: string) => ({ kind: 'command', command: name });

describe('keys', () => {
  it.each([
    ['what is typed', 'ls\r', [typed('ls\r')]],
    ['controls', '\x03\x1a\x13\x1b[A', [typed('\x03\x1a\x13\x1b[A')]],
    ['^E followed by something else', '\x05x', [typed('\x05x')]],
    ['^E twice and the command', '\x05\x05c.', [typed('\x05'), command('leave')]],
    ['the escape itself', '\x05c\x05', [typed('\x05c')]],
    ['text around a command', 'a\x05cwb', [typed('a'), command('who'), typed('b')]],
    ['BREAK', '\x05cl0', [command('break')]],
    ['no BREAK', '\x05cl1', [{ kind: 'unknown', key: 'l1' }]],
    ['an unknown command', '\x05cX', [{ kind: 'unknown', key: 'X' }]],
    ['a change of mind', '\x05c\r', [command('nothing')]],
  ])('are told apart: %s', (_, keys, expected) => {
    expect(new EscapeKeys(ESC).take(keys)).toEqual(expected);
    const one = new EscapeKeys(ESC);
    const singly = [...keys].flatMap((key) => one.take(key));
    expect(singly.filter(({ kind }) => kind !== 'typed')).toEqual(
      expected.filter(({ kind }) => kind !== 'typed'),
    );
  });

  it('can have another escape', () => {
    const keys = new EscapeKeys(ESC);
    expect(keys.take('\x05ce\x1dq')).toEqual([{ kind: 'escape-changed' }]);
    expect(keys.name).toBe('^]q');
    expect(keys.take('\x05c.\x1dq.')).toEqual([typed('\x05c.'), command('leave')]);
  });
});

describe('an escape as people write it', () => {
  it.each([
    ['^Ec', ['\x05', 'c']],
    ['^]q', ['\x1d', 'q']],
    ['^ec', ['\x05', 'c']],
    ['~.', ['~', '.']],
    ['^?x', ['\x7f', 'x']],
    ['^A^B', ['\x01', '\x02']],
    ['c', null],
    ['^Ecc', null],
    ['', null],
    ['é.', null],
  ])('%s', (text, keys) => {
    expect(parseEscape(text)).toEqual(keys);
  });
});

describe('an answer', () => {
  it('is what stands there at RETURN, and nothing behind it', () => {
    const line = new AnswerLine();
    expect(line.take('n3\x7f')).toEqual({ kind: 'shown', text: 'n3\b \b' });
    expect(line.take('1\rboot\r')).toEqual({ kind: 'answered', text: 'n1' });
  });

  it.each(['\x1b', '\x03', '\x04'])('is none after %j', (key) => {
    const line = new AnswerLine();
    line.take('n1');
    expect(line.take(`${key}\r`)).toEqual({ kind: 'cancelled' });
  });
});
