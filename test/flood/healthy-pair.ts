/**
 * A healthy cluster beside the floods: two telnet consoles that answer RETURN with a login prompt and
 * print a panic line on request. Its script answers with BREAK; how long that takes is what the others
 * do to it.
 */
import { systemClock } from '../../src/clock/system.ts';
import type { RunningDaemon } from '../daemon/program.ts';
import { TelnetPeer } from '../transport/telnet-peer.ts';

const PANIC = 'panic[cpu0]/thread=2a10007fcc0: BAD TRAP\r\n';
const LOGIN = '\r\nn1 console login: ';
const ANSWER_MS_MAX = 20_000;

export class HealthyPair {
  readonly #consoles: readonly TelnetPeer[];

  private constructor(consoles: readonly TelnetPeer[]) {
    this.#consoles = consoles;
  }

  static async listen(): Promise<HealthyPair> {
    const consoles = await Promise.all([TelnetPeer.listen(), TelnetPeer.listen()]);
    for (const peer of consoles) {
      const take = peer.tcp.take;
      peer.tcp.take = (bytes, socket) => {
        const before = peer.console.length;
        take(bytes, socket);
        if (peer.console.slice(before).includes(13)) peer.say(Buffer.from(LOGIN));
      };
    }
    return new HealthyPair(consoles);
  }

  /** Its cluster in CList, for `bench.chat`. */
  get clist(): string {
    const nodes = this.#consoles.map(
      (peer, index) => `  node h${index + 1}
    console telnet 127.0.0.1:${peer.tcp.port}
    identity 8300000${index}
    boot-path /disk@${index},0:a
`,
    );
    return `cluster healthy\n  script bench\n  on-silence confirm\n${nodes.join('')}`;
  }

  /** From a panic line on the console to the BREAK, ms. */
  async reactionMs(): Promise<number> {
    const [peer] = this.#consoles;
    if (peer === undefined) throw new Error('no console');
    const before = peer.breaks.length;
    const isBroken = () => peer.breaks.slice(before).some(({ what }) => what !== 'off');
    const since = systemClock.now().at;
    peer.say(Buffer.from(PANIC));
    while (!isBroken()) {
      if (systemClock.now().at - since > ANSWER_MS_MAX) throw new Error('no BREAK for a panic');
      await new Promise<void>((resolve) => systemClock.after(1, resolve));
    }
    const ms = systemClock.now().at - since;
    // The BREAK lasts; and the script has to be back where it watches.
    await new Promise<void>((resolve) => systemClock.after(600, resolve));
    peer.say(Buffer.from(LOGIN));
    return ms;
  }

  async stop(): Promise<void> {
    for (const peer of this.#consoles) await peer.tcp.stop();
  }
}

/** Until its script waits for a panic line, armed. */
export async function untilHealthy(daemon: RunningDaemon): Promise<void> {
  const log = () => daemon.file('Logs/healthy.log');
  const until = systemClock.now().at + 30_000;
  while (!/ask -> watch/.test(log().split('armed by').at(-1) ?? '')) {
    if (systemClock.now().at > until) throw new Error(log());
    await new Promise<void>((resolve) => systemClock.after(50, resolve));
  }
}
