import { describe, expect, it } from 'vitest';
import { type CheckAnswer, type NodeLook, PowerWatch } from '../../src/cluster/power-watch.ts';

const TIMES = { everyMs: 600_000, deadAfterMs: 60_000 };
const DEVICE = 'fence_apc 10.0.0.5 plug 3';

/** A device that is asked; each question takes a second. */
class Asked {
  readonly watch = new PowerWatch();
  now = 1_000_000;

  /** `heardAgoMs`: the console wrote so long before the answer; absent: never. */
  says(outcome: CheckAnswer['outcome'], look: Partial<NodeLook> = {}, laterMs = 0): number {
    this.now += laterMs;
    const asked = this.now;
    this.now += 1_000;
    const seen = { silentForMs: null, isServing: false, ...look };
    const detail = `status: ${outcome}`;
    return this.watch.take({ outcome, detail }, seen, { asked, now: this.now }, TIMES);
  }

  get trouble(): string | null {
    return this.watch.trouble(DEVICE, 'n1');
  }
}

describe('a device that does not answer', () => {
  it('is asked again soon, and is trouble at the second time', () => {
    const asked = new Asked();
    expect(asked.says('no-answer')).toBe(60_000);
    expect(asked.trouble).toBeNull();
    expect(asked.says('no-answer')).toBe(TIMES.everyMs);
    expect(asked.trouble).toBe(
      `${DEVICE}, which switches n1 off, does not answer: status: no-answer`,
    );
    const first = asked.trouble;
    asked.says('no-answer');
    expect(asked.trouble, 'the same words: no new alarm').toBe(first);
    asked.says('on');
    expect(asked.trouble).toBeNull();
    asked.says('no-answer');
    expect(asked.trouble).toBeNull();
  });

  it('is asked thoroughly until it answers', () => {
    const asked = new Asked();
    expect(asked.watch.isThorough).toBe(true);
    asked.says('on');
    expect(asked.watch.isThorough).toBe(false);
    asked.says('no-answer');
    expect(asked.watch.isThorough).toBe(true);
  });

  it('is neither well nor ill while somebody fences with it', () => {
    const asked = new Asked();
    asked.says('no-answer');
    expect(asked.says('put-off')).toBe(60_000);
    expect(asked.watch.failures).toBe(1);
    asked.says('no-answer');
    expect(asked.trouble).not.toBeNull();
  });
});

describe('a device that says off', () => {
  const LIE = `${DEVICE} says that n1 is off, but n1 answers: is the plug right?`;

  it('of a silent node says nothing wrong', () => {
    const asked = new Asked();
    asked.says('off');
    asked.says('off', { silentForMs: 500_000 }, 400_000);
    expect(asked.trouble).toBeNull();
  });

  it('while the console writes is trouble at once', () => {
    const asked = new Asked();
    asked.says('off', { silentForMs: 500 });
    expect(asked.trouble).toBe(LIE);
    expect(asked.watch.isContradicted).toBe(true);
  });

  it('of a node that wrote its last shortly before is no trouble', () => {
    const asked = new Asked();
    expect(asked.says('off', { silentForMs: 1_500 })).toBe(75_000);
    asked.says('off', { silentForMs: 77_500 }, 75_000);
    expect(asked.trouble).toBeNull();
  });

  it('is trouble when the console wrote after the first answer', () => {
    const asked = new Asked();
    asked.says('off', { silentForMs: 100_000 });
    asked.says('off', { silentForMs: 40_000 }, 75_000);
    expect(asked.trouble).toBe(LIE);
    asked.says('off', { silentForMs: 641_000 }, 600_000);
    expect(asked.trouble).toBe(LIE);
    asked.says('on');
    expect(asked.trouble).toBeNull();
  });

  it('of the active node is trouble when its service goes on answering', () => {
    const asked = new Asked();
    expect(asked.says('off', { isServing: true })).toBe(75_000);
    expect(asked.trouble).toBeNull();
    asked.says('off', { isServing: true }, 75_000);
    expect(asked.trouble).toBe(LIE);
    asked.says('off', { isServing: false }, 600_000);
    expect(asked.trouble).toBeNull();
  });

  it('of an active node that was just switched off is no trouble', () => {
    const asked = new Asked();
    asked.says('off', { isServing: true });
    asked.says('off', { isServing: false }, 75_000);
    expect(asked.trouble).toBeNull();
  });
});
