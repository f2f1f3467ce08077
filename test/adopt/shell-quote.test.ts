/** Arguments through real shells: what comes out is what went in. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellLine } from '../../src/adopt/shell-quote.ts';

const NASTY = [
  'auto-boot?=false',
  'disk net',
  "it's",
  "'",
  "''",
  '"',
  '$(touch /tmp/owned)',
  '`id`',
  '$HOME',
  '\\',
  'a\\',
  "\\'",
  '!',
  'a!b!!',
  '*',
  '~root',
  '#x',
  'a;b',
  'a|b',
  'a&b',
  '<x>',
  '',
  ' ',
  '  two  ',
  '-n',
  '%s%n',
  '=x',
  '{a,b}',
  '[a-z]',
  '^x^y',
];

const shells = ['sh', 'dash', 'bash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);

describe('a line for a shell', () => {
  it.each(shells)('%s gives each argument as it was', (shell) => {
    const line = shellLine(['/usr/bin/printf', '%s\\n', ...NASTY]);
    const { stdout, status } = spawnSync(shell, ['-c', line], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toBe(NASTY.map((one) => `${one}\n`).join(''));
  });

  it('is readable where nothing needs quotes', () => {
    expect(shellLine(['/usr/sbin/eeprom', 'boot-device=clusterd-parked', 'x?'])).toBe(
      "/usr/sbin/eeprom 'boot-device=clusterd-parked' 'x?'",
    );
  });

  it.each(['a\nb', 'a\rb', 'a\0b', 'a\x1b[2J', 'ä'])('refuses %j', (text) => {
    expect(() => shellLine(['x', text])).toThrow(/not to be given to a shell/);
  });
});
