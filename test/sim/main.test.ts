/** The programs themselves, as built: clusterd-sim and its fence agent. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { openPty } from '../../src/sim/pty.ts';
import { Site } from '../../src/sim/site.ts';

const MAIN = 'dist/sim/main.js';
const AGENT = 'dist/sim/fence-agent.js';
const built = existsSync(MAIN) && existsSync(AGENT);

const haveSocat = spawnSync('socat', ['-V']).status === 0;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

class Program {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  #wake: () => void = () => {};

  constructor(path: string, args: readonly string[] = []) {
    this.child = spawn(process.execPath, [path, ...args], { stdio: 'pipe' });
    children.push(this.child);
    this.ended = once(this.child, 'close');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
        this.#wake();
      });
    }
  }

  type(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  async see(expected: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = expected.exec(this.output);
      if (found !== null) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe.skipIf(!built)('clusterd-sim (needs dist, made by npm run build)', () => {
  it('tells its ports, does what stdin says, and ends with quit', async () => {
    const sim = new Program(MAIN, ['--ports', '0', '--post', '50ms', '--dump', '50ms']);
    await sim.see(/^ready$/m);
    expect(sim.output).toMatch(/^console n1: telnet 127\.0\.0\.1 \d+$/m);
    sim.type('panik n1');
    await sim.see(/^error: there is no command 'panik'; hint: did you mean 'panic'\?$/m);
    sim.type('panic n1');
    await sim.see(/^[\d.]+ n1: root unmounted as its system died$/m);
    sim.type('referee');
    await sim.see(/^the root was never mounted twice$/m);
    sim.type('quit');
    await sim.ended;
    expect(sim.child.exitCode).toBe(0);
  });

  it('takes commands on its control port, also without stdin', async () => {
    const sim = new Program(MAIN, ['--ports', '0']);
    sim.child.stdin?.end();
    const [, port] = await sim.see(/^control: 127\.0\.0\.1 (\d+)$/m);
    const control = connect(Number(port), '127.0.0.1');
    let heard = '';
    const done = new Promise<void>((resolve) => {
      control.on('data', (chunk) => {
        heard += String(chunk);
        if (heard.endsWith('bye\nok\n')) resolve();
      });
    });
    control.write('watch\npanic n1\npanic n9\nquit\n');
    await done;
    expect(heard).toMatch(/^[\d.]+ n1: panics: .*\n/);
    expect(heard).toContain('n1 panics\nok\n');
    expect(heard).toContain(
      "error: no node is named 'n9'; hint: the nodes are n1 and n2\nfailed\n",
    );
    await sim.ended;
    expect(sim.child.exitCode).toBe(0);
  });

  it('says what is wrong with its options', async () => {
    const sim = new Program(MAIN, ['--post', 'soon']);
    await sim.ended;
    expect(sim.child.exitCode).toBe(1);
    expect(sim.output).toBe(
      "clusterd-sim: --post is 'soon'\n  hint: expected a duration such as 1500ms, 2s or 1m\n",
    );
  });

  it('shows its usage', async () => {
    const sim = new Program(MAIN, ['--help']);
    await sim.ended;
    expect(sim.output).toContain('usage: clusterd-sim [options]');
  });

  it('is fenced by its agent, which tells the state by its exit status', async () => {
    const sim = new Program(MAIN, ['--ports', '0']);
    const [, port] = await sim.see(/^power switch: 127\.0\.0\.1 (\d+)$/m);
    const fence = async (action: string) => {
      const agent = new Program(AGENT);
      agent.child.stdin?.end(`action=${action}\nip=127.0.0.1\nipport=${port}\nplug=n1\n`);
      await agent.ended;
      return agent.child.exitCode;
    };
    expect(await fence('status')).toBe(0);
    expect(await fence('off')).toBe(0);
    expect(await fence('status')).toBe(2);
    await sim.see(/n1: power off/);
  });
});

describe('a pty', () => {
  it('says what to install when socat is not there', async () => {
    const opened = openPty('/tmp/none', { host: '127.0.0.1', port: 1 }, 'no-such-socat');
    await expect(opened).rejects.toMatchObject({
      code: 'socat-missing',
      hint: expect.stringContaining('apt install socat'),
    });
  });

  it('is ready when socat says so, and ends it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sim-pty-'));
    try {
      const fake = join(folder, 'socat');
      writeFileSync(fake, '#!/bin/sh\necho "N starting data transfer loop" >&2\nexec sleep 60\n');
      chmodSync(fake, 0o755);
      const pty = await openPty(join(folder, 'n1'), { host: '127.0.0.1', port: 1 }, fake);
      expect(pty.path).toBe(join(folder, 'n1'));
      await pty.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells why socat ended', async () => {
    const opened = openPty('/tmp/none', { host: '127.0.0.1', port: 1 }, 'false');
    await expect(opened).rejects.toMatchObject({ code: 'not-possible-now' });
  });

  it.skipIf(!haveSocat)(
    'carries a console through socat, also when opened again (needs socat)',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sim-pty-'));
      const site = new Site({}, systemClock);
      const listening = await site.listen();
      const address = listening.rawConsoles.n2;
      if (address === undefined) throw new Error('no console n2');
      const pty = await openPty(join(folder, 'n2'), address);
      try {
        for (const round of ['first', 'second']) {
          const device = await open(pty.path, 'r+');
          await device.write(`${round}\r`);
          let heard = '';
          while (!heard.endsWith('ok ')) {
            const { buffer, bytesRead } = await device.read(Buffer.alloc(256), 0, 256, null);
            heard += buffer.toString('latin1', 0, bytesRead);
          }
          expect(heard).toBe(`${round}\r\n${round} ?\r\nok `);
          await device.close();
        }
      } finally {
        await pty.close();
        await listening.close();
        site.powerDown();
        rmSync(folder, { recursive: true });
      }
      expect(existsSync(pty.path)).toBe(false);
    },
  );
});
