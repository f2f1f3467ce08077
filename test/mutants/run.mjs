/**
 * `npm run mutants`: all mutants, or those that are named, with the table of what caught them at the
 * end. --runs N: simulated runs until one counts as a survivor. --write: puts the table into README.md
 * here.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, write: { type: 'boolean', default: false } },
});
const folder = mkdtempSync(join(tmpdir(), 'clusterd-mutants-'));
const report = join(folder, 'report.md');
const words = ['run', '--config', '.vitest.config.ts', '--reporter', 'verbose', 'test/mutants'];
const child = spawn(join(root, 'node_modules/.bin/vitest'), words, {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    MUTANTS: positionals.length === 0 ? 'all' : positionals.join(' '),
    MUTANTS_REPORT: report,
    ...(values.runs === undefined ? {} : { MUTANTS_RUNS: values.runs }),
  },
});

const BEGIN = '<!-- the table, by `npm run mutants -- --write` -->\n';

child.once('close', (status) => {
  const text = readFileSync(report, 'utf8');
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`\n${text}`);
  if (values.write) {
    const readme = join(import.meta.dirname, 'README.md');
    const [before = ''] = readFileSync(readme, 'utf8').split(BEGIN);
    writeFileSync(readme, `${before}${BEGIN}\n${text}`);
  }
  process.exitCode = status ?? 1;
});
