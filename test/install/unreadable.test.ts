/** A program that the daemon's user could not read is found at the installation. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuseUnreadable } from '../../src/install/refuse-unreadable.ts';

let directory: string;
let program: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'closed-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'dist'), { mode: 0o755 });
  program = join(directory, 'dist/main.js');
  writeFileSync(program, '', { mode: 0o644 });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a program', () => {
  it('that everybody may read is taken', () => {
    expect(() => refuseUnreadable(program, 'clusterd')).not.toThrow();
  });

  it.each([
    ['file', 'dist/main.js', 0o600],
    ['directory', 'dist', 0o750],
    ['directory above', '.', 0o700],
  ])('whose %s is closed is refused, and the place named', (_, name, mode) => {
    const closed = join(directory, name);
    chmodSync(closed, mode);
    expect(() => refuseUnreadable(program, 'clusterd')).toThrow(`${closed} is closed`);
    chmodSync(closed, 0o755);
  });
});
