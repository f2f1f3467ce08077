/**
 * What we offer to an ssh server. Called by transport/ssh-connection.ts. Asks for host keys of the
 * recorded types only, since a host that is known by one of its keys would else show another one.
 * Compression is left out: a few bytes could become very many.
 */
import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/** Weak today, and all that machines of 2005 know; only with `legacy=yes`. */
const OLD = {
  kex: append<Algorithms['kex']>([
    'diffie-hellman-group-exchange-sha1',
    'diffie-hellman-group14-sha1',
    'diffie-hellman-group1-sha1',
  ]),
  cipher: append<Algorithms['cipher']>(['aes256-cbc', 'aes128-cbc', '3des-cbc']),
  hmac: append<Algorithms['hmac']>(['hmac-md5']),
};

const HOST_KEYS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const satisfies readonly ServerHostKeyAlgorithm[];

/** `recorded`: the algorithms of the recorded host keys; empty: none is. */
export function offeredAlgorithms(recorded: readonly string[], legacy: boolean): Algorithms {
  const known: ServerHostKeyAlgorithm[] = legacy
    ? [...HOST_KEYS, 'ssh-rsa', 'ssh-dss']
    : [...HOST_KEYS];
  const wanted = known.filter((name) => recorded.includes(name));
  return {
    compress: ['none'],
    serverHostKey: wanted.length === 0 ? known : wanted,
    ...(legacy ? OLD : {}),
  };
}

type Listed<T> = Extract<T, readonly unknown[]>;

function append<T>(names: Listed<T>) {
  return { append: names, prepend: [], remove: [] };
}
