import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { type ConsoleOptions, ConsolePort } from '../../src/sim/console-port.ts';
import { Random } from '../../src/sim/random.ts';
import { Site } from '../../src/sim/site.ts';
import { Terminal } from './terminal.ts';

function wire(options: Partial<ConsoleOptions> = {}) {
  const clock = new SimulatedClock();
  const port = new ConsolePort('n1', options, clock, new Random(3));
  const machine = { received: '', breaks: 0, hasPower: true };
  port.plugInto({
    receive: (text) => {
      machine.received += text;
    },
    breakSignal: () => {
      machine.breaks += 1;
    },
    get hasPower() {
      return machine.hasPower;
    },
  });
  return { clock, port, machine };
}

const TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(100);

describe('a wire', () => {
  it('passes everything both ways at once when it is good', () => {
    const { clock, port, machine } = wire();
    const terminal = new Terminal(port, clock);
    port.fromNode(TEXT);
    expect(terminal.output).toBe(TEXT);
    terminal.connection.write('abc');
    terminal.connection.sendBreak();
    expect(machine).toMatchObject({ received: 'abc', breaks: 1 });
  });

  it('delays both ways and keeps the order', () => {
    const { clock, port, machine } = wire({ delayMs: 100 });
    const terminal = new Terminal(port, clock);
    port.fromNode('one ');
    port.fromNode('two');
    terminal.connection.write('abc');
    terminal.connection.sendBreak();
    clock.advance(99);
    expect([terminal.output, machine.received, machine.breaks]).toEqual(['', '', 0]);
    clock.advance(2);
    expect([terminal.output, machine.received, machine.breaks]).toEqual(['one two', 'abc', 1]);
  });

  it('cuts into pieces without changing a byte', () => {
    const { clock, port } = wire({ pieceMax: 5 });
    const pieces: string[] = [];
    port.connect({ data: (text) => pieces.push(text), modem: () => {}, closed: () => {} });
    port.fromNode(TEXT);
    clock.advance(10_000);
    expect(pieces.join('')).toBe(TEXT);
    expect(new Set(pieces.map((piece) => piece.length))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it.each([
    ['loses', { lossRate: 0.1 }, 0.9],
    ['doubles', { doubleRate: 0.1 }, 1.1],
    ['corrupts', { corruptRate: 0.1 }, 1],
  ] as const)('%s characters at its rate, both ways', (_name, options, ratio) => {
    const { clock, port, machine } = wire(options);
    const terminal = new Terminal(port, clock);
    port.fromNode(TEXT);
    terminal.connection.write(TEXT);
    for (const arrived of [terminal.output, machine.received]) {
      expect(arrived).not.toBe(TEXT);
      expect(arrived.length / TEXT.length).toBeGreaterThan(ratio - 0.03);
      expect(arrived.length / TEXT.length).toBeLessThan(ratio + 0.03);
    }
  });

  it('corrupts single bits: every character stays a byte', () => {
    const { clock, port } = wire({ corruptRate: 0.5 });
    const terminal = new Terminal(port, clock);
    port.fromNode(TEXT);
    const wrong = [...terminal.output].filter((char, index) => char !== TEXT[index]);
    expect(wrong.length / TEXT.length).toBeGreaterThan(0.4);
    expect(wrong.every((char) => char.charCodeAt(0) <= 0xff)).toBe(true);
  });

  it('loses BREAKs at their own rate', () => {
    const { clock, port, machine } = wire({ breakLossRate: 0.5 });
    const terminal = new Terminal(port, clock);
    for (let count = 0; count < 200; count++) terminal.connection.sendBreak();
    expect(machine.breaks).toBeGreaterThan(70);
    expect(machine.breaks).toBeLessThan(130);
  });
});

describe('a port', () => {
  const client = { data: () => {}, modem: () => {}, closed: () => {} };

  it('takes one client, or several when shared', () => {
    const { port } = wire();
    const first = port.connect(client);
    expect(typeof first).toBe('object');
    expect(port.connect(client)).toBe('busy');
    if (typeof first === 'object') first.close();
    expect(typeof port.connect(client)).toBe('object');
    port.options.shared = true;
    expect(typeof port.connect(client)).toBe('object');
  });

  it('can be busy, refuse, or be half-open', () => {
    const { clock, port, machine } = wire({ mode: 'busy' });
    expect(port.connect(client)).toBe('busy');
    port.options.mode = 'refuse';
    expect(port.connect(client)).toBe('refused');
    port.options.mode = 'half-open';
    const terminal = new Terminal(port, clock);
    port.fromNode('lost');
    terminal.connection.write('lost');
    terminal.connection.sendBreak();
    expect([terminal.output, terminal.closed, machine.received, machine.breaks]).toEqual([
      '',
      false,
      '',
      0,
    ]);
  });

  it('becomes half-open under a client that is connected', () => {
    const { clock, port } = wire();
    const terminal = new Terminal(port, clock);
    port.options.mode = 'half-open';
    port.fromNode('lost');
    expect(terminal.output).toBe('');
    expect(terminal.closed).toBe(false);
  });

  it('replays a text, or what it recorded', () => {
    const { clock, port } = wire({ replay: { kind: 'text', text: 'old' } });
    expect(new Terminal(port, clock).output).toBe('old');
    port.fromNode('recorded while somebody was there');
    port.options.replay = { kind: 'recorded', charactersMax: 5 };
    port.options.shared = true;
    expect(new Terminal(port, clock).output).toBe('there');
  });

  it('is cut at random times, each the same with the same seed', () => {
    const cuts = () => {
      const { clock, port } = wire({ cutMeanMs: 1000 });
      const times: number[] = [];
      for (let count = 0; count < 100; count++) {
        const terminal = new Terminal(port, clock);
        const from = clock.now().at;
        while (!terminal.closed) clock.advance(1);
        times.push(clock.now().at - from);
      }
      return times;
    };
    const times = cuts();
    expect(cuts()).toEqual(times);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(mean).toBeGreaterThan(700);
    expect(mean).toBeLessThan(1400);
  });

  it('shows by its modem lines whether the machine has power', () => {
    const clock = new SimulatedClock();
    const site = new Site({}, clock);
    const terminal = new Terminal(site.console('n1'), clock);
    expect(terminal.power).toBe(true);
    site.node('n1').powerOff();
    expect(terminal.power).toBe(false);
    site.node('n1').powerOn();
    expect(terminal.power).toBe(true);
  });
});

describe('swapped cables', () => {
  it('put each name on the other machine, until swapped again', () => {
    const clock = new SimulatedClock();
    const site = new Site({}, clock);
    const n1 = new Terminal(site.console('n1'), clock);
    const n2 = new Terminal(site.console('n2'), clock);
    site.swapCables();
    expect(n2.line('')).toContain('prod console login: ');
    expect(n1.line('banner')).toContain('Host ID: 83a54f12.');
    n2.break();
    expect(site.node('n1').machine.isHeld).toBe(true);
    site.swapCables();
    expect(n2.line('banner')).toContain('Host ID: 83a54f12.');
  });
});
