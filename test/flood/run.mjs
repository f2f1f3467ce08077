/**
 * `npm run flood -- --minutes 10 --clusters 10 --rate 100000`: random bytes into every console of so many
 * clusters of a real daemon, and what that did to it and to the clusters beside them.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clusters: { type: 'string', default: '10' },
    rate: { type: 'string', default: '100000' },
  },
});
const directory = mkdtempSync(join(tmpdir(), 'flood-'));
const report = join(directory, 'report.txt');
const reading = openSync(report, 'a+');
const words = [
  'run',
  '--config',
  '.vitest.config.ts',
  '--reporter',
  'dot',
  'test/flood/flood.test.ts',
];
const child = spawn(join(root, 'node_modules/.bin/vitest'), words, {
  cwd: root,
  // A group of its own: daemon and machines end with it.
  detached: true,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    FLOOD_SECONDS: String(60 * Number(values.minutes)),
    FLOOD_CLUSTERS: values.clusters,
    FLOOD_RATE: values.rate,
    FLOOD_REPORT: report,
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.kill(-child.pid, 'SIGKILL'));
}

let position = 0;
function printNews() {
  const chunk = Buffer.alloc(65_536);
  const count = readSync(reading, chunk, 0, chunk.length, position);
  position += count;
  process.stdout.write(chunk.subarray(0, count));
}
const timer = setInterval(printNews, 500);
child.once('close', (status) => {
  clearInterval(timer);
  printNews();
  closeSync(reading);
  rmSync(directory, { recursive: true, force: true });
  process.exitCode = status ?? 1;
});
