/** Hostile telnet peers at the consoles of clusters, all at once, and what they do to a healthy one. */
import { systemClock } from '../../src/clock/system.ts';
import { Farm } from './farm.ts';
import { HealthyPair, untilHealthy } from './healthy-pair.ts';
import { ObservedDaemon } from './observed-daemon.ts';

export const HOSTILE_SCENARIOS = [
  'endless subnegotiation',
  'option storm',
  'DO and DONT in turn',
  'the opposite of everything',
  'commands that mean nothing',
  'subnegotiations of 64 KiB',
  'RFC 2217 values without sense',
  'modem lines that flap',
  'IAC at every cut',
  'a banner of 1 GB without a line end',
  'random bytes at full speed',
  'connects and closes',
] as const;
export type HostileScenario = (typeof HOSTILE_SCENARIOS)[number];

export interface HostileOutcome {
  /** Of the healthy cluster, from a panic line to the BREAK. */
  readonly reactionsMs: readonly number[];
  readonly residentMb: { readonly before: number; readonly after: number };
  /** Of one core. */
  readonly cpuPercent: number;
  readonly lagMsMax: number;
  readonly peers: readonly {
    readonly scenario: HostileScenario;
    readonly connections: number;
    readonly megabytes: number;
    /** The readable log of its cluster. */
    readonly log: string;
  }[];
}

function hostileClist(name: string, index: number, ports: readonly number[]): string {
  const nodes = ports.map(
    (port, node) => `  node x${index}n${node}
    console telnet 127.0.0.1:${port}
    identity 84${index.toString(16).padStart(4, '0')}0${node}
    boot-path /disk@${node},0:a
`,
  );
  return `cluster ${name}
  script bench
  on-silence confirm
${nodes.join('')}`;
}

/** Plays them for so long. The daemon must be alive and answer at the end. */
export async function playHostile(
  scenarios: readonly HostileScenario[],
  forMs: number,
): Promise<HostileOutcome> {
  const farms = await Promise.all(scenarios.map((scenario) => Farm.start(scenario, 2)));
  const healthy = await HealthyPair.listen();
  const nameOf = (index: number) => `hostile${index}`;
  const hostile = farms.map((farm, index) => hostileClist(nameOf(index), index, farm.ports));
  const observed = await ObservedDaemon.start([healthy.clist, ...hostile]);
  const { daemon } = observed;
  try {
    await daemon.arm('healthy');
    await untilHealthy(daemon);
    const before = await observed.sample();
    const since = systemClock.now().at;
    const reactionsMs: number[] = [];
    while (systemClock.now().at - since < forMs) reactionsMs.push(await healthy.reactionMs());
    const after = await observed.sample();
    const seconds = (systemClock.now().at - since) / 1000;
    const figures = await Promise.all(farms.map((farm) => farm.figures()));
    return {
      reactionsMs,
      residentMb: { before: before.residentMb, after: after.residentMb },
      cpuPercent: (100 * (after.cpuSeconds - before.cpuSeconds)) / seconds,
      lagMsMax: after.lagMsMax,
      peers: scenarios.map((scenario, index) => ({
        scenario,
        connections: figures[index]?.connections ?? 0,
        megabytes: (figures[index]?.bytes ?? 0) / 1e6,
        log: daemon.file(`Logs/${nameOf(index)}.log`),
      })),
    };
  } finally {
    daemon.kill('SIGTERM');
    await daemon.ended;
    await healthy.stop();
    await Promise.all(farms.map((farm) => farm.stop()));
  }
}

export function hostileText({ reactionsMs, peers, ...outcome }: HostileOutcome): string {
  const sorted = [...reactionsMs].sort((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const { before, after } = outcome.residentMb;
  return [
    `reaction median ${median.toFixed(0)} ms, longest ${sorted.at(-1)?.toFixed(0)} ms (${sorted.length} panics)`,
    `event loop delay at most ${outcome.lagMsMax.toFixed(0)} ms, CPU ${outcome.cpuPercent.toFixed(0)} % of a core`,
    `RSS ${before.toFixed(0)} -> ${after.toFixed(0)} MB`,
    ...peers.map(
      ({ scenario, connections, megabytes, log }) =>
        `  ${scenario.padEnd(36)} ${megabytes.toFixed(1).padStart(6)} MB in ${connections} connections, log of ${log.split('\n').length} lines`,
    ),
  ].join('\n');
}
