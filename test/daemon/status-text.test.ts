import { describe, expect, it } from 'vitest';
import { formatAge } from '../../src/commands/age.ts';
import { checkClusters } from '../../src/commands/status-check.ts';
import { formatList } from '../../src/commands/status-list.ts';
import { formatPage } from '../../src/commands/status-text.ts';
import { severityOf } from '../../src/commands/trouble.ts';
import type { WatchedCluster } from '../../src/control/protocol.ts';
import type { ClusterStatus, NodeStatus } from '../../src/machine/describe.ts';

const WALL = Date.UTC(2001, 2, 4, 3, 12, 44);

const ACTIVE: NodeStatus = {
  name: 'n1',
  role: 'active',
  channel: 'connected',
  channelDetail: '',
  channelForMs: 86_400_000,
  identity: 'unknown',
  identityShown: null,
  identityShownIs: null,
  identityForMs: null,
  tested: [],
  breakWorkedForMs: null,
  condition: 'running',
  inService: true,
  evidence: [],
  modem: {},
  lineTrouble: null,
  silentForMs: 4_000,
};

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
  cables: null,
  net: { level: 'alive', known: true, forMs: 61_000, detail: 'it answers' },
  onSilence: 'confirm',
  nodes: [
    ACTIVE,
    {
      name: 'n2',
      role: 'standby',
      channel: 'lost',
      channelDetail: 'refused',
      channelForMs: 60_000,
      identity: 'unknown',
      identityShown: null,
      identityShownIs: null,
      identityForMs: null,
      tested: [],
      breakWorkedForMs: null,
      condition: 'unknown',
      inService: false,
      evidence: [{ grade: 'off', ageMs: 31_000, stale: true, note: 'says off', endsInMs: 0 }],
      modem: {},
      lineTrouble: null,
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
  acknowledged: [],
});

