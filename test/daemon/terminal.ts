/**
 * A person at a terminal: a command in a pseudo terminal of its own, typed at and looked at from
 * outside. `script` of util-linux makes the terminal; every Debian has it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './program.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

export const hasScript = (() => {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const open = new Set<ChildProcess>();

export function closeTerminals(): void {
  for (const child of open) child.kill('SIGKILL');
  open.clear();
}

export class PersonAtTerminal {
  /** Everything that was shown. */
  shown = '';
  readonly #child: ChildProcess;
  #seen = 0;

  /** The command is `clusterd` with these words; then the shell says how it ended. */
  constructor(home: string, ...words: string[]) {
    const command = `stty -g; sh -c 'echo pid=$$; exec ${process.execPath} ${PROGRAM} ${words.join(' ')}'; echo status=$?; stty -g; sleep 60`;
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, CLUSTER_HOME: home, TERM: 'vt100', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    open.add(this.#child);
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.shown += chunk.toString('latin1');
    });
  }

  types(keys: string): void {
    this.#child.stdin?.write(Buffer.from(keys, 'latin1'));
  }

  /** Until this is shown, behind what was looked at before. */
  async sees(pattern: RegExp, withinMs = 15_000): Promise<void> {
    const news = () => this.shown.slice(this.#seen);
    await waitFor(
      () => pattern.test(news()),
      withinMs,
      () => `${pattern} in ${this.shown}`,
    );
    const found = pattern.exec(news());
    this.#seen += (found?.index ?? 0) + (found?.[0].length ?? 0);
  }

  get pid(): number {
    return Number(/pid=(\d+)/.exec(this.shown)?.[1] ?? Number.NaN);
  }

  /** How the terminal is set, as `stty -g` tells it. */
  get modes(): string {
    const terminal = readlinkSync(`/proc/${this.pid}/fd/0`);
    return execFileSync('stty', ['-g', '-F', terminal], { encoding: 'utf8' }).trim();
  }

  get modesBefore(): string {
    return /^([0-9a-f]+(?::[0-9a-f]+)+)\r?$/m.exec(this.shown)?.[1] ?? '';
  }

  /** R, S, T (stopped) and so on. */
  get processState(): string {
    return /\) (\w) /.exec(readFileSync(`/proc/${this.pid}/stat`, 'utf8'))?.[1] ?? '';
  }

  /** The command has ended so, and the terminal is as it was before. */
  async endsWith(status: number, isClean = true): Promise<void> {
    await this.sees(new RegExp(`status=${status}\\r?\\n[0-9a-f:]+\\r?\\n`));
    const all =
      this.shown.match(/^[0-9a-f]+(:[0-9a-f]+){10,}\r?$/gm)?.map((one) => one.trim()) ?? [];
    if (all.length !== 2) throw new Error(this.shown);
    if (isClean !== (all[0] === all[1])) throw new Error(`${all[0]} and then ${all[1]}`);
  }
}
