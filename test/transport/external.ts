/**
 * Real peers from Debian: socat and ser2net. A missing one fails the tests when CI=1 is set and is
 * skipped, with the same words, otherwise.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import type { TcpPeer } from './tcp-peer.ts';
import { until } from './until.ts';

export type Tool =
  | 'socat'
  | 'ser2net'
  | 'openssh-server'
  | 'conserver-server'
  | 'conserver-client'
  | 'conman';

/** By package: what runs when it is there. */
const PROGRAMS: Readonly<Record<Tool, readonly [string, string]>> = {
  socat: ['socat', '-V'],
  ser2net: ['ser2net', '-V'],
  'openssh-server': ['/usr/sbin/sshd', '-V'],
  'conserver-server': ['/usr/sbin/conserver', '-V'],
  'conserver-client': ['console', '-V'],
  conman: ['conman', '-V'],
};

/** True if all are there; if not, adds a test that says so: failed with CI=1, skipped otherwise. */
export function haveTools(...tools: readonly Tool[]): boolean {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return true;
  const message = `needs ${missing.join(' and ')}: apt-get install -y ${missing.join(' ')}`;
  if (process.env.CI === '1') {
    it(message, () => {
      throw new Error(message);
    });
  } else it.skip(message, () => {});
  return false;
}

function isInstalled(tool: Tool): boolean {
  const [program, argument] = PROGRAMS[tool];
  return spawnSync(program, [argument]).error === undefined;
}

/** A peer with its version, as it says it itself; without one where it does not. */
export function versionOf(program: string, args: readonly string[], pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return `${program} ${pattern.exec(`${stdout}\n${stderr}`)?.[1] ?? 'without a version'}`;
}

export const socatVersion = (): string => versionOf('socat', ['-V'], /version ([\d.]+)/);
export const ser2netVersion = (): string => versionOf('ser2net', ['-v'], /version ([\d.]+)/);

/** A program that runs until `stop`. */
class Helper {
  readonly #child: ChildProcess;
  #output = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (bytes) => this.#hear(bytes));
    this.#child.stderr?.on('data', (bytes) => this.#hear(bytes));
  }

  #hear(bytes: Buffer): void {
    this.#output = (this.#output + bytes.toString('latin1')).slice(-2000);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async readyWhen(condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + 10_000;
    while (!(await condition())) {
      const ended = this.#child.exitCode !== null;
      if (ended || performance.now() > end) throw new Error(`not ready: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const over = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
    await over;
  }
}

/** A pty whose other side is a TCP connection to `peer`: a serial line with a test at its end. */
export class PtyLine {
  readonly path: string;
  readonly #directory: string;
  readonly #socat: Helper;

  private constructor(directory: string, peer: TcpPeer) {
    this.#directory = directory;
    this.path = join(directory, 'tty');
    this.#socat = new Helper('socat', [
      '-b65536',
      `PTY,link=${this.path},raw,echo=0`,
      `TCP:127.0.0.1:${peer.port},nodelay`,
    ]);
  }

  static async start(peer: TcpPeer): Promise<PtyLine> {
    const line = new PtyLine(mkdtempSync(join(tmpdir(), 'pty-')), peer);
    await line.#socat.readyWhen(() => existsSync(line.path));
    await peer.isConnected();
    return line;
  }

  freeze(): void {
    this.#socat.signal('SIGSTOP');
  }

  thaw(): void {
    this.#socat.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#socat.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** ser2net before a tty, as the packages have it: telnet with RFC 2217 unless told otherwise. */
export class Ser2net {
  readonly port: number;
  readonly #directory: string;
  readonly #process: Helper;

  private constructor(directory: string, port: number, file: string) {
    this.#directory = directory;
    this.port = port;
    this.#process = new Helper('ser2net', ['-n', '-d', '-c', file]);
  }

  /** `protocol`: '' for a raw port. `kicks`: a new connection throws the old one off. */
  static start(path: string, protocol = 'telnet(rfc2217)', kicks = false): Promise<Ser2net> {
    return Ser2net.startBefore(`serialdev,${path},9600n81,local`, protocol, kicks);
  }

  /** `connector`: what it leads to, in ser2net's words. */
  static async startBefore(
    connector: string,
    protocol = 'telnet(rfc2217)',
    kicks = false,
  ): Promise<Ser2net> {
    const directory = mkdtempSync(join(tmpdir(), 'ser2net-'));
    const port = await freePort();
    const file = join(directory, 'ser2net.yaml');
    writeFileSync(
      file,
      [
        '%YAML 1.1',
        '---',
        'connection: &console',
        `  accepter: ${protocol === '' ? '' : `${protocol},`}tcp,127.0.0.1,${port}`,
        `  connector: ${connector}`,
        ...(kicks ? ['  options:', '    kickolduser: true'] : []),
        '',
      ].join('\n'),
    );
    const server = new Ser2net(directory, port, file);
    await server.#process.readyWhen(() => isListening(port));
    return server;
  }

  /** The machine hangs: nothing is answered, nothing is closed. */
  freeze(): void {
    this.#process.signal('SIGSTOP');
  }

  thaw(): void {
    this.#process.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export { until };
