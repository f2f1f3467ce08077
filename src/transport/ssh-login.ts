/**
 * The ways in which we log in over ssh, in the order in which they are tried: key, agent, password,
 * and the password once more where the server asks questions instead. Called by
 * transport/ssh-connection.ts for each connection. Must never show a secret, and never answer a
 * question that is not the one for the password.
 */
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import type { Secret, SshTarget } from '../clist/cluster.ts';
import { TransportError } from './transport.ts';

export type Reveal = (secret: Secret) => string;

/** Throws TransportError `other` when something of it cannot be had here. */
export function loginMethods(
  target: SshTarget,
  reveal: Reveal,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly AnyAuthMethod[] {
  const { user: username, key, password, agent } = target;
  const methods: AnyAuthMethod[] = [];
  if (key !== null)
    methods.push({ type: 'publickey', username, key: readKey(target, key, reveal) });
  if (agent) methods.push({ type: 'agent', username, agent: agentSocket(environment) });
  if (password !== null) {
    const value = revealed(password, reveal);
    methods.push({ type: 'password', username, password: value });
    methods.push({ type: 'keyboard-interactive', username, prompt: answerOnce(value) });
  }
  return methods;
}

/** What was tried, for the message of a refusal. */
export function formatMethods({ key, password, agent }: SshTarget): string {
  const tried = [
    ...(key === null ? [] : [`the key ${key}`]),
    ...(agent ? ['the keys of the agent'] : []),
    ...(password === null ? [] : ['the password']),
  ];
  return tried.join(', ');
}

type Prompt = Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>['prompt'];

/** One hidden question gets the password, once; anything else gets nothing. */
function answerOnce(password: string): Prompt {
  let answered = false;
  return (_name, _instructions, _language, prompts, finish) => {
    const isAsked = !answered && prompts.length === 1 && prompts[0]?.echo !== true;
    answered ||= isAsked;
    finish(isAsked ? [password] : prompts.map(() => ''));
  };
}

function agentSocket(environment: Readonly<Record<string, string | undefined>>): string {
  const socket = environment.SSH_AUTH_SOCK ?? '';
  if (socket !== '') return socket;
  throw new TransportError(
    'other',
    'no ssh agent: SSH_AUTH_SOCK is not set where the daemon was started',
    'start it with an agent, or use key=PATH',
  );
}

function revealed(secret: Secret, reveal: Reveal): string {
  try {
    return reveal(secret);
  } catch (error) {
    throw withHint(error);
  }
}

function withHint(error: unknown): TransportError {
  const message = error instanceof Error ? error.message : 'a secret cannot be had';
  const hint = error instanceof Error && 'hint' in error ? String(error.hint) : 'look at CList';
  return new TransportError('other', message, hint, error);
}

interface KnownKey {
  readonly text: string;
  readonly passphrase: string | undefined;
  readonly parsed: ParsedKey;
}

/** Opening a key takes a tenth of a second of the whole daemon: once for each. */
const KEYS = new Map<string, KnownKey>();

function readKey({ passphrase }: SshTarget, path: string, reveal: Reveal): ParsedKey {
  const text = revealed({ kind: 'file', path }, reveal);
  const opener = passphrase === null ? undefined : revealed(passphrase, reveal);
  const known = KEYS.get(path);
  if (known?.text === text && known.passphrase === opener) return known.parsed;
  const parsed = ssh2.utils.parseKey(text, opener);
  if (parsed instanceof Error) throw badKey(path, parsed, opener !== undefined);
  const one = Array.isArray(parsed) ? parsed[0] : parsed;
  if (one === undefined || !one.isPrivateKey()) throw badKey(path, null, false);
  KEYS.set(path, { text, passphrase: opener, parsed: one });
  return one;
}

function badKey(path: string, error: Error | null, hadPassphrase: boolean): TransportError {
  const isEncrypted = /encrypted|passphrase|decrypt|bad password|integrity/i.test(
    error?.message ?? '',
  );
  if (isEncrypted || hadPassphrase) {
    return new TransportError(
      'other',
      hadPassphrase
        ? `the passphrase does not open the key ${path}`
        : `the key ${path} is encrypted, and no passphrase is given`,
      'add passphrase=@file:PATH, or use a key without one',
      error,
    );
  }
  return new TransportError(
    'other',
    `${path} holds no private key`,
    'make one: ssh-keygen -t ed25519 -f PATH',
    error,
  );
}
