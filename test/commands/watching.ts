/** Clusters and a screen for the tests of what `clusterd status` shows. */
import type { Screen, ScreenLine, ScreenListener, Size } from '../../src/commands/screen.ts';
import type { StatusReply } from '../../src/commands/status-json.ts';
import type { WatchedCluster } from '../../src/control/protocol.ts';

export const WALL = Date.UTC(2001, 2, 4, 3, 12, 44);

export function clusterNamed(cluster: string, alarm: string | null = null): WatchedCluster {
  const alarms = [{ name: alarm ?? '', text: 'trouble', type: 'clusterd status', sinceWall: WALL }];
  const node = {
    channel: 'connected',
    channelDetail: '',
    channelForMs: 1_000,
    identity: 'proven',
    identityShown: null,
    identityShownIs: null,
    identityForMs: 60_000,
    tested: [],
    breakWorkedForMs: null,
    condition: 'firmware',
    inService: true,
    evidence: [],
    modem: {},
    lineTrouble: null,
    silentForMs: 0,
  } as const;
  return {
    kind: 'watched',
    cluster,
    fault: null,
    ownAlarms: [],
    acknowledged: [],
    attached: [],
    status: {
      cluster,
      script: 'sun-obp.chat',
      state: 'watch',
      summary: 'production runs',
      sinceWall: WALL - 1_000,
      reason: 'the daemon started and looked at everything that there is to be looked at today',
      active: 'n1',
      standby: 'n2',
      ownerAssumed: false,
      ownerDoubt: null,
      unfinished: 'none',
      inhibited: null,
      cables: null,
      net: { level: 'alive', known: true, forMs: 1_000, detail: '' },
      onSilence: 'power',
      nodes: [
        { ...node, name: 'n1', role: 'active' },
        { ...node, name: 'n2', role: 'standby' },
      ],
      timers: [],
      doing: null,
      alarms: alarm === null ? [] : alarms,
    },
  };
}

export function replyOf(...clusters: WatchedCluster[]): StatusReply {
  const daemon = {
    pid: 1,
    home: '/home',
    startedWall: WALL - 1_000,
    clusters: clusters.length,
    edited: null,
    waiting: [],
  };
  return { daemon, wall: WALL, clusters, siteAlarms: [] };
}

/** Remembers what was drawn. */
export class FakeScreen implements Screen {
  listener: ScreenListener | null = null;
  lines: readonly ScreenLine[] = [];
  closed = 0;
  sized: Size = { columns: 100, rows: 20 };

  get text(): string {
    return this.lines.map(({ text }) => text).join('\n');
  }
  open(listener: ScreenListener): void {
    this.listener = listener;
  }
  size(): Size {
    return this.sized;
  }
  draw(lines: readonly ScreenLine[]): void {
    this.lines = lines;
  }
  close(): void {
    this.closed += 1;
  }
}
