import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { proveFile } from '../../src/home/load-script.ts';
import { ProvenBefore } from '../../src/home/proven-before.ts';

const scripts = fileURLToPath(new URL('../../chat-scripts/', import.meta.url));
let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'proven-'));
  cpSync(scripts, join(home, 'scripts'), { recursive: true });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const script = () => join(home, 'scripts/sun-obp.chat');
const load = () => proveFile(script(), 'scripts', new ProvenBefore(join(home, 'state')));

test('a script that was proven is not proven again, until a letter of it or its library changes', () => {
  expect(load().proof?.complete).toBe(true);
  const again = load();
  expect(again.proof).toBeNull();
  expect(again.program).not.toBeNull();
  const library = join(home, 'scripts/lib/obp.chat');
  writeFileSync(library, `${readFileSync(library, 'utf8')}# changed\n`);
  expect(load().proof?.complete).toBe(true);
});

test('a script that the proof refuses is never remembered', () => {
  const text = readFileSync(script(), 'utf8');
  writeFileSync(script(), text.replace('  fail no-proof', '  succeed'));
  for (let times = 0; times < 2; times++) {
    const { program, proof } = load();
    expect(program).toBeNull();
    expect(proof).not.toBeNull();
  }
});

test('a memory that is damaged or cannot be written only costs time', () => {
  writeFileSync(join(home, 'state'), 'no directory');
  expect(load().program).not.toBeNull();
  expect(load().proof).not.toBeNull();
});
