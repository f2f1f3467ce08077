import { describe, expect, test } from 'vitest';
import { ClusterReach } from '../../src/probe/cluster-reach.ts';

const TIMING = { intervalMs: 5_000, deadAfterMs: 60_000 };

/** What happens from second `from` to `to`, every five seconds: `S` service, `R` reference. */
interface Phase {
  readonly to: number;
  readonly service?: 'answers' | 'silent';
  readonly reference?: 'answers' | 'silent';
}

/** The levels over time, as `level@second` of each change. */
function levels(phases: readonly Phase[], also?: (second: number, reach: ClusterReach) => void) {
  const reach = new ClusterReach('svc', TIMING, 0);
  const changes: string[] = [];
  let level = reach.judgement.level as string;
  let second = 0;
  const note = () => {
    if (reach.judgement.level !== level) {
      level = reach.judgement.level;
      changes.push(`${level}@${second}`);
    }
  };
  for (const { to, service, reference } of phases) {
    for (; second < to; second++) {
      if (second % 5 === 0) {
        if (service !== undefined)
          reach.serviceResult(second * 1000, service === 'answers', 'timed out');
        if (reference !== undefined) reach.referenceResult(second * 1000, reference === 'answers');
      }
      also?.(second, reach);
      note();
      reach.judge(second * 1000, null);
      note();
    }
  }
  return changes;
}

const UP = { service: 'answers', reference: 'answers' } as const;
const LOST = { service: 'silent', reference: 'answers' } as const;
const CUT_OFF = { service: 'silent', reference: 'silent' } as const;

describe('levels over time', () => {
  test.each<[string, readonly Phase[], string[]]>([
    ['nothing asked', [{ to: 300 }], []],
    ['answers', [{ to: 300, ...UP }], ['alive@0']],
    [
      'answers without a reference',
      [{ to: 300, service: 'answers', reference: 'silent' }],
      ['alive@0'],
    ],
    // The last answer came in second 95.
    [
      'falls silent',
      [
        { to: 100, ...UP },
        { to: 300, ...LOST },
      ],
      ['alive@0', 'dead@155'],
    ],
    ['silent from the start', [{ to: 300, ...LOST }], ['dead@120']],
    [
      'comes back in time',
      [
        { to: 100, ...UP },
        { to: 150, ...LOST },
        { to: 300, ...UP },
      ],
      ['alive@0'],
    ],
    [
      'comes back',
      [
        { to: 100, ...UP },
        { to: 200, ...LOST },
        { to: 300, ...UP },
      ],
      ['alive@0', 'dead@155', 'alive@200'],
    ],
    [
      'everything silent',
      [
        { to: 100, ...UP },
        { to: 300, ...CUT_OFF },
      ],
      ['alive@0', 'blind@108'],
    ],
    [
      'everything silent, then all back',
      [
        { to: 100, ...UP },
        { to: 200, ...CUT_OFF },
        { to: 300, ...UP },
      ],
      ['alive@0', 'blind@108', 'alive@200'],
    ],
    // Only silence while the references answer counts.
    [
      'everything silent, then the reference alone is back',
      [
        { to: 100, ...UP },
        { to: 200, ...CUT_OFF },
        { to: 300, ...LOST },
      ],
      ['alive@0', 'blind@108', 'dead@260'],
    ],
    [
      'the reference is away in the middle',
      [
        { to: 100, ...UP },
        { to: 120, ...LOST },
        { to: 140, ...CUT_OFF },
        { to: 300, ...LOST },
      ],
      ['alive@0', 'blind@128', 'dead@200'],
    ],
    [
      'the reference misses one answer',
      [
        { to: 100, ...UP },
        { to: 120, ...LOST },
        { to: 125, ...CUT_OFF },
        { to: 300, ...LOST },
      ],
      ['alive@0', 'dead@155'],
    ],
    [
      'dead, then our network too',
      [
        { to: 100, ...UP },
        { to: 200, ...LOST },
        { to: 250, ...CUT_OFF },
        { to: 400, ...LOST },
      ],
      ['alive@0', 'dead@155', 'blind@208', 'dead@310'],
    ],
    // The prober of the service is gone, the one of the reference is not.
    [
      'not asked any more',
      [
        { to: 100, ...UP },
        { to: 300, reference: 'answers' },
      ],
      ['alive@0', 'blind@108'],
    ],
    [
      'not asked for a while',
      [
        { to: 100, ...UP },
        { to: 200, reference: 'answers' },
        { to: 300, ...LOST },
      ],
      ['alive@0', 'blind@108', 'dead@260'],
    ],
  ])('%s', (_name, phases, expected) => {
    expect(levels(phases)).toEqual(expected);
  });

  test('a stall of the process restarts the time, and makes the dead unknown', () => {
    const stallAt = (when: number) => (second: number, reach: ClusterReach) => {
      if (second === when) reach.voidSilence(second * 1000);
    };
    const phases = [
      { to: 100, ...UP },
      { to: 400, ...LOST },
    ];
    expect(levels(phases, stallAt(150))).toEqual(['alive@0', 'dead@210']);
    expect(levels(phases, stallAt(200))).toEqual(['alive@0', 'dead@155', 'blind@200', 'dead@260']);
    expect(levels([{ to: 200, ...UP }], stallAt(100))).toEqual(['alive@0']);
  });
});

