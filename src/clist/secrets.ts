/**
 * Fetches a secret at the moment it is needed and keeps it from being printed. Called by the power
 * adapter just before it talks to a device, and by `doctor`. Must never put a value into an error.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { ClistError } from './clist-error.ts';
import type { Secret } from './cluster.ts';

/** A value that shows itself only when asked by name. */
export class SecretText {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** Throws ClistError `secret-...`. One line end at the end of a file is not part of the secret. */
export function resolveSecret(
  secret: Secret,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretText {
  return secret.kind === 'file'
    ? readSecretFile(secret.path)
    : readVariable(secret.name, environment);
}

/** How a secret's place may be shown: `@file:/etc/clusterd/pdu.secret`. */
export function formatSecretPlace(secret: Secret): string {
  return secret.kind === 'file' ? `@file:${secret.path}` : `@env:${secret.name}`;
}

function readVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): SecretText {
  const value = environment[name];
  if (value !== undefined && value !== '') return new SecretText(value);
  throw new ClistError(
    'secret-missing',
    `the environment variable ${name} is not set`,
    'set it where clusterd is started, or use @file:PATH',
    { name },
  );
}

function readSecretFile(path: string): SecretText {
  // Checked on the open file: what was checked is what is read. Non-blocking: it may be a pipe.
  const descriptor = openSecret(path);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      throw fileError('secret-not-a-file', path, 'is no regular file', 'name a file');
    }
    if (stats.uid !== 0 && stats.uid !== process.getuid?.()) {
      const hint = `chown root ${path}, or give it to the user that runs clusterd`;
      throw fileError('secret-owner', path, 'belongs to another user', hint);
    }
    if ((stats.mode & 0o077) !== 0) {
      const hint = `chmod 600 ${path}`;
      throw fileError('secret-readable', path, 'can be read by group or others', hint);
    }
    const value = readFileSync(descriptor, 'utf8').replace(/\r?\n$/, '');
    if (value !== '') return new SecretText(value);
    throw fileError('secret-empty', path, 'is empty', 'write the secret into it');
  } finally {
    closeSync(descriptor);
  }
}

function openSecret(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw fileError('secret-missing', path, 'does not exist', 'create it with mode 600');
    }
    const hint = 'the user that runs clusterd must be able to read it';
    throw fileError('secret-unreadable', path, `cannot be opened (${code})`, hint);
  }
}

function fileError(
  code: ConstructorParameters<typeof ClistError>[0],
  path: string,
  what: string,
  hint: string,
): ClistError {
  return new ClistError(code, `the secret file ${path} ${what}`, hint, { path });
}
