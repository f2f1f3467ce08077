/**
 * What every wire to a console must do, against a real peer. One suite for all: a new transport is
 * one more call of `describeTransport`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { describeTroubles } from './contract-troubles.ts';
import { Ear } from './ear.ts';
import { NASTY, noise } from './nasty.ts';
import { until } from './until.ts';
import { WIRE_CASES, type WireCase } from './wire-cases.ts';

export { Ear } from './ear.ts';
export { NASTY, noise } from './nasty.ts';

/** A console with a test at its far end. */
export interface Rig {
  /** Where the peer is a TCP port: what its `port` says, or another one that leads there. */
  create(port?: number): Transport;
  /** The TCP port of the peer, where it is one: a relay can then be put before it. */
  readonly port?: number;
  /** The console prints these bytes. */
  say(bytes: Buffer): void;
  /** What was typed on the console so far. */
  typed(): Buffer;
  /** What the wire says of itself before the console does. */
  readonly greeting?: RegExp;
  /** `false`: the wire cannot ask the other end for a sign of life. */
  readonly answers?: false;
  /** The connection ends from the other side. */
  hangUp(): void | Promise<void>;
  /** The other end stops, or goes on, taking what is typed. */
  setReading(reading: boolean): void;
  /** The other end stands still until `thaw`: nothing is read, answered or closed. */
  freeze?(): void;
  thaw?(): void;
  /** Puts somebody else on the port, so that the next one finds it in use. */
  occupy?(): void | Promise<void>;
  /** Somebody takes the port over, and whoever had it is thrown off. */
  kick?(): void | Promise<void>;
  /** The serial line behind the port is pulled out; the terminal server stays. */
  unplug?(): void | Promise<void>;
  /** Bytes under the wire's own protocol, as a broken or hostile peer sends them. */
  sayWire?(bytes: Uint8Array): void;
  /** How many requests of the wire's own protocol the peer has received. */
  requests?(): number;
  /** The BREAKs that the other end saw, `brk`, `on` and `off`; not given: they cannot be seen. */
  breaks?(): readonly string[];
  stop(): Promise<void>;
}

export async function writeAll(transport: Transport, bytes: Uint8Array): Promise<void> {
  if (!transport.write(bytes)) await transport.drained();
}

/** One connection of a test to a rig. */
export interface Connected {
  readonly rig: Rig;
  readonly transport: Transport;
  readonly ear: Ear;
}

/** What a case needs of the suite. */
export interface Bench {
  /** Defines the test of a case, unless the wire has said why it cannot. */
  check(name: WireCase, run: () => Promise<void>): void;
  /** Connects to a rig, started here if none is given; all is ended with the test. */
  connect(given?: Rig, port?: number): Promise<Connected>;
  startRig(): Promise<Rig>;
  /** A transport that is closed with the test. */
  kept(transport: Transport): Transport;
}

export interface Expectations {
  /** Whether `sendBreak` works at all on this wire. */
  readonly canBreak: boolean;
  /** What `breaks` shows after one BREAK, where it can show something. */
  readonly breakSeen?: readonly string[];
  readonly floodBytes?: number;
  /** The programs at the other end with their versions, as they said them (`versionOf`). */
  readonly peers?: readonly string[];
  /** Cases that cannot exist on this wire or with this peer, each with its reason, for the report. */
  readonly cannot?: Readonly<Partial<Record<WireCase, string>>>;
}

const HAS_BREAK = 'the wire has a BREAK';
const HAS_NO_BREAK = 'the wire has no BREAK';

/** What follows from `canBreak` needs no words in each declaration. */
function reasons({ canBreak, cannot }: Expectations): NonNullable<Expectations['cannot']> {
  const breaks = canBreak
    ? { 'no-break': HAS_BREAK }
    : { break: HAS_NO_BREAK, 'break-closed': HAS_NO_BREAK, 'break-lost': HAS_NO_BREAK };
  return { ...breaks, ...cannot };
}