describe('the page about a cluster', () => {
  const page = formatPage(watched({}), WALL);
  it.each([
    ['state and summary', /^pki: watch: production runs$/m],
    ['since when', /since .* for 1 h$/m],
    ['why, made safe to show', /why +login \\x1b\[2Jcame$/m],
    ['that the owner is only assumed', /n1 owns it \(assumed from CList/],
    ['the service address', /service +alive for 1 min 1 s \(it answers\)/],
    ['the policy for silence', /confirm: an operator must confirm/],
    ['that it acts', /acts +by itself \(armed\)/],
    ['a node and its role', /^ {2}n1 {2}active: owns the disk$/m],
    ['its console', /console +connected for 1 d, last heard 4 s ago$/m],
    ['what it showed last', /showed +a running system$/m],
    ['why it shows no identity', /identity +not asked: a running system does not show it/],
    ['that nothing speaks against it', /evidence +none against it: it may write to the disk/],
    ['that a node is out of service', /^ {2}n2 {2}standby, OUT OF SERVICE/m],
    ['a lost console and why', /console +LOST for 1 min \(refused\), never heard/],
    ['evidence with its age', /off, 31 s old, must be renewed before it counts: says off/],
    ['what is due', /in 12 s: tap on n1/],
    [
      'alarms with what to type',
      /ALARM standby, since 2001.*, for 0 s: not ready\n +type: clusterd status pki/,
    ],
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
    expect(formatList([lost], WALL)).toMatch(/^!! +pki +FAULT: boom$/m);
  });
  it('says how long evidence is good, and by what else it ends', () => {
    const evidence = (endsInMs: number | null) => [
      { grade: 'fenced', ageMs: 3_000, stale: false, note: 'seen', endsInMs },
    ];
    const pageOf = (endsInMs: number | null) =>
      formatPage(watched({ nodes: [{ ...ACTIVE, evidence: evidence(endsInMs) }] }), WALL);
    expect(pageOf(57_000)).toMatch(/fenced, 3 s old, good for another 57 s: seen/);
    expect(pageOf(null)).toMatch(/fenced, 3 s old, holds until contradicted: seen/);
  });
  it('says loudly that nothing is sent, and that another machine answers', () => {
    const nodes = [
      {
        ...ACTIVE,
        identity: 'contradicted',
        identityShown: '83a5\u0007',
        identityForMs: 60_000,
      } as const,
    ];
    const text = formatPage(watched({ inhibited: 'disarmed: since the start', nodes }), WALL);
    expect(text).toMatch(/acts +NOTHING IS SENT: disarmed: since the start/);
    expect(text).toMatch(/identity +CONTRADICTED for 1 min: the line of n1 shows 83a5\\x07$/m);
  });
  it('says that the consoles are swapped, and whose identity a line shows', () => {
    const identityShown = '83a54f12';
    const contradicted = {
      identity: 'contradicted',
      identityShown,
      identityForMs: 60_000,
    } as const;
    const nodes = [{ ...ACTIVE, ...contradicted, identityShownIs: 'n2' }];
    const text = formatPage(
      watched({ cables: 'the consoles of n1 and n2 are swapped', nodes }),
      WALL,
    );
    expect(text).toMatch(/^ {2}CABLES +the consoles of n1 and n2 are swapped$/m);
    expect(text).toMatch(/identity .*the line of n1 shows 83a54f12, which is n2's$/m);
  });
  it('says how old a proof of identity is', () => {
    const pageOf = (identity: 'proven' | 'carried') =>
      formatPage(watched({ nodes: [{ ...ACTIVE, identity, identityForMs: 180_000 }] }), WALL);
    expect(pageOf('proven')).toMatch(/identity proven 3 min ago: its console showed it/);
    expect(pageOf('carried')).toMatch(/identity carried: shown 3 min ago on the same line/);
  });
});

const calm = (cluster: string): WatchedCluster => {
  const nodes = STATUS.nodes.map((node) => ({ ...node, inService: true }));
  return { ...watched({ alarms: [], nodes }), cluster } as WatchedCluster;
};

const alarmed = (cluster: string, name: string): WatchedCluster =>
  ({
    ...watched({
      alarms: [{ name, text: 'a | b', type: 'clusterd status', sinceWall: WALL - 61_000 }],
      nodes: STATUS.nodes.map((node) => ({ ...node, inService: true })),
    }),
    cluster,
  }) as WatchedCluster;

describe('the list of clusters', () => {
  it('has one line each, in columns, alarms below, the worst last, and a count', () => {
    const list = formatList(
      [
        alarmed('pki-10', 'production'),
        watched({ onSilence: 'trust' }),
        { kind: 'not-watched', cluster: 'other', why: 'no script' },
        calm('pki-9'),
        calm('pki-10'),
        { ...watched({ alarms: [] }, 'boom'), cluster: 'a' } as WatchedCluster,
      ],
      WALL,
    );
    expect(list.split('\n')).toEqual([
      '    CLUSTER  STATE           FOR  ACTIVE  STANDBY            SERVICE',
      '    pki-9    watch           1 h  n1      n2 lost            alive',
      '    pki-10   watch           1 h  n1      n2 lost            alive',
      '!   pki      watch           1 h  n1      n2 out of service  alive    silence: TRUST',
      '      ALARM standby, for 0 s: not ready | type: clusterd status pki',
      '!!  a        FAULT in watch  1 h  n1      n2 out of service  alive',
      '!!  other    NOT WATCHED: no script',
      '      type: clusterd check',
      '!!  pki-10   watch           1 h  n1      n2 lost            alive',
      '      ALARM production, for 1 min 1 s: a | b | type: clusterd status',
      '6 clusters: 2 ok, 1 warning, 3 critical',
      '',
    ]);
  });
  it('leaves the calm ones out, and still counts them', () => {
    const list = formatList([calm('one'), alarmed('two', 'standby')], WALL, true);
    expect(list).not.toMatch(/one/);
    expect(list).toMatch(/two[\s\S]*2 clusters: 1 ok, 1 warning, 0 critical\n$/);
    expect(formatList([calm('one')], WALL, true)).toBe('1 cluster: 1 ok, 0 warning, 0 critical\n');
  });
  it('says on how many nothing is sent', () => {
    const still = watched({ alarms: [], inhibited: 'disarmed' });
    expect(formatList([still, calm('x')], WALL)).toMatch(/; on 1 of them nothing is sent\n$/);
  });
  it('bears none and a thousand', () => {
    expect(formatList([], WALL)).toBe('0 clusters: 0 ok, 0 warning, 0 critical\n');
    const many = Array.from({ length: 1000 }, (_, index) => calm(`c${index}`));
    const lines = formatList([...many, alarmed('bad', 'cables')], WALL)
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(1004);
    expect(lines.at(-3)).toMatch(/^!! {2}bad /);
  });
});

describe('how bad it is', () => {
  it.each([
    ['calm', calm('x'), 'ok'],
    ['a standby that is not ready', alarmed('x', 'standby'), 'warning'],
    ['a lost console', alarmed('x', 'console:n1'), 'warning'],
    ['a log that cannot be written', alarmed('x', 'clusterd:log'), 'warning'],
    ['production', alarmed('x', 'production'), 'critical'],
    ['an alarm that nobody knows here', alarmed('x', 'smoke'), 'critical'],
    ['an owner in doubt', alarmed('x', 'clusterd:owner'), 'critical'],
    ['swapped consoles', alarmed('x', 'identity:lines'), 'critical'],
    ['a fault', watched({ alarms: [] }, 'boom'), 'critical'],
    ['not watched', { kind: 'not-watched', cluster: 'x', why: 'y' } as const, 'critical'],
  ])('%s', (_, cluster, severity) => {
    expect(severityOf(cluster)).toBe(severity);
  });
  it('a dead service address is critical, one not yet asked is not', () => {
    const dead = { level: 'dead', known: true, forMs: 1, detail: '' } as const;
    const nodes = STATUS.nodes.map((node) => ({ ...node, inService: true }));
    expect(severityOf(watched({ alarms: [], nodes, net: dead }))).toBe('critical');
    expect(severityOf(watched({ alarms: [], nodes, net: { ...dead, known: false } }))).toBe('ok');
  });
});

describe('the check for monitoring', () => {
  it('is one line with figures, and its status', () => {
    expect(checkClusters([calm('one'), calm('two')])).toEqual({
      exitStatus: 0,
      text: 'CLUSTERD OK - 2 clusters without trouble | ok=2 warning=0 critical=0\n',
    });
    const bad = [calm('one'), alarmed('low', 'standby'), alarmed('high', 'production')];
    expect(checkClusters(bad)).toEqual({
      exitStatus: 2,
      text:
        'CLUSTERD CRITICAL - 2 of 3 clusters: high: production: a / b; low: standby: a / b' +
        ' | ok=1 warning=1 critical=1\n',
    });
    expect(checkClusters([alarmed('low', 'standby')]).exitStatus).toBe(1);
  });
  it('stays short with many', () => {
    const many = Array.from({ length: 50 }, (_, index) => alarmed(`c${index}`, 'production'));
    expect(checkClusters(many).text).toMatch(/and 45 other clusters \|/);
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
