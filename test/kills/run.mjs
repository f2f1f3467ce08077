/**
 * `npm run kills -- --count 200 --seed 1`: the nights of kills.test.ts, as many as wanted, on a copy of
 * what was built, so that building goes on beside it. Measures the takeovers first. Prints each night
 * and a report; exit status 1 when one went wrong. --jobs: so many pairs at once. --stories DIR: keeps
 * what daemon and machines said in each.
 */
import { spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '4' },
    stories: { type: 'string', default: '' },
  },
});
// Below node_modules the copies find their packages, and no tool takes them for sources.
if (values.stories !== '') mkdirSync(values.stories, { recursive: true });
const programs = join(root, `node_modules/.cache/clusterd-kills-${process.pid}`);
mkdirSync(programs, { recursive: true });
for (const folder of ['dist', 'chat-scripts']) {
  cpSync(join(root, folder), join(programs, folder), { recursive: true });
}
cpSync(join(root, 'package.json'), join(programs, 'package.json'));
const report = join(programs, 'report.txt');
const reading = openSync(report, 'a+');

const words = ['run', '--config', '.vitest.config.ts', '--reporter', 'dot', 'test/kills'];
const child = spawn(join(root, 'node_modules/.bin/vitest'), words, {
  cwd: root,
  // A group of its own: daemons and machines end with it.
  detached: true,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    KILLS_COUNT: values.count,
    KILLS_SEED: values.seed,
    KILLS_JOBS: values.jobs,
    KILLS_MEASURE: 'yes',
    KILLS_STORIES: values.stories === '' ? '' : resolve(values.stories),
    KILLS_PROGRAMS: programs,
    KILLS_REPORT: report,
  },
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.kill(-child.pid, 'SIGKILL'));
}

let position = 0;
function printNews() {
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(reading, chunk, 0, chunk.length, position);
    if (count === 0) return;
    position += count;
    process.stdout.write(chunk.subarray(0, count));
  }
}
const timer = setInterval(printNews, 500);
child.once('close', (status) => {
  clearInterval(timer);
  printNews();
  closeSync(reading);
  rmSync(programs, { recursive: true, force: true });
  process.exitCode = status ?? 1;
});