test('a common cause makes blind, and when it ends the time starts anew', () => {
  const reach = new ClusterReach('svc', TIMING, 0);
  const ask = (second: number, answered: boolean) => {
    reach.serviceResult(second * 1000, answered, 'timed out');
    reach.referenceResult(second * 1000, true);
  };
  ask(0, true);
  expect(reach.judge(0, 'a switch')).toMatchObject({ level: 'alive' });
  for (let second = 5; second <= 200; second += 5) {
    ask(second, false);
    const { level } = reach.judge(second * 1000, second >= 20 && second <= 100 ? 'a switch' : null);
    expect(`${level}@${second}`).toBe(
      `${second < 20 ? 'alive' : second < 160 ? 'blind' : 'dead'}@${second}`,
    );
  }
});

test('details say what was seen', () => {
  const none = new ClusterReach(null, TIMING, 0);
  expect(none.judge(999_999, null)).toEqual({
    level: 'blind',
    detail: 'the cluster has no service to ask',
  });
  expect(none.silentSince(999_999)).toBeNull();
  const reach = new ClusterReach('10.0.0.1 port 80', TIMING, -60_000);
  expect(reach.silentSince(50_000)).toBeNull();
  for (let at = 0; at <= 90_000; at += 5_000) {
    reach.referenceResult(at, true);
    reach.serviceResult(at, at <= 20_000, 'refused');
    reach.judge(at, null);
  }
  expect(reach.judgement).toEqual({
    level: 'dead',
    detail: '10.0.0.1 port 80: no answer for 70 s (refused), references answer',
  });
  expect(reach.silentSince(90_000)).toBe(20_000);
  expect(reach.silentSince(32_000)).toBeNull();
});

test.each([
  [500, 1_500],
  [1_000, 10_000],
  [30_000, 90_000],
])('every %i ms dead after %i ms: our own network never makes dead', (intervalMs, deadAfterMs) => {
  for (let failsAfter = 0; failsAfter <= 6; failsAfter++) {
    const reach = new ClusterReach('svc', { intervalMs, deadAfterMs }, 0);
    for (let round = 0; round * intervalMs <= 6 * deadAfterMs; round++) {
      const at = round * intervalMs;
      // The service's answer was lost one round before the reference's: it is asked later.
      reach.serviceResult(at, round < failsAfter, 'timed out');
      reach.referenceResult(at, round <= failsAfter);
      expect(reach.judge(at, null).level).not.toBe('dead');
    }
  }
});

describe('warn and initial-dead', () => {
  /** What is said over time, as `words@second`, of a service that answers up to `answersTo`. */
  function said(
    timing: ConstructorParameters<typeof ClusterReach>[1],
    answersTo: number,
    to: number,
    also?: (second: number, reach: ClusterReach) => void,
  ): string[] {
    const reach = new ClusterReach('svc', timing, 0);
    const changes: string[] = [];
    let before = 'blind';
    for (let second = 0; second < to; second++) {
      if (second % 5 === 0) {
        reach.serviceResult(second * 1000, second <= answersTo, 'timed out');
        reach.referenceResult(second * 1000, true);
      }
      also?.(second, reach);
      const { level } = reach.judge(second * 1000, null);
      const words = reach.late === null ? level : `${level}, late`;
      if (words !== before) changes.push(`${words}@${second}`);
      before = words;
    }
    return changes;
  }

  test.each<[string, Parameters<typeof said>, string[]]>([
    ['by themselves', [TIMING, 300, 600], ['alive@0', 'alive, late@320', 'dead@360']],
    [
      'as CList says',
      [{ ...TIMING, warnAfterMs: 40_000, initialDeadMs: 400_000 }, 10, 600],
      ['alive@0', 'alive, late@50', 'blind, late@70', 'dead@400'],
    ],
    ['never answered', [TIMING, -1, 300], ['blind, late@20', 'dead@120']],
    [
      'a boot: what is alive may be silent for longer',
      [TIMING, 300, 600, (second, reach) => second === 310 && reach.booted(310_000)],
      ['alive@0', 'alive, late@320', 'blind, late@360', 'dead@430'],
    ],
    [
      'a boot: what is dead stays dead',
      [TIMING, 300, 600, (second, reach) => second === 400 && reach.booted(400_000)],
      ['alive@0', 'alive, late@320', 'dead@360'],
    ],
  ])('%s', (_, args, expected) => {
    expect(said(...args)).toEqual(expected);
  });

  test('who cannot be asked, or is silent with all others, is not late', () => {
    const reach = new ClusterReach('svc', TIMING, 0);
    for (let at = 0; at <= 60_000; at += 5_000) reach.serviceResult(at, false, 'timed out');
    reach.judge(60_000, null);
    expect(reach.late).toBeNull();
    reach.referenceResult(60_000, true);
    reach.judge(61_000, 'all fell silent');
    expect(reach.late).toBeNull();
  });
});
