import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SafeText } from '../../src/terminal/safe-text.ts';

const filtered = (latin1: string) => new SafeText().filter(latin1);
const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('text for a terminal', () => {
  it.each([
    ['plain lines', 'ok boot\r\n\tx\b \x07'],
    ['cursor and erasing', '\x1b[H\x1b[2J\x1b[10;3Hx\x1b[K\x1b[3A\x1b7\x1b8\x1bM'],
    ['colours', '\x1b[1;31mred\x1b[0m'],
    ['what an editor asks for', '\x1b[?1h\x1b=\x1b[?25l\x1b[1;24r\x1b[4h\x1b[L\x1b[P'],
  ])('keeps %s', (_, text) => {
    expect(filtered(text)).toBe(text);
  });

  it.each([
    ['ENQ, the answerback', 'a\x05b'],
    ['the question for the attributes', 'a\x1b[cb'],
    ['the question, with a parameter', 'a\x1b[0;1cb'],
    ['the second attributes', 'a\x1b[>cb'],
    ['DECID', 'a\x1bZb'],
    ['the question for the cursor', 'a\x1b[6nb'],
    ['a private question', 'a\x1b[?6nb'],
    ['the title', 'a\x1b]0;rm -rf\x07b'],
    ['the title, ended by ST', 'a\x1b]2;x\x1b\\b'],
    ['the clipboard', 'a\x1b]52;c;cm0gLXJm\x07b'],
    ['a device string', 'a\x1bP$q"p\x1b\\b'],
    ['an application string', 'a\x1b_x\x1b\\b'],
    ['a privacy message', 'a\x1b^x\x1b\\b'],
    ['window operations', 'a\x1b[21tb'],
    ['the checksum of an area', 'a\x1b[1*yb'],
    ['the mouse', 'a\x1b[?1000hb'],
    ['the other screen', 'a\x1b[?1049hb'],
    ['bracketed paste', 'a\x1b[?2004hb'],
    ['a reset', 'a\x1bcb'],
    ['a soft reset', 'a\x1b[!pb'],
    ['a character set', 'a\x1b(0b'],
    ['shifts', 'a\x0e\x0fb'],
    ['C1 in one byte', 'a\x9bb'],
    ['C1 in two bytes', 'a\xc2\x9bb'],
    ['DEL and NUL', 'a\x7f\x00b'],
    ['an escape that comes to nothing', 'a\x1b[\x18b'],
    ['a question to the printer', 'a\x1b[5ib'],
  ])('leaves out %s', (_, text) => {
    expect(filtered(text)).toBe('ab');
  });

  it('does the same however it is cut', () => {
    const text = `a\x1b]0;x\x07b\x1b[1mc\x1b[6nd${bytes('é€😀')}\xe9\x1bPq\x1b\\e\r\n`;
    const whole = filtered(text);
    expect(whole).toBe('ab\x1b[1mcdé€😀ée\r\n');
    for (let cut = 1; cut < text.length; cut++) {
      const safe = new SafeText();
      expect(safe.filter(text.slice(0, cut)) + safe.filter(text.slice(cut))).toBe(whole);
    }
  });

  it('shows UTF-8, and Latin-1 where it is none', () => {
    expect(filtered(bytes('Zürich €'))).toBe('Zürich €');
    expect(filtered('Z\xfcrich')).toBe('Zürich');
    expect(filtered(bytes('\u202e\u200b'))).not.toMatch(/[\u202e\u200b]/);
  });

  it('does not let a string without end swallow the console', () => {
    expect(filtered('a\x1b]0;x\r\npanic')).toBe('a\r\npanic');
    expect(filtered(`a\x1bP${'x'.repeat(5000)}panic`)).toContain('panic');
  });

  it('lets nothing through that it does not know, whatever comes', () => {
    const parts = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      'P',
      '?',
      '6',
      ';',
      'n',
      'c',
      '\x07',
      '\\',
      'm',
    );
    const text = fc.array(fc.oneof(parts, fc.string({ unit: 'binary-ascii' })), { maxLength: 40 });
    fc.assert(
      fc.property(text, (all) => {
        const out = filtered(all.join(''));
        const left = out.replace(
          /\x1b(\[([0-9;]*[@-Zad-fmrsu`]|\?(1|7|25)[hl]|4[hl])|[78DEMH=>])/g,
          '',
        );
        expect(left).not.toContain('\x1b');
        expect(out).not.toMatch(/\x1b\[[0-9;?]*[cn]/);
      }),
    );
  });

  it('puts the terminal back only where it was changed', () => {
    const safe = new SafeText();
    safe.filter('ok\r\n');
    expect(safe.reset()).toBe('');
    safe.filter('\x1b[?25l');
    expect(safe.reset()).toContain('\x1b[?25h');
  });
});
