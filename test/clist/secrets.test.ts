import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClistError } from '../../src/clist/clist-error.ts';
import { resolveFenceAgent } from '../../src/clist/fence-agent.ts';
import { formatSecretPlace, resolveSecret, SecretText } from '../../src/clist/secrets.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clist-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string, mode: number): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ClistError)) throw error;
    expect(error.hint).not.toBe('');
    expect(error.message).not.toContain('hunter2');
    return error.code;
  }
  return 'nothing thrown';
}

describe('a secret in a file', () => {
  test.each([
    ['hunter2', 'hunter2'],
    ['hunter2\n', 'hunter2'],
    ['hunter2\r\n', 'hunter2'],
    ['hunter2\n\n', 'hunter2\n'],
    [' a b ', ' a b '],
  ])('%j', (text, expected) => {
    const path = write('s', text, 0o600);
    expect(resolveSecret({ kind: 'file', path }).reveal()).toBe(expected);
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601])('mode %o is refused', (mode) => {
    const path = write('s', 'hunter2', mode);
    expect(codeOf(() => resolveSecret({ kind: 'file', path }))).toBe('secret-readable');
  });

  test('what is missing, empty or no file is refused', () => {
    const path = join(directory, 'none');
    expect(codeOf(() => resolveSecret({ kind: 'file', path }))).toBe('secret-missing');
    const empty = write('empty', '\n', 0o600);
    expect(codeOf(() => resolveSecret({ kind: 'file', path: empty }))).toBe('secret-empty');
    mkdirSync(path);
    expect(codeOf(() => resolveSecret({ kind: 'file', path }))).toBe('secret-not-a-file');
  });

  test('a link is as good as the file it leads to', () => {
    const link = join(directory, 'link');
    symlinkSync(write('s', 'hunter2', 0o644), link);
    expect(codeOf(() => resolveSecret({ kind: 'file', path: link }))).toBe('secret-readable');
  });

  test.skipIf(process.getuid?.() !== 0)('a file of another user is refused', () => {
    const path = write('s', 'hunter2', 0o600);
    chownSync(path, 12_345, 12_345);
    expect(codeOf(() => resolveSecret({ kind: 'file', path }))).toBe('secret-owner');
  });
});

test('a secret in the environment', () => {
  const secret = { kind: 'environment', name: 'PDU' } as const;
  expect(resolveSecret(secret, { PDU: 'hunter2' }).reveal()).toBe('hunter2');
  expect(codeOf(() => resolveSecret(secret, {}))).toBe('secret-missing');
  expect(codeOf(() => resolveSecret(secret, { PDU: '' }))).toBe('secret-missing');
  expect(formatSecretPlace(secret)).toBe('@env:PDU');
});

test('a secret text does not show itself', () => {
  const secret = new SecretText('hunter2');
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
    inspect({ nested: [secret] }),
    format('%s %o %j', secret, secret, secret),
    JSON.stringify(Object.entries(secret)),
  ].join('\n');
  expect(shown).not.toContain('hunter2');
  expect(shown).toContain('[secret]');
});

describe('finding a fence agent', () => {
  test('in PATH, by its path, and the simulated one', () => {
    const path = write('fence_x', '#!/bin/sh\n', 0o755);
    expect(resolveFenceAgent('fence_x', `/nowhere:${directory}`)).toEqual([path]);
    expect(resolveFenceAgent(path, '')).toEqual([path]);
    const simulated = resolveFenceAgent('fence_sim', '');
    expect(simulated[0]).toBe(process.execPath);
    expect(simulated[1]).toMatch(/\/dist\/sim\/fence-agent\.js$/);
  });

  test('not there, not to be run, or only in a relative PATH', () => {
    const plain = write('fence_y', '', 0o644);
    expect(codeOf(() => resolveFenceAgent('fence_y', directory))).toBe('no-agent');
    expect(codeOf(() => resolveFenceAgent(plain))).toBe('no-agent');
    expect(codeOf(() => resolveFenceAgent('fence_z', '.'))).toBe('no-agent');
    expect(codeOf(() => resolveFenceAgent('fence_z', undefined))).toBe('no-agent');
    expect(codeOf(() => resolveFenceAgent(directory))).toBe('no-agent');
  });
});
