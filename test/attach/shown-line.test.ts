import { describe, expect, it } from 'vitest';
import { ShownLine } from '../../src/attach/shown-line.ts';
import { TypedLine } from '../../src/attach/typed-line.ts';

describe('the line with the cursor', () => {
  it.each([
    ['a prompt', 'x\r\nok ', 'ok '],
    ['what was typed behind it', '# reboot', '# reboot'],
    ['erased characters', '# rebx\b \boot', '# reboot'],
    ['a line written over', '# ls\r# reboot', '# reboot'],
    ['a line erased to its end', '# reboot now\r# ls\x1b[K', '# ls'],
    ['a history that moves back', '# ls\x1b[2Dreboot', '# reboot'],
    ['colours', '\x1b[1m# \x1b[0;31mreboot\x1b[m', '# reboot'],
    ['a screen that was cleared', 'old\x1b[2J# ', '# '],
    ['a tabulator', '#\tx', '# x'],
    ['a finished line', '# reboot\r\n', ''],
  ])('is known: %s', (_, text, expected) => {
    const whole = new ShownLine();
    whole.feed(text);
    expect(whole.text).toBe(expected);
    for (let cut = 1; cut < text.length; cut++) {
      const line = new ShownLine();
      line.feed(text.slice(0, cut));
      line.feed(text.slice(cut));
      expect(line.text).toBe(expected);
    }
  });

  it('is bounded', () => {
    const line = new ShownLine();
    line.feed('x'.repeat(100_000));
    expect(line.text.length).toBeLessThan(2_000);
    line.feed(`\x1b[999999C${'\x1b['.repeat(1000)}`);
    expect(line.text.length).toBeLessThan(2_000);
    line.feed('\n# ');
    expect(line.text).toBe('# ');
  });
});

describe('the line that is typed', () => {
  it.each([
    ['rebx\x7foot', 'reboot'],
    ['ls\x15reboot', 'reboot'],
    ['ls -l\x17-a', 'ls -a'],
    ['ls\x03reboot', 'reboot'],
    ['\b\b', ''],
  ])('is edited as usual: %j', (keys, expected) => {
    const line = new TypedLine();
    for (const key of keys) line.add(key);
    expect(line.take()).toBe(expected);
    expect(line.text).toBe('');
  });
});
