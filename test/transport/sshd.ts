/**
 * A real OpenSSH server on a loopback port, as a process of its own: host key, authorized key and
 * configuration in a temporary directory. What a session runs is the test's choice.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Secret, SshTarget } from '../../src/clist/cluster.ts';
import { resolveSecret } from '../../src/clist/secrets.ts';
import { systemClock } from '../../src/clock/system.ts';
import type { SshParts } from '../../src/transport/ssh-connection.ts';
import { freePort, isListening } from './external.ts';
import { until } from './until.ts';

const SSHD = '/usr/sbin/sshd';

export interface SshdOptions {
  /** What every session runs instead of what it asked for. */
  readonly forceCommand?: string;
  /** More lines of sshd_config. */
  readonly config?: readonly string[];
  /** Of the host key. */
  readonly keyType?: 'ed25519' | 'ecdsa' | 'rsa';
}

export class Sshd {
  readonly directory: string;
  readonly port: number;
  readonly #child: ChildProcess;
  #log = '';

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
    this.#child = spawn(SSHD, ['-D', '-e', '-f', join(directory, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (bytes) => {
      this.#log = (this.#log + String(bytes)).slice(-20_000);
    });
  }

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    mkdirSync('/run/sshd', { recursive: true }); // where sshd shuts itself in, by its own rule
    const directory = mkdtempSync(join(tmpdir(), 'sshd-'));
    const port = await freePort();
    makeKey(join(directory, 'host'), options.keyType ?? 'ed25519');
    makeKey(join(directory, 'user'), 'ed25519');
    const hostKey = readFileSync(join(directory, 'host.pub'), 'utf8');
    writeFileSync(join(directory, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`);
    writeConfig(directory, port, options);
    const server = new Sshd(directory, port);
    await server.#isReady();
    return server;
  }

  /** Root, by key, with this server's host key recorded. */
  get target(): SshTarget {
    return {
      user: userInfo().username,
      host: '127.0.0.1',
      port: this.port,
      key: join(this.directory, 'user'),
      passphrase: null,
      password: null,
      agent: false,
      knownHosts: join(this.directory, 'known_hosts'),
      trustFirstUse: false,
      legacy: false,
    };
  }

  /** A file of host keys in which this server is known on every port: for a relay before it. */
  get knownAnywhere(): string {
    const file = join(this.directory, 'known_anywhere');
    const hostKey = readFileSync(join(this.directory, 'host.pub'), 'utf8');
    writeFileSync(file, `[127.0.0.1]:* ${hostKey}`);
    return file;
  }

  get parts(): SshParts {
    return {
      clock: systemClock,
      reveal: (secret: Secret) => resolveSecret(secret).reveal(),
      trustFile: join(this.directory, 'trusted'),
    };
  }

  /** What it wrote about itself. */
  get log(): string {
    return this.#log;
  }

  /** Pids of the processes that serve one connection each. */
  get sessions(): readonly number[] {
    return childrenOf(this.#child.pid ?? 0);
  }

  /** The machine hangs: nothing is answered, nothing is closed. */
  freeze(): void {
    this.#signal(this.#all(), 'SIGSTOP');
  }

  thaw(): void {
    this.#signal(this.#all(), 'SIGCONT');
  }

  /** Ends every connection, as a crash of the machine does. */
  dropAll(): void {
    const all = this.sessions.flatMap((one) => descendantsOf(one));
    this.#signal(all, 'SIGKILL');
  }

  async stop(): Promise<void> {
    this.thaw();
    this.dropAll();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const over = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill('SIGKILL');
      await over;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #signal(pids: readonly number[], signal: NodeJS.Signals): void {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // It was faster.
      }
    }
  }

  #all(): readonly number[] {
    return descendantsOf(this.#child.pid ?? 0);
  }

  async #isReady(): Promise<void> {
    await until(() => this.#child.exitCode !== null || /Server listening/.test(this.#log), 10_000);
    if (!(await isListening(this.port))) throw new Error(`sshd is not ready: ${this.#log}`);
  }
}

export function makeKey(path: string, type: string, passphrase = ''): void {
  const done = spawnSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', '', '-f', path]);
  if (done.status !== 0) throw new Error(String(done.stderr));
}

function writeConfig(directory: string, port: number, options: SshdOptions): void {
  const file = join(directory, 'authorized_keys');
  writeFileSync(file, readFileSync(join(directory, 'user.pub')));
  chmodSync(file, 0o600);
  const { forceCommand, config = [] } = options;
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(directory, 'host')}`,
    `AuthorizedKeysFile ${file}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'PrintLastLog no',
    'LogLevel VERBOSE',
    'SetEnv SHLVL=3', // else bash reads the user's own files, whatever stands in them
    ...(forceCommand === undefined ? [] : [`ForceCommand ${forceCommand}`]),
    ...config,
    '',
  ];
  writeFileSync(join(directory, 'sshd_config'), lines.join('\n'));
}

function descendantsOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap((child) => descendantsOf(child))];
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}
