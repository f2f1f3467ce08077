import { describe, expect, test } from 'vitest';
import { whatDisturbs } from '../../src/drill/calm.ts';
import type { Seen } from '../../src/drill/observer.ts';

const NODE = {
  name: 'n1',
  role: 'active',
  channel: 'connected',
  condition: 'running',
  inService: true,
  evidence: [],
};
const PARKED = [{ grade: 'parked', stale: false }];
const STANDBY = { ...NODE, name: 'n2', role: 'standby', condition: 'firmware', evidence: PARKED };

function seen(status: object, rest: object = {}): Seen {
  const calm = {
    inhibited: null,
    unfinished: 'none',
    alarms: [],
    net: { known: true, level: 'alive' },
    nodes: [NODE, STANDBY],
  };
  const all = { fault: null, ownAlarms: [], attached: [], ...rest };
  return { ...all, status: { ...calm, ...status } } as unknown as Seen;
}

describe('a cluster is calm', () => {
  test('when production runs, the standby is parked, and nothing is under way', () => {
    expect(whatDisturbs(seen({}))).toBeNull();
  });

  test.each([
    ['a shadow', seen({ inhibited: 'disarmed: root disarmed it' }), /disarmed/],
    ['a takeover', seen({ unfinished: 'takeover' }), /takeover is unfinished/],
    ['an alarm', seen({ alarms: [{ name: 'login', text: 'no login' }] }), /alarm login/],
    ['its own alarm', seen({}, { ownAlarms: [{ name: 'x', text: 'y' }] }), /alarm x/],
    ['a fault', seen({}, { fault: 'broken' }), /not controlled/],
    ['a writer', seen({}, { attached: [{ isWriting: true, operator: 'jo', node: 'n1' }] }), /jo/],
    ['a lost console', seen({ nodes: [{ ...NODE, channel: 'lost' }, STANDBY] }), /console of n1/],
    ['a stopped system', seen({ nodes: [{ ...NODE, condition: 'held' }, STANDBY] }), /n1 is held/],
    ['no proof', seen({ nodes: [NODE, { ...STANDBY, evidence: [] }] }), /n2 is not shown/],
    [
      'an old proof',
      seen({ nodes: [NODE, { ...STANDBY, evidence: [{ grade: 'fenced', stale: true }] }] }),
      /n2 is not shown/,
    ],
    [
      'a sleeping system',
      seen({ nodes: [NODE, { ...STANDBY, evidence: [{ grade: 'held', stale: false }] }] }),
      /n2 is not shown/,
    ],
    ['no service', seen({ net: { known: true, level: 'dead' } }), /service address is dead/],
  ])('but not with %s', (_what, disturbed, why) => {
    expect(whatDisturbs(disturbed)).toMatch(why);
  });
});
