/** Two clusters with silent consoles under the running program, and edits of their CList and script. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterd, makeHome, RunningDaemon, silentConsoles, waitFor } from './program.ts';

export const script = (summary: string) => `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"

state start "starts"
  -> watch             "looked around"

state watch "${summary}"
  on active panic   -> held "$line"
  on operator hold  -> busy "$operator asked"
  rest

state busy "is busy"
  after 12s         -> watch "done"
  wait

state held lasting "is held"
  on operator release -> watch "$operator released"
  rest
`;

export const cluster = (name: string, ports: readonly number[], more = '') => `cluster ${name}
  script plain
  on-silence confirm
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
  ${more}
  node ${name}1
    console tcp 127.0.0.1:${ports[0]}
    identity 83a54d${ports[0]}
    boot-path disk
  node ${name}2
    console tcp 127.0.0.1:${ports[1]}
    identity 83a54d${ports[1]}
    boot-path disk
`;

export const site = (...clusters: string[]) => clusters.join('\n');

export class Home {
  readonly ports: readonly number[];
  readonly daemon: RunningDaemon;
  private constructor(daemon: RunningDaemon, ports: readonly number[]) {
    this.daemon = daemon;
    this.ports = ports;
  }

  static async start(head = ''): Promise<Home> {
    const ports = await silentConsoles(4);
    const directory = makeHome(site(head, cluster('a', ports), cluster('b', ports.slice(2))), {
      'plain.chat': script('watches'),
    });
    const daemon = await RunningDaemon.start(directory);
    const home = new Home(daemon, ports);
    for (const name of ['a', 'b'])
      await home.until(name, ({ status }) => status?.state === 'watch');
    return home;
  }

  get path(): string {
    return this.daemon.home;
  }

  log(cluster: string): string {
    return this.daemon.file(`Logs/${cluster}.log`);
  }

  /** How often this console was connected, once its transcript is on the disk. */
  async connects(node: string): Promise<number> {
    await clusterd(this.path, 'reopen');
    const times = () => this.daemon.file(`Logs/${node[0]}.${node}.console`).match(/ ! connected/g);
    await waitFor(
      () => times() !== null,
      20_000,
      () => node,
    );
    return times()?.length ?? 0;
  }

  edit(...clusters: string[]): void {
    writeFileSync(join(this.path, 'CList'), site(...clusters));
  }

  editScript(text: string): void {
    writeFileSync(join(this.path, 'chat-scripts/plain.chat'), text);
  }

  async until(
    name: string,
    isSo: (one: Awaited<ReturnType<RunningDaemon['status']>>) => boolean,
  ): Promise<void> {
    const end = performance.now() + 20_000;
    while (!isSo(await this.daemon.status(name))) {
      if (performance.now() > end) throw new Error(this.log(name));
    }
  }

  async said(pattern: RegExp): Promise<void> {
    await waitFor(
      () => pattern.test(this.daemon.err),
      20_000,
      () => this.daemon.err,
    );
  }
}
