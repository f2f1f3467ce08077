/** The real daemon as init starts it: in the foreground, in a home of its own. Killed with SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock/system.ts';
import { ask } from '../../src/control/client.ts';
import type { WatchedCluster } from '../../src/control/protocol.ts';
import type { SitePorts } from './site-process.ts';

export type Policy = 'power' | 'confirm' | 'trust';
export type Watched = Extract<WatchedCluster, { kind: 'watched' }>;

const HOST_IDS = { n1: '83a54dc7', n2: '83a54f12' };

function node(name: 'n1' | 'n2', ports: SitePorts): string {
  return `  node ${name}
    console telnet 127.0.0.1:${ports[name]}
    identity ${HOST_IDS[name]}
    boot-path /pci@1c,600000/scsi@2/disk@0,0:a
    boot-path /pci@1d,700000/scsi@2/disk@0,0:a
    power fence_sim ip=127.0.0.1 ipport=${ports.power} plug=${name}
`;
}

/** Short times, for machines that answer at once; the bounds are the script's own. */
function clist(ports: SitePorts, policy: Policy): string {
  const proof = policy === 'trust' ? '  parking-survived-power-cycle 2026-01-01\n' : '';
  return `cluster demo
  script sun-obp
  service tcp 127.0.0.1:${ports.service}
  reference tcp 127.0.0.1:${ports.router}
  probe every 1s dead after 3s
  on-silence ${policy}
${proof}  service-lost takeover
  prompt-quiet 200ms
  set tap-interval 3s
  set tap-quiet 500ms
  set standby-interval 10s
  set doubt-time 2s
  set service-grace 20s
  set reply-limit 2s
  set break-limit 1s
  set post-limit 15s
  set dump-silence 6s
  set stray-grace 5s
  set boot-limit 30s
${node('n1', ports)}${node('n2', ports)}`;
}

/** A CLUSTER_HOME in the system's folder for temporary files. */
export class Home {
  readonly directory = mkdtempSync(join(tmpdir(), 'kills-'));
  readonly #programs: string;

  constructor(programs: string, ports: SitePorts, policy: Policy) {
    this.#programs = programs;
    cpSync(join(programs, 'chat-scripts'), join(this.directory, 'chat-scripts'), {
      recursive: true,
    });
    writeFileSync(join(this.directory, 'CList'), clist(ports, policy));
  }

  get log(): string {
    try {
      return readFileSync(join(this.directory, 'Logs/demo.log'), 'utf8');
    } catch {
      return '';
    }
  }

  start(): DaemonProcess {
    return new DaemonProcess(this.#programs, this.directory);
  }

  /** A command of the administrator; resolves with what it printed. */
  command(words: readonly string[]): Promise<{ readonly status: number; readonly text: string }> {
    const child = clusterd(this.#programs, this.directory, words);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    return new Promise((resolve) => {
      child.once('close', (status) => resolve({ status: status ?? -1, text }));
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function clusterd(programs: string, home: string, words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(programs, 'dist/main.js'), ...words, '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #socket: string;
  readonly #gone: Promise<void>;
  #isGone = false;
  said = '';

  constructor(programs: string, home: string) {
    this.#child = clusterd(programs, home, ['run']);
    this.#socket = join(home, 'state/control.sock');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
      });
    }
    this.#gone = new Promise((resolve) => {
      this.#child.once('close', () => {
        this.#isGone = true;
        resolve();
      });
    });
  }

  /** It ended without being asked. */
  get hasEnded(): boolean {
    return this.#isGone;
  }

  /** Null while it does not answer, in its first second for example. */
  async look(): Promise<Watched | null> {
    try {
      const request = { kind: 'status', cluster: 'demo' } as const;
      const { clusters } = await ask<'status'>(this.#socket, request, systemClock);
      const [first] = clusters;
      return first?.kind === 'watched' ? first : null;
    } catch {
      return null;
    }
  }

  /** Resolves when the process is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    await this.#gone;
  }
}
