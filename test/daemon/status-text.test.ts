import { describe, expect, it } from 'vitest';
import { formatAge } from '../../src/commands/age.ts';
import { formatList, formatPage } from '../../src/commands/status-text.ts';
import type { WatchedCluster } from '../../src/control/protocol.ts';
import type { ClusterStatus } from '../../src/machine/describe.ts';

const WALL = Date.UTC(2001, 2, 4, 3, 12, 44);

const STATUS: ClusterStatus = {
  cluster: 'pki',
  script: 'sun-obp.chat',
  state: 'watch',
  summary: 'production runs',
  sinceWall: WALL - 3_600_000,
  reason: 'login \u001b[2Jcame',
  active: 'n1',
  standby: 'n2',
  ownerAssumed: true,
  ownerDoubt: null,
  unfinished: 'none',
  inhibited: null,
  net: { level: 'alive', known: true, forMs: 61_000, detail: 'it answers' },
  onSilence: 'confirm',
  nodes: [
    {
      name: 'n1',
      role: 'active',
      channel: 'connected',
      channelDetail: '',
      identity: 'proven',
      condition: 'running',
      inService: true,
      evidence: [],
      silentForMs: 4_000,
    },
    {
      name: 'n2',
      role: 'standby',
      channel: 'lost',
      channelDetail: 'refused',
      identity: 'unknown',
      condition: 'unknown',
      inService: false,
      evidence: [{ grade: 'off', ageMs: 31_000, stale: true, note: 'says off' }],
      silentForMs: null,
    },
  ],
  timers: [{ what: 'tap on n1', dueInMs: 12_000 }],
  doing: null,
  alarms: [{ name: 'standby', text: 'not ready', type: 'clusterd status pki', sinceWall: WALL }],
};

const watched = (status: Partial<ClusterStatus>, fault: string | null = null): WatchedCluster => ({
  kind: 'watched',
  cluster: 'pki',
  status: { ...STATUS, ...status },
  fault,
  ownAlarms: [],
  attached: [],
});

describe('the page about a cluster', () => {
  const page = formatPage(watched({}), WALL);
  it.each([
    ['state and summary', /^pki: watch: production runs$/m],
    ['since when', /since .* for 1 h$/m],
    ['why, made safe to show', /why +login \\x1b\[2Jcame$/m],
    ['that the owner is only assumed', /n1 owns it \(assumed from CList/],
    ['the network', /net alive for 1 min 1 s \(it answers\)/],
    ['the policy for silence', /confirm: an operator must confirm/],
    ['a node and what is known of it', /n1 {2}active: console connected, identity proven, running/],
    ['a lost console, why, and out of service', /console lost \(refused\).*OUT OF SERVICE/],
    ['evidence with its age', /off, 31 s old, must be asked again: says off/],
    ['what is due', /in 12 s: tap on n1/],
    ['alarms with what to type', /ALARM standby, for 0 s: not ready\n +type: clusterd status pki/],
  ])('tells %s', (_, pattern) => {
    expect(page).toMatch(pattern);
    expect(page).not.toMatch(/[^\n\x20-\x7e]/);
  });

  it('points trust out', () => {
    expect(formatPage(watched({ onSilence: 'trust' }), WALL)).toMatch(/TRUST: .*nothing proves it/);
  });
  it('says first that a cluster is not controlled', () => {
    expect(formatPage(watched({}, 'assertion'), WALL).split('\n')[1]).toMatch(
      /NOT CONTROLLED: assertion; nothing is typed/,
    );
  });
  it('says what was begun before a restart and what is done now', () => {
    const text = formatPage(watched({ unfinished: 'takeover', doing: 'fence on n1' }), WALL);
    expect(text).toMatch(/a takeover was begun and has not ended/);
    expect(text).toMatch(/doing +fence on n1/);
  });
  it('tells why a cluster is not watched', () => {
    const text = formatPage({ kind: 'not-watched', cluster: 'x', why: 'CList:1:1: error' }, WALL);
    expect(text).toMatch(/x is NOT WATCHED: CList:1:1: error\n +type: clusterd check/);
  });
  it('bears a machine that cannot be described', () => {
    const lost = { ...watched({}, 'boom'), status: null } as WatchedCluster;
    expect(formatPage(lost, WALL)).toMatch(/cannot be described\n.*NOT CONTROLLED: boom/);
    expect(formatList([lost], WALL)).toMatch(/^pki +FAULT +boom$/m);
  });
});

describe('the list of clusters', () => {
  it('has one line each, in columns, alarms below', () => {
    const list = formatList(
      [
        watched({ onSilence: 'trust' }),
        { kind: 'not-watched', cluster: 'other', why: 'no script' },
        watched({ alarms: [] }, 'boom'),
      ],
      WALL,
    );
    expect(list.split('\n')).toEqual([
      'pki    watch           1 h  n1 active, n2 standby | net alive | n2 OUT OF SERVICE | silence: TRUST',
      '  ALARM standby: not ready | type: clusterd status pki',
      'other  NOT WATCHED          no script',
      'pki    FAULT in watch  1 h  n1 active, n2 standby | net alive | n2 OUT OF SERVICE',
      '',
    ]);
  });
  it('is empty for none', () => {
    expect(formatList([], WALL)).toBe('');
  });
});

describe('an age', () => {
  it.each([
    [0, '0 s'],
    [-5_000, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000 + 59_000, '1 h'],
    [3_600_000 + 60_000, '1 h 1 min'],
    [86_400_000 * 3 + 3_600_000 * 4 + 1_000, '3 d 4 h'],
  ])('of %i ms is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});
