import { spawnSync } from 'node:child_process';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import { SerialTransport } from '../../src/transport/serial.ts';
import { Ear } from './contract.ts';
import { haveTools, PtyLine } from './external.ts';
import { TcpPeer } from './tcp-peer.ts';
import { until } from './until.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of endings.splice(0).reverse()) await end();
});

describe('serial: opening', () => {
  it.each([
    { path: '/dev/no-such-tty', code: 'no-such-device' },
    { path: '/dev/null', code: 'not-a-tty' },
    { path: '/', code: 'other' },
  ])('$path: $code', async ({ path, code }) => {
    const transport = new SerialTransport({ path, baud: 9600, breakMs: 250 }, systemClock);
    await expect(transport.open(new Ear())).rejects.toMatchObject({ name: 'TransportError', code });
    transport.close();
    expect(await transport.answers()).toMatchObject({ answers: false });
  });
});

describe('serial: on a pty', () => {
  if (!haveTools('socat')) return;

  async function connect(clock = systemClock) {
    const peer = await TcpPeer.listen();
    const line = await PtyLine.start(peer);
    const transport = new SerialTransport({ path: line.path, baud: 9600, breakMs: 250 }, clock);
    endings.push(
      () => peer.stop(),
      () => line.stop(),
      () => transport.close(),
    );
    const ear = new Ear();
    return { line, transport, ear };
  }

  it('holds the line for a BREAK, ends it, and never drops DTR or RTS', async () => {
    const set = vi.spyOn(SerialPort.prototype, 'set');
    const { transport, ear } = await connect();
    await transport.open(ear);
    const times: number[] = [];
    set.mockImplementation((_options, done) => {
      times.push(performance.now());
      done?.(null);
    });
    await transport.sendBreak();
    expect(set.mock.calls.map(([options]) => options)).toEqual([
      { brk: true, dtr: true, rts: true, cts: false, dsr: false },
      { brk: false, dtr: true, rts: true, cts: false, dsr: false },
    ]);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(240);
  });

  it('ends a BREAK before it closes', async () => {
    const set = vi.spyOn(SerialPort.prototype, 'set');
    const close = vi.spyOn(SerialPort.prototype, 'close');
    const { transport, ear } = await connect();
    await transport.open(ear);
    const sending = transport.sendBreak();
    sending.catch(() => {});
    await until(() => set.mock.calls.length === 1);
    transport.close();
    await expect(sending).rejects.toMatchObject({ name: 'TransportError' });
    await until(() => close.mock.calls.length === 1);
    expect(set.mock.calls.at(-1)?.[0]).toMatchObject({ brk: false });
  });

  it('fails a BREAK that the port refuses', async () => {
    const { transport, ear } = await connect();
    await transport.open(ear);
    vi.spyOn(SerialPort.prototype, 'set').mockImplementation((_options, done) => {
      done?.(new Error('Error: Input/output error, cannot set'));
    });
    await expect(transport.sendBreak()).rejects.toThrow('Input/output error');
  });

  it('has the kernel mark BREAKs and damaged bytes', async () => {
    const { line, transport, ear } = await connect();
    await transport.open(ear);
    const settings = spawnSync('stty', ['-F', line.path, '-a'], { encoding: 'utf8' }).stdout;
    for (const word of [' parmrk', ' inpck', '-ignpar', '-ignbrk', '-brkint']) {
      expect(settings).toContain(word);
    }
  });

  it('keeps DTR up on close', async () => {
    const { line, transport, ear } = await connect();
    await transport.open(ear);
    const settings = spawnSync('stty', ['-F', line.path, '-a'], { encoding: 'utf8' }).stdout;
    expect(settings).toContain(' -hupcl ');
    expect(settings).toContain('speed 9600 baud');
  });

  it('asks the modem lines once a second, and reports what changes', async () => {
    const states = [
      { cts: false, dsr: false, dcd: true },
      { cts: false, dsr: false, dcd: true },
      { cts: false, dsr: true, dcd: false },
    ];
    vi.spyOn(SerialPort.prototype, 'get').mockImplementation((done) => {
      done(null, states.shift() ?? { cts: false, dsr: true, dcd: false });
    });
    const clock = new SimulatedClock();
    const { transport, ear } = await connect(clock);
    await transport.open(ear);
    const first = ['dcd true', 'dsr false', 'cts false'];
    expect(ear.modems).toEqual(first);
    clock.advance(1000);
    expect(ear.modems).toEqual(first);
    clock.advance(5000);
    expect(ear.modems).toEqual([...first, 'dcd false', 'dsr true']);
    transport.close();
    expect(clock.nextDue()).toBeNull();
  });

  it('asks no more where they cannot be read', async () => {
    const get = vi.spyOn(SerialPort.prototype, 'get');
    const clock = new SimulatedClock();
    const { transport, ear } = await connect(clock);
    await transport.open(ear);
    await until(() => get.mock.calls.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(10_000);
    expect(get.mock.calls).toHaveLength(1);
    expect(ear.modems).toEqual([]);
  });
});
