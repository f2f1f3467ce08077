import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SimulatedClock } from '../../src/clock/simulated.ts';
import type { LineListener } from '../../src/cluster/parts.ts';
import { Line } from '../../src/transport/line.ts';
import { FakeTransport } from '../transport/fake-transport.ts';
import { settle } from '../transport/line-bench.ts';
import { FakeLine, Rig, testEngine } from './rig.ts';

/** The real line, which holds half lines back as long as the runner lets it. */
class HoldingLine extends FakeLine {
  readonly #line: Line;
  #wire = new FakeTransport();
  reported = 0;

  constructor(listener: LineListener, clock: SimulatedClock) {
    super(listener);
    this.#line = new Line({
      clock,
      paceMs: 0,
      create: () => this.#wire,
      onData: (bytes, heard) => {
        this.reported += 1;
        listener.onData(bytes, heard);
      },
      onStatus: () => {},
      onModem: () => {},
      onDropped: () => {},
    });
  }

  async connect(): Promise<void> {
    this.#line.start();
    this.#wire.accept();
    await settle();
  }

  override says(text: string): void {
    this.#wire.say(text);
  }

  hold(untilAt: number): void {
    this.#line.hold(untilAt);
  }

  release(): void {
    this.#line.release();
  }
}

const engine = testEngine();

async function watching(makeLine?: (listener: LineListener, clock: SimulatedClock) => FakeLine) {
  const rig = new Rig(engine, {}, makeLine);
  rig.runner.start();
  for (const node of [0, 1] as const) {
    const line = rig.line(node);
    if (line instanceof HoldingLine) await line.connect();
    line.listener.onStatus('connected', '');
  }
  rig.clock.advance(6_000);
  return rig;
}

/** What each console said, whole, and all that the cluster did, in order. */
function told(rig: Rig) {
  // Before all others: to be asked is to look at everything that came.
  const status = rig.runner.status();
  const heard = (node: number) =>
    rig.transcript
      .filter((line) => line.startsWith(`${node}<`))
      .map((line) => line.slice(3))
      .join('');
  return {
    heard: [heard(0), heard(1)],
    log: rig.log,
    journal: rig.journal,
    typed: rig.lines.map((line) => line.calls),
    alarms: [...rig.alarms],
    status,
  };
}

const TEXTS = [
  'all is well',
  ' and so on\r\n',
  'pan',
  'ic',
  '\r\n',
  'login: ',
  'x'.repeat(300),
  '\b',
];
const happening = fc.oneof(
  { weight: 12, arbitrary: fc.record({ text: fc.constantFrom(...TEXTS), node: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant('status' as const) },
  { weight: 1, arbitrary: fc.constant('net' as const) },
  { weight: 1, arbitrary: fc.constant('lost' as const) },
);

test('lines that hold half lines back change nothing but the number of reports', async () => {
  const steps = fc.array(fc.tuple(happening, fc.integer({ min: 0, max: 400 })), {
    minLength: 10,
    maxLength: 80,
  });
  let reports = 0;
  let chunks = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const plain = await watching();
      const holding = await watching((listener, clock) => new HoldingLine(listener, clock));
      for (const [what, passed] of list) {
        for (const rig of [plain, holding]) {
          rig.clock.advance(passed);
          if (what === 'status') rig.runner.status();
          else if (what === 'net') rig.runner.net('dead', 'no answer');
          else if (what === 'lost') {
            rig.line(0).listener.onStatus('lost', 'gone');
            rig.line(0).listener.onStatus('connected', '');
          } else rig.line(what.node === 0 ? 0 : 1).says(what.text);
        }
        if (typeof what === 'object') chunks += 1;
      }
      expect(told(holding)).toEqual(told(plain));
      for (const line of holding.lines) if (line instanceof HoldingLine) reports += line.reported;
      await holding.runner.end();
      expect(told(holding).heard).toEqual(told(plain).heard);
    }),
    { numRuns: 150 },
  );
  expect(chunks).toBeGreaterThan(1_500);
  expect(reports).toBeLessThan(chunks - 30);
});

test('an unfinished line is looked at as soon as ever, and half a line is in the transcript', async () => {
  const rig = await watching((listener, clock) => new HoldingLine(listener, clock));
  const line = rig.line(0);
  line.says('one\r\nlog');
  rig.clock.advance(300);
  line.says('in');
  rig.clock.advance(100);
  line.says(': ');
  expect(rig.transcript.filter((text) => text.startsWith('0<'))).toEqual(['0< one\r\nlog']);
  rig.clock.advance(499);
  const before = rig.runner.status()?.nodes[0];
  expect(before).toBeDefined();
  expect(rig.transcript.filter((text) => text.startsWith('0<'))).toEqual([
    '0< one\r\nlog',
    '0< in: ',
  ]);
});
