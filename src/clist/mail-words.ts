/**
 * The words of an `alarm-mail` line: addresses, login, TLS. Called by site-keys.ts. Must never quote
 * a password.
 */
import type { Secret } from './cluster.ts';
import type { LineReader } from './line-reader.ts';
import { readSecretValue } from './secret-value.ts';
import type { MailTarget, MailTls } from './site.ts';
import { type Read, readHost } from './values.ts';
import type { Word } from './words.ts';

/** `a@example.org` or `a@example.org,b@example.org`: never empty. */
export function readMailAddresses(text: string): Read<readonly string[]> {
  const addresses = text.split(',');
  return addresses.every(isAddress)
    ? { ok: true, value: addresses }
    : {
        ok: false,
        code: 'bad-mail-address',
        message: 'expected a mail address',
        hint: 'NAME@HOST; several with commas and without blanks: a@example.org,b@example.org',
      };
}

/** No quoted local parts: nobody's alarm address has one. */
function isAddress(text: string): boolean {
  const [, local = '', host = ''] = /^([\w.!#$%&'*+/=?^`{|}~-]{1,64})@([^@]+)$/.exec(text) ?? [];
  return local !== '' && /[A-Za-z]/.test(host) && readHost(host).ok;
}

type Options = Pick<MailTarget, 'login' | 'tls'>;

/** What follows the mail server; null: wrong, and reported. */
export function readMailOptions(line: LineReader): Options | null {
  const given = new Map<string, { readonly word: Word; readonly text: string }>();
  for (const word of line.rest()) {
    const [, name = '', text = ''] = /^(user|password|tls)=(.+)$/s.exec(word.text) ?? [];
    if (name === '') {
      const message = 'expected user=NAME, password=@file:PATH or tls=verified';
      line.fail('bad-option', word.span, message);
    } else if (given.has(name)) {
      line.fail('duplicate-option', word.span, `the option '${name}' stands here twice`);
    } else given.set(name, { word, text });
  }
  const login = readLogin(line, given.get('user'), given.get('password'));
  const tls = readTls(line, given.get('tls'), login === null ? 'any' : 'verified');
  return line.failed ? null : { login, tls };
}

type Given = { readonly word: Word; readonly text: string } | undefined;

function readLogin(line: LineReader, user: Given, password: Given): MailTarget['login'] {
  if (user === undefined && password === undefined) return null;
  if (user === undefined || password === undefined) {
    const hint = 'a login has both: user=NAME password=@file:PATH';
    const there = user === undefined ? 'the password has no user' : 'the user has no password';
    line.fail('bad-option', (user ?? password)?.word.span ?? line.span, there, hint);
    return null;
  }
  const secret: string | Secret | null = readSecretValue(
    line,
    password.word,
    'password',
    password.text,
  );
  return secret === null ? null : { user: user.text, password: secret };
}

function readTls(line: LineReader, given: Given, otherwise: MailTls): MailTls {
  const all: readonly MailTls[] = ['verified', 'any', 'none'];
  const found = all.find((one) => one === given?.text);
  if (given === undefined || found !== undefined) return found ?? otherwise;
  const hint =
    'verified: TLS with a good certificate or nothing; any: TLS if offered, unchecked; none: never';
  line.fail('value-not-allowed', given.word.span, 'expected verified, any or none', hint);
  return otherwise;
}
