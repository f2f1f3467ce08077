/**
 * Random bytes into every console of many clusters of one real daemon, and two clusters beside them
 * that must not notice: one reacts to a panic line every second, one takes over in the middle.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock/system.ts';
import { SiteProcess } from '../kills/site-process.ts';
import { Farm } from './farm.ts';
import { HealthyPair, untilHealthy } from './healthy-pair.ts';
import { ObservedDaemon, type Sample } from './observed-daemon.ts';

export interface FloodOptions {
  readonly seconds: number;
  readonly clusters: number;
  /** Into each console. */
  readonly bytesPerSecond: number;
  /** A line of news, about every 30 s. */
  readonly tell: (line: string) => void;
}

export interface FloodOutcome {
  readonly samples: readonly Sample[];
  readonly reactionsMs: readonly number[];
  /** From the panic to the answering service on the other node; null: not within its time. */
  readonly takeoverMs: number | null;
  readonly violations: readonly string[];
  readonly seconds: number;
  readonly sentBytes: number;
  /** Logs without the transcripts of the consoles. */
  readonly logBytes: number;
  readonly transcriptBytes: number;
  /** What is wrong with the clusters at the end; empty is good. */
  readonly broken: readonly string[];
  readonly story: string;
}

const ROOT = join(import.meta.dirname, '../..');
const TAKEOVER_MS_MAX = 90_000;
const HOST_IDS = { n1: '83a54dc7', n2: '83a54f12' } as const;

function floodedClist(index: number, ports: readonly number[]): string {
  const wire = index % 2 === 0 ? 'telnet' : 'tcp';
  const nodes = ports.map(
    (port, node) => `  node f${index}n${node}
    console ${wire} 127.0.0.1:${port}
${wire === 'tcp' ? '    break bytes "#."\n' : ''}    identity 85${index.toString(16).padStart(4, '0')}0${node}
    boot-path /disk@${node},0:a
`,
  );
  return `cluster flooded${index}
  script sun-obp
  service tcp 127.0.0.1:9
  reference tcp 127.0.0.1:11
  on-silence confirm
${nodes.join('')}`;
}

function quietClist(site: SiteProcess): string {
  const nodes = (['n1', 'n2'] as const).map(
    (name) => `  node ${name}
    console telnet 127.0.0.1:${site.ports[name]}
    identity ${HOST_IDS[name]}
    boot-path /pci@1c,600000/scsi@2/disk@0,0:a
`,
  );
  return `cluster quiet
  script sun-obp
  service tcp 127.0.0.1:${site.ports.service}
  reference tcp 127.0.0.1:${site.ports.router}
  probe every 1s dead after 3s
  on-silence confirm
  prompt-quiet 200ms
  set tap-interval 3s
  set tap-quiet 500ms
  set standby-interval 10s
${nodes.join('')}`;
}

const now = (): number => systemClock.now().at;
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => systemClock.after(ms, resolve));

export async function playFlood(options: FloodOptions): Promise<FloodOutcome> {
  const { clusters, bytesPerSecond } = options;
  const farm = await Farm.start('random', 2 * clusters, bytesPerSecond);
  const healthy = await HealthyPair.listen();
  const site = await SiteProcess.start(ROOT, process.pid % 90, 1, false);
  const flooded = Array.from({ length: clusters }, (_, index) =>
    floodedClist(index, farm.ports.slice(2 * index, 2 * index + 2)),
  );
  const observed = await ObservedDaemon.start([healthy.clist, quietClist(site), ...flooded]);
  const { daemon } = observed;
  const names = Array.from({ length: clusters }, (_, index) => `flooded${index}`);
  try {
    for (const name of ['healthy', 'quiet', ...names]) await daemon.arm(name);
    await untilHealthy(daemon);
    await untilQuietWatches(observed);
    const played = await playFor(options, observed, healthy, site);
    const logs = join(daemon.home, 'Logs');
    const bytesOf = (suffix: RegExp) =>
      readdirSync(logs)
        .filter((name) => suffix.test(name))
        .reduce((sum, name) => sum + statSync(join(logs, name)).size, 0);
    const broken = await brokenOf(observed, ['healthy', 'quiet', ...names]);
    return {
      ...played,
      violations: (await site.look()).violations,
      sentBytes: (await farm.figures()).bytes,
      logBytes: bytesOf(/\.(?:log|jsonl)$/),
      transcriptBytes: bytesOf(/\.console$/),
      broken,
      story: `${daemon.err}\n${daemon.file('Logs/quiet.log')}\n${daemon.file('Logs/flooded0.log').slice(0, 4000)}`,
    };
  } finally {
    daemon.kill('SIGTERM');
    await daemon.ended;
    await site.end();
    await healthy.stop();
    await farm.stop();
  }
}

