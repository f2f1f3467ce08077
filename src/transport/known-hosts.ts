/**
 * Host keys as OpenSSH records them, known_hosts(5): plain and hashed names, `[host]:port`, wildcards,
 * negation, `@revoked`. Called by transport/host-key.ts. Pure. Certificate authorities are read past:
 * host certificates are not understood.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface KnownHost {
  /** Where it stands, for messages. */
  readonly file: string;
  readonly line: number;
  readonly isRevoked: boolean;
  /** As written: patterns with commas between them, or one hashed name. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
}

export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly recorded: KnownHost }
  | { readonly kind: 'revoked'; readonly recorded: KnownHost };

const DEFAULT_PORT = 22;

export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((source, index) => parseLine(source, file, index + 1) ?? []);
}

function parseLine(source: string, file: string, line: number): KnownHost | null {
  const words = source.trim().split(/[ \t]+/);
  const marker = words[0]?.startsWith('@') === true ? words.shift() : '';
  const [hosts = '', type = '', key = ''] = words;
  if (hosts.startsWith('#') || key === '' || marker === '@cert-authority') return null;
  if (marker !== '' && marker !== '@revoked') return null;
  const isRevoked = marker === '@revoked';
  return { file, line, isRevoked, hosts, type, key: Buffer.from(key, 'base64') };
}

/** The lines that speak of this host. The name counts as it is written in CList. */
export function entriesOf(
  all: readonly KnownHost[],
  host: string,
  port: number,
): readonly KnownHost[] {
  const name = recordedName(host, port);
  return all.filter(({ hosts }) => speaksOf(hosts, name));
}

/** How a host stands in such a file: `ts1`, `[ts1]:2222`. */
export function recordedName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

function speaksOf(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  let found = false;
  for (const pattern of hosts.split(',')) {
    const isNegated = pattern.startsWith('!');
    if (!globOf(isNegated ? pattern.slice(1) : pattern).test(name)) continue;
    if (isNegated) return false;
    found = true;
  }
  return found;
}

/** `|1|SALT|HMAC-SHA1`, both in base64. */
function isHashOf(hosts: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hosts.split('|');
  if (version !== '1') return false;
  const expected = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function globOf(pattern: string): RegExp {
  // Many stars in a row mean one, and would take long to try.
  const source = pattern
    .toLowerCase()
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`);
}

/** `entries`: those that speak of the host. */
export function judgeHostKey(entries: readonly KnownHost[], key: Buffer): HostKeyVerdict {
  const same = entries.filter((entry) => entry.key.equals(key));
  const revoked = same.find(({ isRevoked }) => isRevoked);
  if (revoked !== undefined) return { kind: 'revoked', recorded: revoked };
  if (same.length > 0) return { kind: 'known' };
  const other = entries.find(({ isRevoked }) => !isRevoked);
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', recorded: other };
}

/** Types of host keys that ssh2 knows, as algorithms; an RSA key signs in three ways. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
  'ssh-dss': ['ssh-dss'],
};

/**
 * What to ask the host for, so that it shows a key that is recorded and not another one that it also
 * has. Empty: nothing is recorded that could be asked for.
 */
export function hostKeyAlgorithms(entries: readonly KnownHost[]): readonly string[] {
  const types = new Set(entries.filter(({ isRevoked }) => !isRevoked).map(({ type }) => type));
  return [...types].flatMap(
    (type) => (Object.hasOwn(ALGORITHMS, type) ? ALGORITHMS[type] : []) ?? [],
  );
}

/** As `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type of a key as its own first field says; '' when it is no key. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  const type = key.subarray(4, 4 + Math.min(length, 64)).toString('latin1');
  return /^[A-Za-z0-9@.-]+$/.test(type) ? type : '';
}
