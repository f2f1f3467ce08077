/**
 * A simulated pair for the drill: site, home and daemon of its own, quicker than the demo's, so that a
 * whole drill takes a minute or two. Made by the simulated drill, as often as it wants; `close` ends
 * all of it. The daemon can be killed and started again: that is one of the faults.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '../commands/terminal.ts';
import type { Fault } from '../drill/fault.ts';
import type { FaultSource } from '../drill/fault-source.ts';
import type { SimTimes } from '../sim/times.ts';
import { type DaemonPlace, DaemonProcess, runClusterd } from './daemon-process.ts';
import { DEMO_CLUSTER, readDemoCluster, writeDemoList } from './demo-clist.ts';
import { type DemoHome, makeDemoHome, readShippedList } from './demo-home.ts';
import { type DemoSite, openDemoSite } from './demo-site.ts';

const TIMES: Partial<SimTimes> = {
  postMs: 400,
  settleMs: 100,
  bootMs: 1_700,
  mountAfterMs: 1_300,
  networkAfterMs: 1_400,
  fsckMs: 300,
  syncMs: 200,
  dumpMs: 600,
  shutdownMs: 300,
  resyncMs: 300,
  switchMs: 50,
};

/** Simulated machines answer at once: what the script waits for is waited for in small. */
const SETTINGS: Readonly<Record<string, string>> = {
  'tap-interval': '1s',
  'tap-quiet': '150ms',
  'standby-interval': '2s',
  'doubt-time': '500ms',
  'service-grace': '3s',
  'reply-limit': '300ms',
  'break-limit': '250ms',
  'second-look': '3s',
  'stray-grace': '1s',
};

/** What a daemon remembers of the scripts that it has proven. */
const PROOFS = 'proven';

export class DrillLane {
  readonly home: DemoHome;
  readonly site: DemoSite;
  readonly faults: FaultSource;
  readonly #place: DaemonPlace;
  #daemon: DaemonProcess | null = null;

  private constructor(terminal: Terminal, home: DemoHome, site: DemoSite) {
    this.home = home;
    this.site = site;
    this.#place = {
      program: join(terminal.packageRoot, 'dist', 'main.js'),
      home,
      environment: terminal.environment,
      clock: terminal.clock,
    };
    this.faults = {
      name: 'the drill itself',
      isAutomatic: true,
      can: ({ kind }) => kind === 'kill-daemon' || kind === 'start-daemon',
      strike: (fault) => this.#strike(fault),
    };
  }

  /** Throws DaemonError. */
  static async open(terminal: Terminal): Promise<DrillLane> {
    const list = readDemoCluster(readShippedList(terminal.packageRoot));
    const site = await openDemoSite(list.cluster, list.ports, terminal.clock, TIMES);
    const change = { ports: site.ports, onSilence: 'power', today: '', unbounded: false } as const;
    const home = makeDemoHome(terminal.packageRoot, (keys) =>
      quicken(writeDemoList(list, { ...change, admins: site.writeAdmins(keys) })),
    );
    return new DrillLane(terminal, home, site);
  }

  /** The daemon runs and may act. `provenIn`: a home whose daemon has proven the same scripts. */
  async begin(provenIn: DemoHome | null): Promise<void> {
    if (provenIn !== null) shareProof(provenIn, this.home);
    await this.#start();
    await runClusterd(this.#place, ['arm', DEMO_CLUSTER]);
  }

  async close(keepHome: boolean): Promise<void> {
    await this.#daemon?.end();
    await this.site.close();
    if (!keepHome) this.home.remove();
  }

  async #start(): Promise<void> {
    this.#daemon = await DaemonProcess.start(this.#place);
  }

  async #strike({ kind }: Fault): Promise<void> {
    if (kind === 'kill-daemon') {
      if (this.#daemon !== null) process.kill(this.#daemon.pid, 'SIGKILL');
      await this.#daemon?.gone;
    } else await this.#start();
  }
}

function shareProof(from: DemoHome, to: DemoHome): void {
  const state = (home: DemoHome) => join(home.directory, 'state');
  mkdirSync(state(to), { mode: 0o750 });
  cpSync(join(state(from), PROOFS), join(state(to), PROOFS));
}

function quicken(text: string): string {
  return Object.entries(SETTINGS)
    .reduce((all, [name, value]) => setIn(all, name, value), text)
    .replace(/^(\s*prompt-quiet\s+)\S+/m, (_all, quiet: string) => `${quiet}50ms`)
    .replace(/^(\s*promise\s+)\S+/m, (_all, promise: string) => `${promise}2m`)
    .replace(
      /^(\s*probe\s+every\s+)\S+(\s+dead\s+after\s+)\S+/m,
      (_all, every: string, dead: string) => `${every}500ms${dead}1500ms`,
    );
}

/** In its line, or in one of its own below the cluster's. */
function setIn(text: string, name: string, value: string): string {
  const line = new RegExp(`^(\\s*set\\s+${name}\\s+)\\S+`, 'm');
  if (line.test(text)) return text.replace(line, (_all, set: string) => `${set}${value}`);
  return text.replace(/^cluster .*$/m, (header) => `${header}\n  set ${name} ${value}`);
}
