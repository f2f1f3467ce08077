import { describe, expect, it } from 'vitest';
import type { AlarmEvent } from '../../src/alarm/alarm-event.ts';
import { DAMPED_MS, Damper } from '../../src/alarm/damper.ts';
import { SimulatedClock } from '../../src/clock/simulated.ts';

function rig() {
  const clock = new SimulatedClock();
  const told: string[] = [];
  const damper = new Damper(clock, { take: ({ kind, text }) => void told.push(`${kind} ${text}`) });
  const take = (kind: AlarmEvent['kind'], alarm: string, text = 'lost') =>
    damper.take({
      kind,
      alarm,
      text,
      cluster: 'demo',
      type: 'clusterd status demo',
      wall: 0,
      acknowledged: null,
    });
  return { clock, told, damper, take };
}

describe('alarms of what comes and goes', () => {
  it('tell the first at once, then what is so after half a minute, and nothing that is as before', () => {
    const { clock, told, take } = rig();
    take('raised', 'console:n1');
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000);
      take(second % 2 === 0 ? 'cleared' : 'raised', 'console:n1');
    }
    expect(told).toEqual(['raised lost']);
    clock.advance(DAMPED_MS);
    expect(told).toEqual(['raised lost']);
    take('cleared', 'console:n1');
    expect(told).toEqual(['raised lost', 'cleared lost']);
  });

  it('end with the truth', () => {
    const { clock, told, take } = rig();
    take('raised', 'console:n1');
    take('cleared', 'console:n1');
    take('raised', 'console:n1', 'busy');
    clock.advance(DAMPED_MS);
    expect(told).toEqual(['raised lost', 'raised busy']);
    take('cleared', 'console:n1', 'busy');
    clock.advance(DAMPED_MS);
    expect(told.at(-1)).toBe('cleared busy');
  });

  it('are damped each by itself, and only they', () => {
    const { told, take } = rig();
    take('raised', 'console:n1', 'one');
    take('raised', 'console:n2', 'two');
    for (let time = 0; time < 3; time++) {
      take('raised', 'production', 'n1 is down');
      take('cleared', 'production', 'n1 is down');
    }
    expect(told).toHaveLength(8);
  });

  it('say at once that somebody knows, and are silent once stopped', () => {
    const { clock, told, damper, take } = rig();
    take('raised', 'console:n1');
    take('acknowledged', 'console:n1');
    take('cleared', 'console:n1');
    damper.stop();
    clock.advance(10 * DAMPED_MS);
    expect(told).toEqual(['raised lost', 'acknowledged lost']);
  });
});
