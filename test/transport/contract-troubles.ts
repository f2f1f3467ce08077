/**
 * The part of the contract suite in which the other end misbehaves: it stands still, vanishes, is in
 * use, is taken over, loses its line, floods, loops or talks nonsense. Called by contract.ts for every
 * wire. What a wire cannot have, it declares with a reason.
 */
import { expect } from 'vitest';
import type { Bench, Connected } from './contract.ts';
import { Ear } from './ear.ts';
import { noise } from './nasty.ts';
import { Relay } from './relay.ts';
import { MALFORMED, STORM, STORM_ANSWERS_MAX } from './telnet-nonsense.ts';
import { until } from './until.ts';

const STILL_HERE = 'still here\n';

interface Frost {
  freeze(): void;
  thaw(): void;
}

function means<T>(given: T | undefined, what: string): T {
  if (given !== undefined) return given;
  throw new Error(`the rig has no \`${what}\`: give it, or say under \`cannot\` why not`);
}

/** Whether nothing can be written any more, after at most `bytes` were. */
async function blocks({ transport }: Connected, bytes: number): Promise<boolean> {
  const block = noise(64 * 1024);
  for (let written = 0; written < bytes; written += block.length) {
    if (transport.write(block)) continue;
    const drained = await Promise.race([
      transport.drained().then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
    if (!drained) return true;
  }
  return false;
}

/** The console still comes through, and nothing was reported. */
async function goesOn({ rig, ear }: Connected): Promise<void> {
  rig.say(Buffer.from(STILL_HERE));
  await until(() => ear.all.toString('latin1').endsWith(STILL_HERE));
  expect(ear.closes).toEqual([]);
}

/** What is typed meanwhile waits; nothing is reported; after it all is there. */
async function outlivesFrost(connected: Connected, frost: Frost): Promise<void> {
  const { rig, transport } = connected;
  frost.freeze();
  try {
    transport.write(Buffer.from('typed'));
    if (transport.answersInBand) {
      expect(await transport.answers(300)).toMatchObject({ answers: false });
    }
  } finally {
    frost.thaw();
  }
  await until(() => rig.typed().toString('latin1') === '.typed');
  await goesOn(connected);
  if (rig.answers === false) return;
  expect(await transport.answers(2000)).toMatchObject({ answers: true });
}

export function describeTroubles({ check, connect, startRig, kept }: Bench): void {
  async function withRelay(run: (relay: Relay, connected: Connected) => Promise<void>) {
    const rig = await startRig();
    const relay = await Relay.start(means(rig.port, 'port'));
    try {
      await run(relay, await connect(rig, relay.port));
    } finally {
      await relay.stop();
    }
  }

  check('never-reads', async () => {
    const connected = await connect();
    const { rig, transport, ear } = connected;
    rig.setReading(false);
    rig.say(noise(1 << 20));
    expect(await blocks(connected, 64 << 20)).toBe(true);
    await until(() => ear.bytes > 0);
    const drained = transport.drained();
    transport.close();
    await drained;
    expect(ear.closes).toEqual([]);
  });

  check('frozen', async () => {
    const rig = await startRig();
    const { freeze, thaw } = rig;
    if (freeze !== undefined && thaw !== undefined) {
      return outlivesFrost(await connect(rig), { freeze, thaw });
    }
    await withRelay((relay, connected) => outlivesFrost(connected, relay));
  });

  check('vanished', () =>
    withRelay(async (relay, { transport }) => {
      await relay.vanish();
      transport.write(Buffer.from('x'));
      expect(await transport.answers(400)).toMatchObject({ answers: false });
      const before = performance.now();
      transport.close();
      expect(performance.now() - before).toBeLessThan(200);
    }),
  );

  check('busy', async () => {
    const rig = await startRig();
    await means(rig.occupy, 'occupy')();
    const transport = kept(rig.create());
    const ear = new Ear();
    const refused = await transport.open(ear).then(
      () => null,
      (error: unknown) => error,
    );
    if (refused !== null) return expect(refused).toMatchObject({ code: 'busy' });
    await until(() => ear.closes.length > 0);
    expect(ear.closes).toEqual([expect.objectContaining({ kind: 'busy' })]);
  });

  check('kicked', async () => {
    const { rig, transport, ear } = await connect();
    await means(rig.kick, 'kick')();
    await until(() => ear.closes.length > 0);
    expect(ear.closes).toEqual([{ kind: 'lost', detail: expect.stringMatching(/^[\x20-\x7e]+$/) }]);
    expect(transport.write(Buffer.from('x'))).toBe(false);
    await expect(transport.sendBreak()).rejects.toMatchObject({ name: 'TransportError' });
  });

  check('unplugged', async () => {
    const { rig, transport, ear } = await connect();
    await means(rig.unplug, 'unplug')();
    for (let i = 0; i < 5; i++) transport.write(Buffer.from('into nothing\r'));
    await transport.answers(500);
    // Told by the wire, or not noticed at all: then it is a console that says nothing.
    if (ear.closes.length > 0) expect(ear.closes).toEqual([expect.objectContaining(LOST)]);
    transport.close();
  });

  check('option-storm', async () => {
    const connected = await connect();
    const { rig } = connected;
    const sayWire = means(rig.sayWire, 'sayWire');
    const requests = means(rig.requests, 'requests');
    const before = requests();
    for (const piece of STORM) sayWire(piece);
    await goesOn(connected);
    expect(requests() - before).toBeLessThanOrEqual(STORM_ANSWERS_MAX);
  });

  check('malformed', async () => {
    const connected = await connect();
    const sayWire = means(connected.rig.sayWire, 'sayWire');
    for (const bytes of MALFORMED) {
      for (const byte of bytes.subarray(0, 64)) sayWire(Buffer.of(byte));
      sayWire(bytes.subarray(64));
      await goesOn(connected);
    }
  });
}

const LOST = { kind: 'lost' };