async function playFor(
  { seconds, tell }: FloodOptions,
  observed: ObservedDaemon,
  healthy: HealthyPair,
  site: SiteProcess,
): Promise<Pick<FloodOutcome, 'samples' | 'reactionsMs' | 'takeoverMs' | 'seconds'>> {
  const samples = [await observed.sample()];
  const reactionsMs: number[] = [];
  const since = now();
  let takeover: Promise<number | null> | null = null;
  let toldAt = since;
  while (now() - since < seconds * 1000) {
    reactionsMs.push(await healthy.reactionMs());
    samples.push(await observed.sample());
    if (takeover === null && now() - since > seconds * 250) takeover = takeOver(site);
    if (now() - toldAt < 30_000) continue;
    toldAt = now();
    tell(newsOf(toldAt - since, samples, reactionsMs));
  }
  const takeoverMs = takeover === null ? null : await takeover;
  samples.push(await observed.sample());
  return { samples, reactionsMs, takeoverMs, seconds: (now() - since) / 1000 };
}

function newsOf(ms: number, samples: readonly Sample[], reactionsMs: readonly number[]): string {
  const last = samples.at(-1)?.residentMb.toFixed(0) ?? '?';
  const longest = Math.max(...reactionsMs.slice(-30)).toFixed(0);
  return `${(ms / 1000).toFixed(0)} s: RSS ${last} MB, longest of the last reactions ${longest} ms`;
}

/** The active node panics. Until the service answers from the other one. */
async function takeOver(site: SiteProcess): Promise<number | null> {
  const since = now();
  const { serving } = await site.look();
  await site.command(`panic ${serving ?? 'n1'}`);
  while (now() - since < TAKEOVER_MS_MAX) {
    const look = await site.look();
    if (look.serving !== null && look.serving !== serving) return now() - since;
    await pause(100);
  }
  return null;
}

async function untilQuietWatches({ daemon }: ObservedDaemon): Promise<void> {
  const until = now() + 60_000;
  const log = () => daemon.file('Logs/quiet.log');
  while (!/armed by[\s\S]*-> watch/.test(log())) {
    if (now() > until) throw new Error(log());
    await pause(100);
  }
}

/** Stopped by a fault, or not there any more. */
async function brokenOf({ daemon }: ObservedDaemon, names: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const name of names) {
    const cluster = await daemon.status(name);
    if (cluster.fault !== null) broken.push(`${name}: ${cluster.fault}`);
    for (const node of cluster.status?.nodes ?? []) {
      if (node.channel !== 'connected') broken.push(`${name}/${node.name}: ${node.channelDetail}`);
    }
  }
  return broken;
}

export function floodText(options: FloodOptions, outcome: FloodOutcome): string {
  const { samples, reactionsMs, takeoverMs, seconds } = outcome;
  const resident = samples.map(({ residentMb }) => residentMb);
  const sorted = [...reactionsMs].sort((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
  const cpu = (samples.at(-1)?.cpuSeconds ?? 0) - (samples[0]?.cpuSeconds ?? 0);
  const lag = samples.slice(1).map(({ lagMsMax }) => lagMsMax);
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${seconds.toFixed(0)} s, ${options.clusters} clusters, ${options.bytesPerSecond} bytes/s of random bytes into each console: ${mb(outcome.sentBytes)}`,
    `RSS at the start ${resident[0]?.toFixed(0)} MB, at most ${Math.max(...resident).toFixed(0)} MB, at the end ${resident.at(-1)?.toFixed(0)} MB`,
    `CPU ${((100 * cpu) / seconds).toFixed(1)} % of a core`,
    `event loop delay at most ${Math.max(...lag).toFixed(0)} ms`,
    `reaction of a healthy cluster: median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms (${sorted.length} panics)`,
    `takeover of the quiet cluster in the middle: ${takeoverMs === null ? 'NOT in its time' : `${(takeoverMs / 1000).toFixed(1)} s`}`,
    `logs ${mb(outcome.logBytes)}, transcripts ${mb(outcome.transcriptBytes)}`,
    outcome.broken.length === 0 ? 'nothing is broken' : `BROKEN: ${outcome.broken.join('; ')}`,
    ...outcome.violations,
  ].join('\n');
}
