/**
 * Everything that the demo sets up and takes down: the simulated site, the temporary home, the real
 * daemon, the reader of its log, the client of the service. Made by the demo; `close` ends all of it,
 * whatever happened before.
 */

import { join } from 'node:path';
import type { OnSilence } from '../clist/cluster.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { Terminal } from '../commands/terminal.ts';
import { SimError } from '../sim/sim-error.ts';
import { type DaemonPlace, DaemonProcess } from './daemon-process.ts';
import { RecordReader } from './daemon-record.ts';
import { type DemoList, readDemoCluster, writeDemoList } from './demo-clist.ts';
import { type DemoHome, makeDemoHome, readShippedList } from './demo-home.ts';
import { type DemoSite, openDemoSite } from './demo-site.ts';
import { LoadClient } from './load-client.ts';
import { Timeline } from './timeline.ts';
import { entryOfHappening, entryOfRecord, type TimelineEntry } from './timeline-entry.ts';

export interface StageOptions {
  readonly terminal: Terminal;
  readonly onSilence: OnSilence;
  readonly unbounded: boolean;
  readonly print: (entry: TimelineEntry) => void;
}

export class Stage {
  readonly list: DemoList;
  readonly site: DemoSite;
  readonly home: DemoHome;
  readonly place: DaemonPlace;
  readonly timeline: Timeline;
  readonly load: LoadClient;
  /** When the demo began, on both scales. */
  readonly start: { readonly at: number; readonly wall: number };
  /** The longest time that clients were without an answer, ms; null: they still are. */
  outageMs: number | null = null;
  readonly #terminal: Terminal;
  readonly #reader: RecordReader;
  #daemon: DaemonProcess | null = null;
  #stopWatching: () => void = () => {};

  private constructor(options: StageOptions, list: DemoList, site: DemoSite, home: DemoHome) {
    const { terminal, print } = options;
    const { clock } = terminal;
    this.#terminal = terminal;
    this.list = list;
    this.site = site;
    this.home = home;
    this.start = clock.now();
    this.timeline = new Timeline(clock, print);
    this.place = {
      program: join(terminal.packageRoot, 'dist', 'main.js'),
      home,
      environment: terminal.environment,
      clock,
    };
    this.#reader = new RecordReader(home.records, clock, (record) => {
      const entry = entryOfRecord(record);
      if (entry !== null) this.timeline.add(entry);
    });
    this.load = new LoadClient(site.ports.service, clock, {
      answers: (transaction, gapMs) => this.#clientAnswered(transaction, gapMs),
      silent: (last, wall) => this.#clientSilent(last, wall),
    });
  }

  /** Opens the sockets and writes the home. Throws DaemonError. */
  static async open(options: StageOptions): Promise<Stage> {
    const { terminal, onSilence, unbounded } = options;
    const list = readDemoCluster(readShippedList(terminal.packageRoot));
    const site = await openDemoSite(list.cluster, list.ports, terminal.clock).catch(explainSite);
    const today = new Date(terminal.clock.now().wall).toISOString().slice(0, 10);
    const change = { ports: site.ports, onSilence, today, unbounded };
    const home = makeDemoHome(terminal.packageRoot, (keys) =>
      writeDemoList(list, { ...change, admins: site.writeAdmins(keys) }),
    );
    return new Stage(options, list, site, home);
  }

  /** Lets the site be seen, starts the daemon and the load. Throws DaemonError. */
  async begin(): Promise<void> {
    this.#stopWatching = this.site.site.onEvent((happening) =>
      this.timeline.add(entryOfHappening(happening)),
    );
    this.#reader.start();
    const daemon = await DaemonProcess.start(this.place);
    this.#daemon = daemon;
    void daemon.gone.then((how) => this.timeline.fail(this.#daemonGone(how)));
    this.say('demo', `the daemon runs as process ${daemon.pid}`);
    this.load.start();
  }

  /** An entry of our own. */
  say(source: TimelineEntry['source'], text: string, tone: TimelineEntry['tone'] = 'act'): void {
    const { wall } = this.#terminal.clock.now();
    this.timeline.add({ wall, source, mark: source, tone, text, details: [] });
  }

  /** Ends the daemon first, so that its end is in the log, then the rest. Does not throw. */
  async close(): Promise<void> {
    // From here on its end is what we want.
    this.timeline.fail(new Error('the demo is over'));
    this.load.stop();
    this.#stopWatching();
    await this.#daemon?.end();
    await this.#reader.stop();
    await this.site.close();
  }

  #daemonGone(how: string): DaemonError {
    const tail = this.#daemon?.tail.trim() ?? '';
    return new DaemonError('not-running', `the daemon has ended: ${how}\n${tail}`, {
      hint: `look into ${this.home.log}`,
    });
  }

  #clientAnswered(transaction: number, gapMs: number): void {
    const isFirst = this.load.count === 1;
    const gap = isFirst ? '' : `, after ${(gapMs / 1000).toFixed(1)} s without an answer`;
    if (!isFirst) this.outageMs = gapMs;
    this.say('client', `the service answers: transaction ${transaction}${gap}`, 'good');
  }

  #clientSilent(last: number, wall: number): void {
    this.outageMs = null;
    const ago = ((this.#terminal.clock.now().wall - wall) / 1000).toFixed(1);
    const text = `no answer for ${ago} s; the last was transaction ${last}`;
    this.say('client', text, 'fault');
  }
}

function explainSite(error: unknown): never {
  if (!(error instanceof SimError)) throw error;
  throw new DaemonError('refused', `the simulated site: ${error.message}`, { hint: error.hint });
}
