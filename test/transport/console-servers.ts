/**
 * Console servers of Debian, as sites run them, each with its consoles in a directory of its own and on
 * free ports of 127.0.0.1: conserver, and conmand of ConMan. Used by tests.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isListening, versionOf } from './external.ts';

/** What a console of a server leads to. */
export interface Backend {
  readonly name: string;
  /** TCP on 127.0.0.1, unless there is a path. */
  readonly port: number;
  /** A unix socket; ConMan only. */
  readonly path?: string;
  readonly protocol: 'telnet' | 'raw';
}

export const conserverVersion = (): string =>
  versionOf('/usr/sbin/conserver', ['-V'], /version ([\d.]+)/);
export const conmanVersion = (): string => versionOf('/usr/sbin/conmand', ['-V'], /-([\d.]+)/);

class Server {
  protected readonly directory: string;
  readonly port: number;
  #child: ChildProcess | null = null;
  #output = '';

  protected constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  /** In a group of its own: conserver has a process for its consoles beside the one that listens. */
  protected async run(program: string, args: readonly string[]): Promise<void> {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        this.#output = (this.#output + String(bytes)).slice(-2000);
      });
    }
    const end = performance.now() + 10_000;
    while (!(await isListening(this.port))) {
      const isOver = child.exitCode !== null || performance.now() > end;
      if (isOver) throw new Error(`${program} is not ready: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const over = new Promise((resolve) => child.once('exit', resolve));
      this.#signal('SIGKILL');
      await over;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) process.kill(-pid, signal);
  }
}

function newDirectory(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  chmodSync(directory, 0o755);
  return directory;
}

/** One process for all its consoles; `console NAME` of any user of this host may read and write. */
export class Conserver extends Server {
  static async start(backends: readonly Backend[]): Promise<Conserver> {
    const directory = newDirectory('conserver');
    const server = new Conserver(directory, await freePort());
    const file = join(directory, 'conserver.cf');
    const consoles = backends.map(
      ({ name, port, protocol }) =>
        `console ${name} { type host; host 127.0.0.1; port ${port}; protocol ${protocol}; }`,
    );
    writeFileSync(
      file,
      [
        'config * { daemonmode off; sslrequired no; reinitcheck 0; }',
        'access * { trusted 127.0.0.1; allowed 127.0.0.1; }',
        'default * { logfile ""; timestamp ""; rw *; master localhost; }',
        ...consoles,
        '',
      ].join('\n'),
    );
    const unifiedLog = ['-U', join(directory, 'log')];
    const ports = ['-p', String(server.port), '-b', String(await freePort())];
    await server.run('/usr/sbin/conserver', [
      ...['-n', '-M', '127.0.0.1', '-C', file, '-m', '64'],
      ...unifiedLog,
      ...ports,
    ]);
    return server;
  }

  /** What stands behind `console exec`; `-n`: whatever this host is set up for. */
  words(name: string, user = 'clusterd', ...options: (string | undefined)[]): string[] {
    const port = String(this.port);
    const server = ['-n', '-M', '127.0.0.1', '-p', port, '-l', user];
    return ['console', ...options.flatMap((option) => option ?? []), ...server, name];
  }
}

export class Conmand extends Server {
  static async start(backends: readonly Backend[]): Promise<Conmand> {
    const directory = newDirectory('conmand');
    const server = new Conmand(directory, await freePort());
    const file = join(directory, 'conman.conf');
    writeFileSync(
      file,
      [
        'server loopback=on',
        'server keepalive=off',
        `server port=${server.port}`,
        `server pidfile="${join(directory, 'pid')}"`,
        ...backends.map(
          ({ name, port, path }) =>
            `console name="${name}" dev="${path === undefined ? `127.0.0.1:${port}` : `unix:${path}`}"`,
        ),
        '',
      ].join('\n'),
    );
    await server.run('/usr/sbin/conmand', ['-F', '-c', file]);
    return server;
  }

  words(name: string, ...options: (string | undefined)[]): string[] {
    return [
      'conman',
      ...options.flatMap((option) => option ?? []),
      '-d',
      `127.0.0.1:${this.port}`,
      name,
    ];
  }
}
