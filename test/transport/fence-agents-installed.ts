/** Debian's fence-agents: a missing package fails the tests with CI=1, and skips them otherwise. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { it } from 'vitest';

let isTold = false;

/** False: it is not there, and one test says so. */
export function haveFenceAgents(): boolean {
  const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;
  if (existsSync('/usr/sbin/fence_redfish') && hasOpenssl) return true;
  const message = 'needs fence-agents and openssl: apt-get install -y fence-agents openssl';
  if (isTold) return false;
  isTold = true;
  if (process.env.CI === '1') {
    it(message, () => {
      throw new Error(message);
    });
  } else it.skip(message, () => {});
  return false;
}
