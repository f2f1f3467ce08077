/**
 * What a cluster needs for itself alone on this host, as claims (src/control/host-claims.ts): its
 * journal and its two consoles. Called by the daemon. A name of a host is taken as it is written:
 * `ts1` and its address are not known to be the same; a program with other words is another console.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Cluster, ConsoleAddress } from '../clist/cluster.ts';
import type { HostClaims } from '../control/host-claims.ts';
import { nameOf } from '../control/process-life.ts';
import { assertNever } from '../language/assert-never.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** `stateDirectory` has to be there. */
export async function claimsOf(cluster: Cluster, stateDirectory: string): Promise<string[]> {
  const journal = join(await realpath(stateDirectory), `${cluster.name}.journal`);
  return [`journal ${journal}`, ...(await consolesOf(cluster))];
}

/** Its consoles alone, as claims. */
export function consolesOf(cluster: Cluster): Promise<string[]> {
  return Promise.all(cluster.nodes.map((node) => claimOfConsole(node.console)));
}

async function claimOfConsole(console: ConsoleAddress): Promise<string> {
  switch (console.kind) {
    case 'telnet':
    case 'tcp':
      return `console ${placeOf(console)}`;
    case 'ssh': {
      // One server gives many sessions: whose, and what runs in it, tells the consoles apart.
      const what = console.command === null ? 'shell' : digestOf([console.command]);
      return `console ssh ${console.user}@${placeOf(console)} ${what}`;
    }
    case 'serial':
    case 'unix':
      return `console ${await realpath(console.path).catch(() => console.path)}`;
    case 'exec':
      return `console exec ${basename(console.argv[0] ?? '')} ${digestOf(console.argv)}`;
    default:
      return assertNever(console);
  }
}

function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  return `${LOOPBACK.includes(name) ? 'localhost' : name}:${port}`;
}

/** Everybody can read claims, and a password may stand among the words. */
function digestOf(argv: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(argv)).digest('hex').slice(0, 16);
}

/** Why another process keeps us from it, or null. */
export function objectionTo(claims: readonly string[], host: HostClaims): string | null {
  for (const claim of claims) {
    const holder = host.holderOf(claim);
    if (holder !== null) return `its ${claim} is in the hands of ${nameOf(holder)}`;
  }
  return null;
}
