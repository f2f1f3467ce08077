import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  entriesOf,
  fingerprintOf,
  hostKeyAlgorithms,
  judgeHostKey,
  keyTypeOf,
  parseKnownHosts,
} from '../../src/transport/known-hosts.ts';
import { haveTools } from './external.ts';
import { makeKey } from './sshd.ts';

const KEY = Buffer.from('\0\0\0\x0bssh-ed25519one', 'latin1');
const OTHER = Buffer.from('\0\0\0\x0bssh-ed25519two', 'latin1');
const ONE = `ssh-ed25519 ${KEY.toString('base64')}`;
const TWO = `ssh-ed25519 ${OTHER.toString('base64')}`;

const verdict = (text: string, host = 'ts1', port = 22): string =>
  judgeHostKey(entriesOf(parseKnownHosts(text, 'f'), host, port), KEY).kind;

describe('recorded host keys', () => {
  it.each([
    ['the same name', `ts1 ${ONE}`, 'known'],
    ['capitals', `TS1 ${ONE}`, 'known'],
    ['one of several names', `a,ts1,b ${ONE} a comment`, 'known'],
    ['blanks and tabs', `  ts1\t${ONE}  `, 'known'],
    ['another name', `ts2 ${ONE}`, 'unknown'],
    ['a part of the name', `ts ${ONE}\nts11 ${ONE}`, 'unknown'],
    ['another key', `ts1 ${TWO}`, 'changed'],
    ['another key and the same', `ts1 ${TWO}\nts1 ${ONE}`, 'known'],
    ['a comment', `# ts1 ${ONE}\n#ts1 ${ONE}`, 'unknown'],
    ['nothing', '', 'unknown'],
    ['half a line', 'ts1 ssh-ed25519', 'unknown'],
    ['a wildcard', `t*1 ${ONE}`, 'known'],
    ['a question mark', `ts? ${ONE}`, 'known'],
    ['a wildcard that is none', `t.1 ${ONE}\nt+1 ${ONE}`, 'unknown'],
    ['a negation', `!ts1,ts* ${ONE}`, 'unknown'],
    ['a negation behind', `ts*,!ts1 ${ONE}`, 'unknown'],
    ['a negation of another one', `!ts2,ts* ${ONE}`, 'known'],
    ['a revoked key', `ts1 ${ONE}\n@revoked * ${ONE}`, 'revoked'],
    ['another key revoked', `ts1 ${ONE}\n@revoked * ${TWO}`, 'known'],
    ['only a revoked one', `@revoked ts1 ${TWO}`, 'unknown'],
    ['a certificate authority', `@cert-authority ts1 ${ONE}`, 'unknown'],
    ['a marker that nobody knows', `@trusted ts1 ${ONE}`, 'unknown'],
    ['the port of another server', `[ts1]:2222 ${ONE}`, 'unknown'],
    ['a hash that is none', `|1|x|y ${ONE}\n|2|a|b ${ONE}`, 'unknown'],
    ['line ends of other systems', `ts1 ${ONE}\r\n`, 'known'],
  ])('%s', (_name, text, expected) => {
    expect(verdict(text)).toBe(expected);
  });

  it('tells ports apart, and addresses', () => {
    expect(verdict(`[ts1]:2222 ${ONE}`, 'ts1', 2222)).toBe('known');
    expect(verdict(`ts1 ${ONE}`, 'ts1', 2222)).toBe('unknown');
    expect(verdict(`2001:db8::1 ${ONE}`, '2001:DB8::1')).toBe('known');
    expect(verdict(`[2001:db8::1]:2222 ${ONE}`, '2001:db8::1', 2222)).toBe('known');
  });

  it('takes no time for many stars', () => {
    const started = performance.now();
    expect(verdict(`${'*'.repeat(5000)}x ${ONE}`, 'a'.repeat(200))).toBe('unknown');
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('asks for the recorded types only', () => {
    const rsa = `ssh-rsa ${KEY.toString('base64')}`;
    const asked = (text: string) =>
      hostKeyAlgorithms(entriesOf(parseKnownHosts(text, 'f'), 'ts1', 22));
    expect(asked(`ts1 ${rsa}`)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);
    expect(asked(`ts1 ${ONE}\nts1 ${rsa}\nts2 ecdsa-sha2-nistp256 AAAA`)).toEqual([
      'ssh-ed25519',
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-rsa',
    ]);
    expect(asked(`ts1 constructor AAAA\n@revoked ts1 ${ONE}`)).toEqual([]);
  });

  it('reads the type from the key, unless it is nonsense', () => {
    expect(keyTypeOf(KEY)).toBe('ssh-ed25519one'.slice(0, 11));
    expect(keyTypeOf(Buffer.from('\0\0\0\x05a\x1b[1m', 'latin1'))).toBe('');
    expect(keyTypeOf(Buffer.from('\xff\xff\xff\xff\x1b', 'latin1'))).toBe('');
    expect(keyTypeOf(Buffer.alloc(0))).toBe('');
  });
});

describe('recorded host keys of a real ssh-keygen', () => {
  if (!haveTools('openssh-server')) return;
  const directory = mkdtempSync(join(tmpdir(), 'known-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('are found when they are hashed, and printed the same', () => {
    makeKey(join(directory, 'k'), 'ecdsa');
    const pub = readFileSync(join(directory, 'k.pub'), 'utf8');
    const file = join(directory, 'known_hosts');
    writeFileSync(file, `ts1 ${pub}[ts1]:2222 ${pub}192.0.2.7 ${pub}`);
    expect(spawnSync('ssh-keygen', ['-H', '-f', file]).status).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('ts1');
    const all = parseKnownHosts(text, file);
    const key = Buffer.from(pub.split(' ')[1] ?? '', 'base64');
    for (const [host, port, count] of [
      ['ts1', 22, 1],
      ['TS1', 2222, 1],
      ['192.0.2.7', 22, 1],
      ['ts1', 2223, 0],
      ['ts2', 22, 0],
    ] as const) {
      const entries = entriesOf(all, host, port);
      expect(entries).toHaveLength(count);
      if (count > 0) expect(judgeHostKey(entries, key)).toEqual({ kind: 'known' });
    }
    const printed = String(spawnSync('ssh-keygen', ['-lf', join(directory, 'k.pub')]).stdout);
    expect(printed.split(' ')[1]).toBe(fingerprintOf(key));
  });
});
