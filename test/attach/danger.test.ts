import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DangerousLines } from '../../src/attach/danger.ts';
import { compileScript } from '../../src/language/compile.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';

const scripts = join(import.meta.dirname, '../../chat-scripts');
const { program } = compileScript('sun-obp.chat', (file) =>
  readFileSync(join(scripts, file), 'utf8'),
);
if (program === null) throw new Error('sun-obp.chat does not compile');
const dangerous = new DangerousLines({ program, patterns: compilePatterns(program) });

const wordOf = (typed: string, shown: string) => dangerous.judge(typed, shown)?.word ?? null;

describe('a line that is about to be sent', () => {
  it.each([
    ['ok boot disk', 'boot disk', 'boot'],
    ['{0} ok boot', 'boot', 'boot'],
    ['ok BOOT', 'BOOT', 'boot'],
    ['ok banner go', 'banner go', 'go'],
    ['ok sync', 'sync', 'sync'],
    ['ok reset-all', 'reset-all', 'reset-all'],
    ['ok power-off', 'power-off', 'power-off'],
    ['ok set-defaults', 'set-defaults', 'set-defaults'],
    ['# reboot', 'reboot', 'reboot'],
    ['n1# /usr/sbin/halt', '/usr/sbin/halt', 'halt'],
    ['bash-3.00# cd /; init 6', 'cd /; init 6', 'init'],
    ['root@n1 # sudo -u root reboot', '', 'reboot'],
    ['# ssh n2 "reboot"', '', 'reboot'],
    ['# X=1 \\shutdown -y', '', 'shutdown'],
    ['# newfs /dev/rdsk/c0t0d0s0', '', 'newfs'],
    ['# mkfs.ext3 /dev/sda1', '', 'mkfs.ext3'],
    ['# dd if=/dev/zero of=/dev/rdsk/c0t0d0s2', '', 'dd'],
    ['# rm -fr /export', '', 'rm'],
    ['# mount /dev/dsk/c0t0d0s0 /a', '', 'mount'],
    ['sc> poweroff', 'poweroff', 'poweroff'],
    ['[0]> :c', ':c', ':c'],
    ['c)ontinue, s)ync, r)eboot, h)alt? s', 's', 's'],
  ])('is asked about: %s', (shown, typed, word) => {
    expect(wordOf(typed, shown)).toBe(word);
  });

  it('is asked about when the screen shows it though nobody typed it', () => {
    expect(wordOf('', 'ok boot disk')).toBe('boot');
    expect(wordOf('', '# reboot')).toBe('reboot');
  });

  it('is asked about when it was typed faster than it is echoed', () => {
    expect(wordOf('boot disk', 'ok ')).toBe('boot');
    expect(wordOf('reboot', '# re')).toBe('reboot');
    expect(wordOf('boot', '')).toBe('boot');
  });

  it.each([
    ['ok banner', 'banner'],
    ['ok printenv boot-device', 'printenv boot-device'],
    ['ok setenv auto-boot? false', 'setenv auto-boot? false'],
    ['n1 console login: root', 'root'],
    ['# ls -lR /', 'ls -lR /'],
    ['# sync', 'sync'],
    ['# grep reboot /var/adm/messages', 'grep reboot /var/adm/messages'],
    ['# rm core', 'rm core'],
    ['# man init', 'man init'],
    ['', ''],
  ])('is none: %s', (shown, typed) => {
    expect(dangerous.judge(typed, shown)).toBeNull();
  });

  it('says what it would do, with the line', () => {
    expect(dangerous.judge('go', 'ok go')).toEqual({
      line: 'go',
      word: 'go',
      what: 'lets the stopped system go on, writing to the disk',
    });
  });
});