export function describeTransport(
  name: string,
  start: () => Promise<Rig>,
  expectations: Expectations,
): void {
  const { breakSeen, floodBytes = 4 << 20, peers = [] } = expectations;
  const cannot = reasons(expectations);
  describe(name, () => {
    const rigs: Rig[] = [];
    const open: Transport[] = [];
    afterEach(async () => {
      for (const transport of open.splice(0)) transport.close();
      for (const rig of rigs.splice(0)) await rig.stop();
    });

    async function startRig(): Promise<Rig> {
      const rig = await start();
      rigs.push(rig);
      return rig;
    }

    function kept(transport: Transport): Transport {
      open.push(transport);
      return transport;
    }

    async function connect(given?: Rig, port?: number): Promise<Connected> {
      const rig = given ?? (await startRig());
      const transport = kept(rig.create(port));
      const ear = new Ear();
      await transport.open(ear);
      // The negotiation is over when something typed has arrived.
      await writeAll(transport, Buffer.from('.'));
      await until(() => rig.typed().length === 1);
      const { greeting } = rig;
      if (greeting !== undefined) {
        await until(() => greeting.test(ear.all.toString('latin1')));
        ear.forget();
      }
      return { rig, transport, ear };
    }

    function check(wireCase: WireCase, run: () => Promise<void>): void {
      if (cannot[wireCase] !== undefined) return;
      it(WIRE_CASES[wireCase], async ({ task }) => {
        task.meta.wire = { wire: name, case: wireCase };
        await run();
      });
    }

    it('names its peers with their versions', ({ task }) => {
      task.meta.wire = { wire: name, case: 'peers', peers, cannot };
      for (const peer of peers) expect(peer).toMatch(/^\S+ .*\d/);
    });

    describeTroubles({ check, connect, startRig, kept });

    check('printed', async () => {
      const { rig, ear } = await connect();
      let said = 0;
      for (let cut = 1; cut < NASTY.length; cut++) {
        for (const piece of [NASTY.subarray(0, cut), NASTY.subarray(cut)]) {
          rig.say(piece);
          said += piece.length;
          await until(() => ear.bytes >= said);
        }
      }
      const times = NASTY.length - 1;
      expect(ear.all.equals(Buffer.concat(Array.from({ length: times }, () => NASTY)))).toBe(true);
    });

    check('typed', async () => {
      const { rig, transport } = await connect();
      for (const byte of NASTY) await writeAll(transport, Buffer.of(byte));
      await writeAll(transport, NASTY);
      const expected = Buffer.concat([Buffer.from('.'), NASTY, NASTY]);
      await until(() => rig.typed().length >= expected.length);
      expect(rig.typed().equals(expected)).toBe(true);
    });

    check('flood', async () => {
      const { rig, transport, ear } = await connect();
      const flood = noise(floodBytes);
      rig.say(flood);
      for (const byte of Buffer.from('boot disk\r')) await writeAll(transport, Buffer.of(byte));
      await until(() => ear.bytes >= flood.length, 15_000);
      expect(ear.all.equals(flood)).toBe(true);
      await until(() => rig.typed().toString('latin1') === '.boot disk\r');
    });

    check('unread', async () => {
      const { rig, transport } = await connect();
      rig.setReading(false);
      const block = noise(64 * 1024);
      let blocks = 0;
      let stuck = false;
      while (!stuck && blocks < 500) {
        blocks++;
        if (transport.write(block)) continue;
        stuck = !(await Promise.race([
          transport.drained().then(() => true),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 400)),
        ]));
      }
      expect(stuck).toBe(true);
      let drained = false;
      const over = transport.drained().then(() => {
        drained = true;
      });
      expect(drained).toBe(false);
      rig.setReading(true);
      await over;
      await until(() => rig.typed().length >= 1 + blocks * block.length, 15_000);
      const typed = rig.typed().subarray(1);
      for (let i = 0; i < blocks; i++) {
        expect(typed.subarray(i * block.length, (i + 1) * block.length).equals(block)).toBe(true);
      }
    });

    check('ended', async () => {
      const { rig, transport, ear } = await connect();
      await rig.hangUp();
      await until(() => ear.closes.length > 0);
      transport.write(Buffer.from('x'));
      await transport.drained();
      transport.close();
      expect(ear.closes).toHaveLength(1);
      expect(ear.closes[0]).toMatchObject({ kind: 'lost' });
      expect(ear.closes[0]?.detail).toMatch(/^[\x20-\x7e]+$/);
    });

    check('after-close', async () => {
      const { rig, transport, ear } = await connect();
      transport.close();
      transport.close();
      expect(transport.write(Buffer.from('x'))).toBe(false);
      await transport.drained();
      rig.say(Buffer.from('late'));
      await rig.hangUp();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([ear.closes.length, ear.bytes]).toEqual([0, 0]);
    });

    check('early-close', async () => {
      const transport = (await startRig()).create();
      const ear = new Ear();
      const opening = transport.open(ear);
      transport.close();
      await expect(opening).rejects.toMatchObject({ name: 'TransportError' });
      expect(ear.closes).toEqual([]);
    });

    check('answers', async () => {
      const { transport } = await connect();
      expect(await transport.answers(2000)).toMatchObject({ answers: true });
    });

    check('break', async () => {
      const { rig, transport } = await connect();
      await writeAll(transport, Buffer.from('before'));
      const started = performance.now();
      await transport.sendBreak();
      expect(performance.now() - started).toBeGreaterThan(240);
      await writeAll(transport, Buffer.from('after'));
      await until(() => rig.typed().toString() === '.beforeafter');
      expect(rig.breaks?.()).toEqual(breakSeen);
    });

    check('break-closed', async () => {
      const { rig, transport } = await connect();
      const sending = transport.sendBreak();
      sending.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 60));
      transport.close();
      await expect(sending).rejects.toMatchObject({ name: 'TransportError' });
      if (breakSeen === undefined) return;
      await until(() => rig.breaks?.().length === breakSeen.length);
      expect(rig.breaks?.()).toEqual(breakSeen);
    });

    check('break-lost', async () => {
      const { rig, transport, ear } = await connect();
      const sending = transport.sendBreak();
      sending.catch(() => {});
      await rig.hangUp();
      await expect(sending).rejects.toMatchObject({ name: 'TransportError' });
      await until(() => ear.closes.length === 1);
      await expect(transport.sendBreak()).rejects.toMatchObject({ name: 'TransportError' });
    });

    check('no-break', async () => {
      const { transport } = await connect();
      await expect(transport.sendBreak()).rejects.toMatchObject({ code: 'other' });
    });
  });
}
