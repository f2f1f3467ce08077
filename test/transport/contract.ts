/**
 * What every wire to a console must do, against a real peer. One suite for all: a new transport is
 * one more call of `describeTransport`.
 */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloseReason, Transport, TransportHandlers } from '../../src/transport/transport.ts';
import { until } from './until.ts';

/** A console with a test at its far end. */
export interface Rig {
  create(): Transport;
  /** The console prints these bytes. */
  say(bytes: Buffer): void;
  /** What was typed on the console so far. */
  typed(): Buffer;
  /** The connection ends from the other side. */
  hangUp(): void | Promise<void>;
  /** The other end stops, or goes on, taking what is typed. */
  setReading(reading: boolean): void;
  /** Puts somebody else on the port, so that the next one finds it in use. */
  occupy?(): void | Promise<void>;
  /** The BREAKs that the other end saw, `brk`, `on` and `off`; not given: they cannot be seen. */
  breaks?(): readonly string[];
  stop(): Promise<void>;
}

/** One connection and all that came over it. */
export class Ear implements TransportHandlers {
  heard: Buffer[] = [];
  bytes = 0;
  readonly modems: string[] = [];
  readonly closes: CloseReason[] = [];

  data(bytes: Uint8Array): void {
    this.heard.push(Buffer.from(bytes)); // only valid during the call
    this.bytes += bytes.length;
  }

  modem(line: string, on: boolean): void {
    this.modems.push(`${line} ${on}`);
  }

  closed(reason: CloseReason): void {
    this.closes.push(reason);
  }

  get all(): Buffer {
    return Buffer.concat(this.heard);
  }
}

const ALL_256 = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** Everything that a careless wire changes, at the end and in pairs. */
export const NASTY = Buffer.concat([
  ALL_256,
  Buffer.from([13, 10, 13, 0, 13, 13, 255, 255, 13, 255, 0, 255, 240, 255, 250, 17, 19, 3, 4, 26]),
  ALL_256.toReversed(),
  Buffer.from([255, 13, 255]),
  Buffer.from([13]),
]);

/** The same bytes on each run, and no pattern in them. */
export function noise(length: number): Buffer {
  const block = createHash('sha512');
  const bytes = Buffer.alloc(length);
  let state = block.update('noise').digest();
  for (let at = 0; at < length; at += state.length) {
    state.copy(bytes, at);
    state = createHash('sha512').update(state).digest();
  }
  return bytes;
}

export async function writeAll(transport: Transport, bytes: Uint8Array): Promise<void> {
  if (!transport.write(bytes)) await transport.drained();
}

export interface Expectations {
  /** Whether `sendBreak` works at all on this wire. */
  readonly canBreak: boolean;
  /** What `breaks` shows after one BREAK, where it can show something. */
  readonly breakSeen?: readonly string[];
  readonly floodBytes?: number;
}

export function describeTransport(
  name: string,
  start: () => Promise<Rig>,
  { canBreak, breakSeen, floodBytes = 4 << 20 }: Expectations,
): void {
  describe(name, () => {
    const rigs: Rig[] = [];
    const open: Transport[] = [];
    afterEach(async () => {
      for (const transport of open.splice(0)) transport.close();
      for (const rig of rigs.splice(0)) await rig.stop();
    });

    async function connect(): Promise<{ rig: Rig; transport: Transport; ear: Ear }> {
      const rig = await start();
      rigs.push(rig);
      const transport = rig.create();
      open.push(transport);
      const ear = new Ear();
      await transport.open(ear);
      // The negotiation is over when something typed has arrived.
      await writeAll(transport, Buffer.from('.'));
      await until(() => rig.typed().length === 1);
      return { rig, transport, ear };
    }

    it('brings every byte that the console prints, cut everywhere', async () => {
      const { rig, ear } = await connect();
      let expected = Buffer.alloc(0);
      for (let cut = 1; cut < NASTY.length; cut += 7) {
        for (const piece of [NASTY.subarray(0, cut), NASTY.subarray(cut)]) {
          rig.say(piece);
          expected = Buffer.concat([expected, piece]);
          await until(() => ear.bytes >= expected.length);
        }
      }
      expect(ear.all.equals(expected)).toBe(true);
    });

    it('brings every byte that is typed, one by one and in one piece', async () => {
      const { rig, transport } = await connect();
      for (const byte of NASTY) await writeAll(transport, Buffer.of(byte));
      await writeAll(transport, NASTY);
      const expected = Buffer.concat([Buffer.from('.'), NASTY, NASTY]);
      await until(() => rig.typed().length >= expected.length);
      expect(rig.typed().equals(expected)).toBe(true);
    });

    it('brings a flood without loss, and types meanwhile', async () => {
      const { rig, transport, ear } = await connect();
      const flood = noise(floodBytes);
      rig.say(flood);
      for (const byte of Buffer.from('boot disk\r')) await writeAll(transport, Buffer.of(byte));
      await until(() => ear.bytes >= flood.length, 15_000);
      expect(ear.all.equals(flood)).toBe(true);
      await until(() => rig.typed().toString('latin1') === '.boot disk\r');
    });

    it('holds back when the other end does not read, and loses nothing', async () => {
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

    it('reports the end of the connection once', async () => {
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

    it('says nothing any more after close', async () => {
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

    it('can be closed while it opens', async () => {
      const rig = await start();
      rigs.push(rig);
      const transport = rig.create();
      const ear = new Ear();
      const opening = transport.open(ear);
      transport.close();
      await expect(opening).rejects.toMatchObject({ name: 'TransportError' });
      expect(ear.closes).toEqual([]);
    });

    it('answers while all is well', async () => {
      const { transport } = await connect();
      expect(await transport.answers(2000)).toMatchObject({ answers: true });
    });

    it('finds the port in use', async ({ skip }) => {
      const rig = await start();
      rigs.push(rig);
      if (rig.occupy === undefined) return skip('nobody else can be on this wire');
      await rig.occupy();
      const transport = rig.create();
      open.push(transport);
      const ear = new Ear();
      const refused = await transport.open(ear).then(
        () => null,
        (error: unknown) => error,
      );
      if (refused !== null) expect(refused).toMatchObject({ code: 'busy' });
      else {
        await until(() => ear.closes.length > 0);
        expect(ear.closes).toEqual([expect.objectContaining({ kind: 'busy' })]);
      }
    });

    it.runIf(canBreak)('sends a BREAK after what was typed, and goes on', async () => {
      const { rig, transport } = await connect();
      await writeAll(transport, Buffer.from('before'));
      const started = performance.now();
      await transport.sendBreak();
      expect(performance.now() - started).toBeGreaterThan(240);
      await writeAll(transport, Buffer.from('after'));
      await until(() => rig.typed().toString() === '.beforeafter');
      expect(rig.breaks?.()).toEqual(breakSeen);
    });

    it.runIf(canBreak)('never leaves a BREAK on when closed', async () => {
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

    it.runIf(canBreak)('ends a BREAK when the connection ends', async () => {
      const { rig, transport, ear } = await connect();
      const sending = transport.sendBreak();
      sending.catch(() => {});
      await rig.hangUp();
      await expect(sending).rejects.toMatchObject({ name: 'TransportError' });
      await until(() => ear.closes.length === 1);
      await expect(transport.sendBreak()).rejects.toMatchObject({ name: 'TransportError' });
    });

    it.runIf(!canBreak)('refuses a BREAK that it cannot send', async () => {
      const { transport } = await connect();
      await expect(transport.sendBreak()).rejects.toMatchObject({ code: 'other' });
    });
  });
}
