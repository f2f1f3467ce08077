/** The real program in its own CLUSTER_HOME: started, asked, ended, killed. `npm run build` first. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WatchedCluster } from '../../src/control/protocol.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'dist/main.js');

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Everything started by a test ends with it. */
const running = new Set<ChildProcess>();
const homes: string[] = [];
/** The tests of other files, and of others on this host, use the same addresses. */
const locksParent = mkdtempSync(join(tmpdir(), 'locks-'));
const locks = join(locksParent, 'locks');
process.once('exit', () => rmSync(locksParent, { recursive: true, force: true }));
const servers: Server[] = [];
const sockets = new Set<Socket>();

export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}

export function makeHome(clist: string, scripts: Readonly<Record<string, string>> = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  homes.push(home);
  mkdirSync(join(home, 'chat-scripts'));
  writeFileSync(join(home, 'CList'), clist);
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(home, 'chat-scripts', name), text);
  }
  return home;
}

/** Ports of consoles on which nobody ever says anything. */
export async function silentConsoles(count: number): Promise<number[]> {
  const listening = Array.from({ length: count }, async () => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.resume().on('error', () => {});
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  });
  return Promise.all(listening);
}

/** The scripts that are delivered. */
export function withShippedScripts(home: string): string {
  cpSync(join(ROOT, 'chat-scripts'), join(home, 'chat-scripts'), { recursive: true });
  return home;
}

function start(words: readonly string[], home: string): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { ...process.env, CLUSTER_HOME: home, CLUSTER_LOCKS: locks },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export interface StartedCommand {
  readonly child: ChildProcess;
  /** What it has written so far. */
  out: string;
  err: string;
  readonly finished: Promise<Finished>;
}

export function startCommand(home: string, ...words: string[]): StartedCommand {
  const child = start(words, home);
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, out: started.out, err: started.err });
    });
  });
  const started: StartedCommand = { child, out: '', err: '', finished };
  child.stdout?.on('data', (chunk) => {
    started.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    started.err += chunk;
  });
  return started;
}

/** One command, to its end. */
export function clusterd(home: string, ...words: string[]): Promise<Finished> {
  return startCommand(home, ...words).finished;
}

export class RunningDaemon {
  readonly home: string;
  readonly #command: StartedCommand;

  private constructor(home: string, words: readonly string[]) {
    this.home = home;
    this.#command = startCommand(home, 'run', ...words);
  }

  get child(): ChildProcess {
    return this.#command.child;
  }
  get out(): string {
    return this.#command.out;
  }
  get err(): string {
    return this.#command.err;
  }
  get ended(): Promise<number | null> {
    return this.#command.finished.then(({ status }) => status);
  }

  /** Resolves when it says what it watches, or has ended. */
  static async start(home: string, ...words: string[]): Promise<RunningDaemon> {
    const daemon = new RunningDaemon(home, words);
    await waitFor(
      () => /^clusterd watches /m.test(daemon.out) || daemon.child.exitCode !== null,
      60_000, // a proof of the shipped script, on a host that has more to do
      () => `${daemon.out}${daemon.err}`,
    );
    return daemon;
  }

  /** A cluster that is seen for the first time only tells what it would do. */
  async arm(cluster: string): Promise<void> {
    const { status, out, err } = await clusterd(this.home, 'arm', cluster);
    if (status !== 0) throw new Error(`${out}${err}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async status(cluster: string): Promise<Extract<WatchedCluster, { kind: 'watched' }>> {
    const { out } = await clusterd(this.home, 'status', cluster, '--json');
    const [first] = (JSON.parse(out) as { clusters: WatchedCluster[] }).clusters;
    if (first?.kind !== 'watched') throw new Error(`${cluster} is not watched: ${out}`);
    return first;
  }

  file(name: string): string {
    const path = join(this.home, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Until the journal has this record. */
  async journaled(pattern: RegExp, withinMs: number): Promise<void> {
    const journal = () => this.file('state/demo.journal');
    const story = () => `${journal()}${this.file('Logs/demo.log')}`;
    await waitFor(() => pattern.test(journal()), withinMs, story);
  }

  /** Until the readable log has this line. */
  async logged(pattern: RegExp, withinMs: number): Promise<void> {
    const log = () => this.file('Logs/demo.log');
    await waitFor(() => pattern.test(log()), withinMs, log);
  }
}

export async function waitFor(
  condition: () => boolean,
  withinMs: number,
  story: () => string,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${story()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
