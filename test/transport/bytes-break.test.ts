import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { BytesBreakTransport } from '../../src/transport/bytes-break.ts';
import { Ear } from './contract.ts';
import { FakeTransport } from './fake-transport.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function connect(sequence: readonly (string | number)[]) {
  const clock = new SimulatedClock();
  const wire = new FakeTransport();
  const transport = new BytesBreakTransport(wire, sequence, clock);
  const ear = new Ear();
  const opening = transport.open(ear);
  wire.accept();
  await opening;
  return { clock, wire, transport, ear };
}

describe('a BREAK of bytes', () => {
  it('is typed with its pauses, after what was written before', async () => {
    const { clock, wire, transport } = await connect(['#.', 500, 'break -y\r', 1000, '\xff']);
    wire.isBlocked = true;
    transport.write(Buffer.from('x'));
    let over = false;
    const sending = transport.sendBreak().then(() => {
      over = true;
    });
    await settle();
    expect(wire.wire).toBe('x');
    wire.unblock();
    await settle();
    expect(wire.wire).toBe('x#.');
    clock.advance(499);
    await settle();
    expect(wire.wire).toBe('x#.');
    clock.advance(1);
    await settle();
    expect(wire.wire).toBe('x#.break -y\r');
    expect(over).toBe(false);
    clock.advance(1000);
    await sending;
    expect(wire.wire).toBe('x#.break -y\r\xff');
  });

  it.each(['hang-up', 'close'] as const)('fails on %s in the middle', async (how) => {
    const { wire, transport, ear } = await connect(['a', 500, 'b']);
    const sending = transport.sendBreak();
    sending.catch(() => {});
    await settle();
    if (how === 'close') transport.close();
    else wire.hangUp();
    await expect(sending).rejects.toThrow('before the break sequence was sent in full');
    expect(wire.wire).toBe('a');
    expect(ear.closes).toHaveLength(how === 'close' ? 0 : 1);
  });
});
