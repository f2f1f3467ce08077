/** The flooding consoles, in their own process: started, asked for figures, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface FarmFigures {
  readonly connections: number;
  readonly bytes: number;
}

export class Farm {
  readonly ports: readonly number[];
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ports: readonly number[]) {
    this.#child = child;
    this.#lines = lines;
    this.ports = ports;
  }

  static async start(scenario: string, consoles: number, bytesPerSecond = 0): Promise<Farm> {
    const words = [join(import.meta.dirname, 'farm.mjs'), scenario, `${consoles}`];
    const child = spawn(process.execPath, [...words, `${bytesPerSecond}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ports = JSON.parse((await lines.next()).value ?? '[]') as number[];
    return new Farm(child, lines, ports);
  }

  async figures(): Promise<FarmFigures> {
    this.#child.stdin?.write('?\n');
    return JSON.parse((await this.#lines.next()).value ?? '{}') as FarmFigures;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const over = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    await over;
  }
}
