/**
 * `console ssh` and `admin ssh`: who logs in where, and with what. Called by the keys of a node.
 * Secrets stay references: a password that stands in CList is refused.
 */
import { didYouMean } from '../language/diagnostics.ts';
import type { Secret, SshConsole, SshTarget } from './cluster.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { type OptionWord, readOptions } from './options.ts';
import { readSecretValue } from './secret-value.ts';
import { type Read, readHost, readHostPort } from './values.ts';

const SSH_PORT = 22;
const TARGET_OPTIONS = [
  'key',
  'passphrase',
  'password',
  'agent',
  'known-hosts',
  'trust',
  'legacy',
] as const;

type OptionName = (typeof TARGET_OPTIONS)[number] | 'command';

export function readAdmin(line: LineReader, draft: NodeDraft): void {
  if (line.choice(['ssh'] as const) === null) return;
  const read = readSsh(line, TARGET_OPTIONS);
  if (read !== null) draft.admin = { value: read.target, span: line.valueSpan };
}

export function readSshConsole(line: LineReader): SshConsole | null {
  const read = readSsh(line, [...TARGET_OPTIONS, 'command']);
  return read === null ? null : { kind: 'ssh', ...read.target, command: read.command };
}

interface SshLine {
  readonly target: SshTarget;
  readonly command: string | null;
}

function readSsh(line: LineReader, known: readonly OptionName[]): SshLine | null {
  const place = line.read('USER@HOST', readLogin);
  if (place === null) return null;
  const options = readOptions(line, 'key=/path/of/the/key', (one) => readOption(line, one, known));
  const text = (name: OptionName): string | null => {
    const value = options.get(name);
    return typeof value === 'string' ? value : null;
  };
  const secret = (name: OptionName): Secret | null => {
    const value = options.get(name);
    return value === undefined || typeof value === 'string' ? null : value;
  };
  const target: SshTarget = {
    ...place,
    key: text('key'),
    passphrase: secret('passphrase'),
    password: secret('password'),
    agent: text('agent') === 'yes',
    knownHosts: text('known-hosts'),
    trustFirstUse: text('trust') === 'first-use',
    legacy: text('legacy') === 'yes',
  };
  checkLogin(line, target);
  return { target, command: text('command') };
}

/** The credentials as a whole. */
function checkLogin(line: LineReader, target: SshTarget): void {
  const { key, passphrase, password, agent } = target;
  if (key === null && password === null && !agent) {
    const message = 'this login has neither a key nor a password';
    const hint = 'add key=/path/of/the/key, or password=@file:PATH, or agent=yes';
    line.fail('missing-login', line.valueSpan, message, hint);
  } else if (key === null && passphrase !== null) {
    const message = 'a passphrase opens a key, and there is none';
    line.fail('missing-login', line.valueSpan, message, 'add key=/path/of/the/key');
  }
}

function readOption(
  line: LineReader,
  { name, text, word }: OptionWord,
  known: readonly OptionName[],
): string | Secret | null {
  const option = known.find((one) => one === name);
  const accept = (value: string, good: boolean, expected: string): string | null => {
    if (good) return value;
    line.fail('bad-option', word.span, expected);
    return null;
  };
  switch (option) {
    case 'key':
    case 'known-hosts':
      return accept(text, /^\/[^\0\n]+$/.test(text), `${name} is the whole path of a file`);
    case 'agent':
    case 'legacy':
      return accept(text, /^(yes|no)$/.test(text), `expected ${name}=yes or ${name}=no`);
    case 'trust':
      return accept(text, text === 'first-use', 'the only trust there is: trust=first-use');
    case 'command':
      return accept(text, /^[\x20-\x7e]+$/.test(text), 'a command is one line of ASCII characters');
    case 'passphrase':
    case 'password':
      return readReference(line, { name, text, word });
    default: {
      const hint = didYouMean(name, known) ?? `known here: ${known.join(', ')}`;
      line.fail('bad-option', word.span, 'ssh has no such option', hint);
      return null;
    }
  }
}

function readReference(line: LineReader, { name, text, word }: OptionWord): Secret | null {
  if (!text.startsWith('@')) {
    const message = 'everybody who reads CList would read this secret';
    line.fail('bad-secret', word.span, message, `write ${name}=@file:PATH or ${name}=@env:NAME`);
    return null;
  }
  const value = readSecretValue(line, word, name, text);
  return typeof value === 'string' ? null : value;
}

/** `USER@HOST` or `USER@HOST:PORT`. The user of a terminal server may hold a `:` and a port. */
function readLogin(text: string): Read<{ user: string; host: string; port: number }> {
  const at = text.lastIndexOf('@');
  const user = text.slice(0, Math.max(at, 0));
  if (!/^[\x21-\x7e]+$/.test(user) || user.startsWith('-')) {
    const hint = 'for example root@ts1, or root@ts1:2222';
    return { ok: false, code: 'bad-address', message: 'expected USER@HOST', hint };
  }
  const rest = text.slice(at + 1);
  const place = /^(\[.*\]|[^:]*)$/.test(rest) ? readPortless(rest) : readHostPort(rest);
  return place.ok ? { ok: true, value: { user, ...place.value } } : place;
}

function readPortless(text: string): Read<{ host: string; port: number }> {
  const host = readHost(text);
  return host.ok ? { ok: true, value: { host: host.value, port: SSH_PORT } } : host;
}

/** How a login may be shown: `root@ts1`, `root@[2001:db8::1]:2222`. */
export function formatLogin({ user, host, port }: SshTarget): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${user}@${name}${port === SSH_PORT ? '' : `:${port}`}`;
}
