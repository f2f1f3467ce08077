/**
 * A simulated site in a process of its own: `clusterd-sim` on real sockets, told what to do over its
 * control port. The judge of a night: only the site knows who had the disk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/clock/system.ts';

export interface SitePorts {
  readonly n1: number;
  readonly n2: number;
  readonly power: number;
  readonly service: number;
  readonly router: number;
  readonly control: number;
}

export interface SiteLook {
  /** What each machine is doing, in the words of the simulator. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Who answers at the service address, or null. */
  readonly serving: string | null;
  /** Of the referee: empty is good. */
  readonly violations: readonly string[];
}

/** Quick machines: a takeover in about ten seconds. */
const TIMES = ['--post', '800ms', '--boot', '1500ms', '--dump', '1500ms', '--load', '300ms'];
const READY_MS = 20_000;
/** Below the range from which the system gives ports out: the service's is closed at times. */
const PORTS_FROM = 20_000;
const PORTS_EACH = 6;
const SETS = 1500;

export class SiteProcess {
  readonly ports: SitePorts;
  readonly #child: ChildProcess;
  readonly #control: Socket;
  #lines: string[] = [];
  #waiting: ((lines: string[]) => void) | null = null;
  /** All that happened, one line each. */
  story: string;

  private constructor(child: ChildProcess, ports: SitePorts, control: Socket, story: string) {
    this.#child = child;
    this.ports = ports;
    this.#control = control;
    this.story = story;
    child.stdout?.on('data', (text: string) => {
      this.story += text;
    });
    let rest = '';
    control.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
  }

  /** `slot`: a number that no other running site has. `isCold`: no system runs yet. */
  static async start(
    programs: string,
    slot: number,
    seed: number,
    isCold: boolean,
  ): Promise<SiteProcess> {
    for (let set = 0; set < 20; set++) {
      const first = PORTS_FROM + ((slot + set * 100) % SETS) * PORTS_EACH;
      const ports = Array.from({ length: PORTS_EACH }, (_, index) => first + index);
      const words = ['--seed', `${seed}`, ...(isCold ? ['--cold'] : [])];
      const site = await SiteProcess.#try(programs, ports, words);
      if (site === null) continue;
      if (isCold) for (const name of ['n1', 'n2']) await site.command(`power on ${name}`);
      return site;
    }
    throw new Error('no free ports for a site');
  }

  static async #try(
    programs: string,
    numbers: readonly number[],
    more: readonly string[],
  ): Promise<SiteProcess | null> {
    const words = [join(programs, 'dist/sim/main.js'), '--ports', numbers.join(','), ...TIMES];
    const child = spawn(process.execPath, [...words, ...more], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const story = await untilReady(child);
    if (story === null) return null;
    const [n1 = 0, n2 = 0, power = 0, service = 0, router = 0, control = 0] = numbers;
    const socket = await dial(control);
    const ports = { n1, n2, power, service, router, control };
    return new SiteProcess(child, ports, socket, story);
  }

  #take(line: string): void {
    if (line !== 'ok' && line !== 'failed') {
      this.#lines.push(line);
      return;
    }
    const lines = line === 'ok' ? this.#lines : ['failed', ...this.#lines];
    this.#lines = [];
    this.#waiting?.(lines);
  }

  /** One command at a time. Throws when the simulator refuses it. */
  async command(words: string): Promise<readonly string[]> {
    const answered = new Promise<string[]>((resolve) => {
      this.#waiting = resolve;
    });
    this.#control.write(`${words}\n`);
    const lines = await answered;
    if (lines[0] === 'failed') throw new Error(`the site refuses "${words}": ${lines.join(' ')}`);
    return lines;
  }

  async look(): Promise<SiteLook> {
    const status = await this.command('status');
    const referee = await this.command('referee');
    const field = (name: string) =>
      status.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
    const serving = field('service address answered by');
    return {
      nodes: { n1: field('n1'), n2: field('n2') },
      serving: serving === 'nobody' ? null : serving,
      violations: referee.filter((line) => /^(VIOLATION|LOSS)/.test(line)),
    };
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#control.destroy();
    this.#child.kill('SIGKILL');
    await gone;
  }
}

/** What it said up to `ready`, or null when it ended instead: its ports were taken. */
function untilReady(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let said = '';
    const cancel = systemClock.after(READY_MS, () => reject(new Error(`no site: ${said}`)));
    const settle = (story: string | null) => {
      cancel();
      child.stdout?.off('data', read);
      resolve(story);
    };
    const read = (text: string) => {
      said += text;
      if (/^ready$/m.test(said)) settle(said);
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.once('close', () => settle(null));
  });
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket));
    socket.on('error', reject);
  });
}
