/** The journal's disk: what a crash may leave of what was written, at every byte. */
import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import type { JournalRecord } from '../../src/machine/protocol.ts';
import { Random } from '../../src/sim/random.ts';
import { JournalDisk } from '../../src/simulation/journal-disk.ts';
import { SimulatedProcess } from '../../src/simulation/simulated-process.ts';

const OWNER: JournalRecord = { kind: 'owner', node: 'n1', why: 'ünicode' };
const CLEARED: JournalRecord = { kind: 'cleared', name: 'login' };

class Bench {
  readonly clock = new SimulatedClock();
  readonly process = new SimulatedProcess(this.clock, () => 0);
  readonly answers: boolean[] = [];
  readonly disk: JournalDisk;
  flushes = 0;
  readonly #sink;

  constructor(seed = 1) {
    this.disk = new JournalDisk('demo', new Random(seed), () => {});
    this.disk.reopen();
    this.#sink = this.disk.open(this.process, () => {
      this.flushes += 1;
    });
  }

  append(record: JournalRecord, waits: boolean): void {
    this.#sink.append(record, 1_000, waits ? (ok) => void this.answers.push(ok) : null);
  }
}

describe('the disk of the journal', () => {
  test('what is flushed survives every crash, the rest may be cut at any byte', () => {
    const left = new Set<number>();
    for (let seed = 1; seed <= 600; seed++) {
      const bench = new Bench(seed);
      bench.append(OWNER, true);
      bench.clock.advance(10);
      bench.append(CLEARED, false);
      bench.append(CLEARED, true);
      bench.disk.crash();
      const reading = bench.disk.reopen();
      expect(reading.damaged).toEqual([]);
      expect(reading.records[0]?.record).toEqual(OWNER);
      left.add(reading.tornBytes);
    }
    expect(left.size).toBeGreaterThan(50);
  });

  test('a flushed record is answered once it is flushed, and not by a dead process', () => {
    const bench = new Bench();
    bench.append(OWNER, true);
    expect(bench.answers).toEqual([]);
    bench.clock.advance(10);
    expect([bench.answers, bench.flushes]).toEqual([[true], 1]);
    bench.append(OWNER, true);
    bench.process.kill();
    bench.clock.advance(10);
    expect(bench.answers).toEqual([true]);
  });

  test('a full disk refuses what is waited for and keeps the rest for later', () => {
    const bench = new Bench();
    bench.disk.isFull = true;
    bench.append(CLEARED, false);
    bench.append(OWNER, true);
    bench.clock.advance(10);
    expect(bench.answers).toEqual([false]);
    expect(bench.disk.read().records).toEqual([]);
    bench.disk.isFull = false;
    bench.append(OWNER, true);
    bench.clock.advance(10);
    expect(bench.disk.read().records.map(({ record }) => record)).toEqual([CLEARED, OWNER]);
  });

  test('lines of several lives make one chain', () => {
    const bench = new Bench();
    bench.append(OWNER, true);
    bench.clock.advance(10);
    bench.disk.crash();
    bench.disk.reopen();
    bench.disk.open(new SimulatedProcess(bench.clock, () => 0), () => {}).append(OWNER, 2, null);
    const { damaged, records } = bench.disk.read();
    expect(damaged).toEqual([]);
    expect(records).toHaveLength(2);
  });
});
