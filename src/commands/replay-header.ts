/** The first lines of a replay: what was read, and what no recording can show. Called by replay. */
import { formatLocal } from '../log/wall-time.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { Target } from '../machine/target.ts';
import type { Recording } from '../replay/recording.ts';
import { formatAge } from './age.ts';
import { plural } from './diagnostics-text.ts';

export interface Header {
  readonly recordings: readonly [Recording | null, Recording | null];
  readonly target: Target;
  readonly active: NodeIndex;
  /** Settings without a default, and what stands for them. */
  readonly invented: readonly string[];
  readonly hasLevels: boolean;
  readonly script: string;
}

const NODES: readonly NodeIndex[] = [0, 1];

export function formatHeader(header: Header): string[] {
  const { recordings, target, active, invented, hasLevels, script } = header;
  const files = NODES.flatMap((node) => {
    const recording = recordings[node];
    return recording === null ? [] : [describe(recording, roleOf(target, node, active))];
  });
  const unseen = [
    ...NODES.filter((node) => recordings[node] === null).map(
      (node) => `the console of ${roleOf(target, node, active)}`,
    ),
    ...(hasLevels ? [] : ['the service address']),
    'power devices',
    'operators',
  ];
  const stands = invented.length === 0 ? [] : [`stand-ins for settings: ${invented.join(', ')}`];
  return [
    ...files,
    `script ${script}, on-silence ${target.onSilence}`,
    ...stands,
    `not recorded: ${unseen.join('; ')}`,
  ];
}

function roleOf(target: Target, node: NodeIndex, active: NodeIndex): string {
  return `${target.nodes[node].name} (${node === active ? 'active' : 'standby'})`;
}

function describe(recording: Recording, role: string): string {
  const { name, form, lineCount, badLines } = recording;
  const what = form === 'clusterd' ? 'transcript of clusterd' : 'text';
  const bad = badLines.length === 0 ? '' : `, ${plural(badLines.length, 'line')} unreadable`;
  return `${name}: ${role}, ${what}, ${plural(lineCount, 'line')}${bad}, ${timesOf(recording)}`;
}

function timesOf({ items, timing }: Recording): string {
  const [first, last] = [items[0]?.wall ?? 0, items.at(-1)?.wall ?? 0];
  if (timing === 'none') return 'no times in it: lines at a made-up pace, silence means nothing';
  const span = `${formatLocal(first)}, ${formatAge(last - first)}`;
  return timing === 'marks' ? `${span}, times between its marks are made up` : span;
}
