/**
 * Is the host that answers the one that is meant? Reads the recorded keys, judges the one that is
 * shown, and records it where CList asks for trust at first use. Made by transport/ssh-connection.ts
 * for each connection. Must never believe a key because the others failed.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../clist/cluster.ts';
import {
  entriesOf,
  fingerprintOf,
  hostKeyAlgorithms,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  parseKnownHosts,
  recordedName,
} from './known-hosts.ts';
import { TransportError } from './transport.ts';

export class HostKeyCheck {
  readonly #target: SshTarget;
  readonly #trustFile: string | null;
  readonly #entries: readonly KnownHost[];
  /** Why the key that was shown is not taken; null: none was refused. */
  refusal: TransportError | null = null;

  /**
   * `trustFile`: ours, for keys that are believed at first use. Throws TransportError `host-key` when
   * a file that CList names cannot be read.
   */
  constructor(target: SshTarget, trustFile: string | null) {
    this.#target = target;
    this.#trustFile = target.trustFirstUse ? trustFile : null;
    this.#entries = entriesOf(readAll(target, this.#trustFile), target.host, target.port);
  }

  /** What to ask the host for; empty: whatever it has. */
  get algorithms(): readonly string[] {
    return hostKeyAlgorithms(this.#entries);
  }

  /** Takes the key or says no; then `refusal` tells why. */
  accepts(key: Buffer): boolean {
    this.refusal = this.#refuse(key);
    return this.refusal === null;
  }

  #refuse(key: Buffer): TransportError | null {
    const verdict = judgeHostKey(this.#entries, key);
    switch (verdict.kind) {
      case 'known':
        return null;
      case 'unknown':
        return this.#target.trustFirstUse ? this.#record(key) : this.#unknown(key);
      case 'changed':
        return this.#changed(key, verdict.recorded);
      case 'revoked':
        return this.#revoked(key, verdict.recorded);
      default:
        return assertNever(verdict);
    }
  }

  get #name(): string {
    return recordedName(this.#target.host, this.#target.port);
  }

  #unknown(key: Buffer): TransportError {
    const { host, port, knownHosts } = this.#target;
    const file = knownHosts ?? '/etc/ssh/ssh_known_hosts';
    return new TransportError(
      'host-key',
      `the host key of ${this.#name} is not known: ${keyTypeOf(key)} ${fingerprintOf(key)}`,
      `compare it at the host (ssh-keygen -lf), then: ssh-keyscan -p ${port} ${host} >>${file}`,
    );
  }

  #changed(key: Buffer, recorded: KnownHost): TransportError {
    const { file, line } = recorded;
    return new TransportError(
      'host-key',
      `the host key of ${this.#name} is not the recorded one (${file}:${line}): it shows ` +
        `${keyTypeOf(key)} ${fingerprintOf(key)}, recorded is ${fingerprintOf(recorded.key)}`,
      `another machine answers, or it got a new key; if that is right: ssh-keygen -f ${file} -R '${this.#name}'`,
    );
  }

  #revoked(key: Buffer, { file, line }: KnownHost): TransportError {
    return new TransportError(
      'host-key',
      `the host key of ${this.#name} is revoked (${file}:${line}): ${fingerprintOf(key)}`,
      'whoever has this key may be anybody: give the host a new one',
    );
  }

  /** First use: recorded before it is believed. Another connection may have been first. */
  #record(key: Buffer): TransportError | null {
    const file = this.#trustFile;
    if (file === null) return this.#unknown(key);
    try {
      const meanwhile = entriesOf(
        readKnownHosts(file, false),
        this.#target.host,
        this.#target.port,
      );
      const verdict = judgeHostKey(meanwhile, key);
      if (verdict.kind === 'known') return null;
      if (verdict.kind === 'changed') return this.#changed(key, verdict.recorded);
      append(file, `${this.#name} ${keyTypeOf(key)} ${key.toString('base64')}\n`);
      return null;
    } catch (error) {
      const code = codeOf(error);
      return new TransportError(
        'host-key',
        `the host key of ${this.#name} cannot be recorded in ${file} (${code})`,
        'trust=first-use needs a file that the daemon may write',
        error,
      );
    }
  }
}

function readAll({ knownHosts }: SshTarget, trustFile: string | null): readonly KnownHost[] {
  const own = trustFile === null ? [] : readKnownHosts(trustFile, false);
  if (knownHosts !== null) return [...readKnownHosts(knownHosts, true), ...own];
  const files = ['/etc/ssh/ssh_known_hosts', join(homedir(), '.ssh', 'known_hosts')];
  return [...files.flatMap((file) => readKnownHosts(file, false)), ...own];
}

/** A file that CList names has to be there; where we only look, it may be missing. */
function readKnownHosts(file: string, isNamed: boolean): readonly KnownHost[] {
  try {
    return parseKnownHosts(readFileSync(file, 'latin1'), file);
  } catch (error) {
    const code = codeOf(error);
    if (!isNamed && code === 'ENOENT') return [];
    throw new TransportError(
      'host-key',
      `the host keys in ${file} cannot be read (${code})`,
      'the user of the daemon must be able to read it',
      error,
    );
  }
}

function append(file: string, line: string): void {
  const descriptor = openSync(file, 'a', 0o640);
  try {
    writeSync(descriptor, line);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function assertNever(value: never): never {
  throw new Error(`unknown verdict: ${JSON.stringify(value)}`);
}
