/** Keys for simulated ssh servers and their users. */
import ssh2 from 'ssh2';

export type KeyPair = ReturnType<typeof ssh2.utils.generateKeyPairSync>;

/** Of 2,000 pairs that ssh2 makes it cannot read 8 itself. */
export function makeKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
