/** Commands that show what a site is doing. */
import type { Mount } from './disk.ts';
import { formatHappening } from './happening.ts';
import { SimError } from './sim-error.ts';
import type { Site } from './site.ts';
import type { SiteCommand } from './site-command.ts';

const EVENTS_SHOWN = 20;

function seconds(atMs: number): string {
  return `${(atMs / 1000).toFixed(1)} s`;
}

function describeMount(mount: Mount): string {
  const to = mount.to === null ? 'still' : `until ${seconds(mount.to)}`;
  return `${mount.node} since ${seconds(mount.from)}, ${to}${mount.suspended ? ', suspended' : ''}`;
}

function status(site: Site): string {
  const nodes = site.nodes.map((node) => `${node.name}: ${node.condition}`);
  const disks = site.disk.halves.map((half) => {
    const label = half.labelGood ? '' : ', no label';
    return `disk ${half.name}: ${half.powered ? 'on' : 'off'}${label}, transaction ${half.records}`;
  });
  const service = site.network.serving ?? 'nobody';
  const troubles = site.network.troubles.map((trouble) => `network: ${trouble}`);
  return [...nodes, ...disks, `service address answered by: ${service}`, ...troubles].join('\n');
}

function referee(site: Site): string {
  const { violations, losses } = site.referee;
  if (violations.length + losses.length === 0) return 'the root was never mounted twice';
  return [
    ...violations.map(({ at, kind, what }) => `VIOLATION at ${seconds(at)}: ${kind}: ${what}`),
    ...losses.map(
      ({ at, node, acknowledged, found }) =>
        `LOSS at ${seconds(at)}: ${node} found transaction ${found}, ${acknowledged} was acknowledged`,
    ),
  ].join('\n');
}

function nvram(site: Site, node: string, name?: string, ...value: string[]): string {
  const { nvram: variables } = site.node(node);
  if (name === undefined) return variables.table().join('\n');
  if (!variables.has(name)) {
    throw new SimError('bad-option', `there is no variable '${name}'`, `nvram ${node} shows all`);
  }
  if (value.length > 0 && variables.set(name, value.join(' ')) !== 'set') {
    throw new SimError('bad-option', `${name} cannot be '${value.join(' ')}'`, 'see its default');
  }
  return variables.format(name);
}

export const SHOW_COMMANDS: readonly SiteCommand[] = [
  { words: ['status'], takes: '', does: 'nodes, disks and network', run: (site) => status(site) },
  {
    words: ['nvram'],
    takes: 'NODE [NAME] [VALUE...]',
    does: 'shows or sets firmware variables',
    run: (site, [node = '', name, ...value]) => nvram(site, node, name, ...value),
  },
  {
    words: ['mounts'],
    takes: '',
    does: 'who had the shared root mounted, and when',
    run: (site) => site.disk.mounts.map(describeMount).join('\n') || 'never mounted',
  },
  {
    words: ['referee'],
    takes: '',
    does: 'was the root ever mounted twice, was anything lost?',
    run: (site) => referee(site),
  },
  {
    words: ['load'],
    takes: '',
    does: 'transactions acknowledged to clients, and those on the disk',
    run: (site) => `acknowledged ${site.referee.acknowledged}, on the disk ${site.disk.records}`,
  },
  {
    words: ['events'],
    takes: '[COUNT]',
    does: 'what happened last',
    run: (site, [count]) =>
      site.events
        .slice(-Number(count ?? EVENTS_SHOWN))
        .map(formatHappening)
        .join('\n'),
  },
];
