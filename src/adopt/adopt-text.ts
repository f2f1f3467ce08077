/** What a person reads before and after an adoption. Text only. */
import { type Change, shownValue } from './parked-values.ts';
import type { AdoptRecord } from './record.ts';
import type { NodePlan } from './survey.ts';
import type { Trouble } from './trouble.ts';

export function troubleText(cluster: string, troubles: readonly Trouble[]): string {
  const lines = troubles.map(({ text, hint }) => `  - ${text}\n      ${hint}\n`);
  const count = troubles.length === 1 ? 'one thing is' : `${troubles.length} things are`;
  return `clusterd: ${cluster}: ${count} in the way; nothing was changed\n${lines.join('')}`;
}

/** Every change, and how many values stay. */
export function planText(cluster: string, plans: readonly NodePlan[]): string {
  const width = widest(plans.flatMap(({ changes }) => changes.map(({ variable }) => variable)));
  const old = widest(plans.flatMap(({ changes }) => changes.map(({ from }) => shownValue(from))));
  const row = ({ variable, from, to }: Change) =>
    `    ${variable.padEnd(width)}  ${shownValue(from).padEnd(old)}  ->  ${shownValue(to)}\n`;
  const blocks = plans.map(({ hand, role, changes, wanted }) => {
    const stay = wanted.length - changes.length;
    const rest = stay === 0 ? '' : `    ${stay} more ${stay === 1 ? 'is' : 'are'} right already\n`;
    return `\n  ${hand.name}, ${role}, ${hand.how}:\n${changes.map(row).join('')}${rest}`;
  });
  const isMuch = plans.some(({ changes }) => changes.length > 0);
  const head = isMuch ? 'the firmware values that would change' : 'no firmware value would change';
  return `${cluster}: ${head}\n${blocks.join('')}\n`;
}

function widest(words: readonly string[]): number {
  return Math.max(0, ...words.map(({ length }) => length));
}

export function noteText(notes: readonly string[]): string {
  return notes.map((note) => `  note: ${note}\n`).join('');
}

/** Of an adoption that was begun and did not end. */
export function unfinishedText({ cluster, by, begun, state, nodes }: AdoptRecord): string {
  const open = nodes.flatMap(({ node, values }) =>
    values
      .filter(({ state: one }) => one === 'may-be-written' || one === 'may-be-restored')
      .map(({ variable }) => `${variable} of ${node}`),
  );
  const what = state === 'undoing' ? 'Going back' : 'An adoption';
  const list = open.length === 0 ? '' : `; these may have been written: ${open.join(', ')}`;
  return `${cluster}: ${what} that ${by} began at ${begun} did not end${list}.\n`;
}

export function adoptQuestion(cluster: string, path: string): string {
  return (
    '  Nothing is stopped or reset, and the running system is not touched: the values take effect at\n' +
    '  the next reset of each machine. From then on neither boots by itself, also not after a planned\n' +
    '  reboot: clusterd, or a person at the prompt, does every boot.\n' +
    `  The old values are kept in ${path}; clusterd adopt ${cluster} --undo brings them back.\n` +
    `Type the cluster's name (${cluster}) to write them: `
  );
}

export function undoQuestion(cluster: string): string {
  return (
    '  With these values a machine may boot by itself at its next reset, also while the other one has\n' +
    '  the disk: TWO SYSTEMS ON ONE DISK DESTROY IT. Do not arm the cluster with them: armed, clusterd\n' +
    '  parks the standby again.\n' +
    `Type the cluster's name (${cluster}) to write them: `
  );
}

/** `path`: of the record; null: there is none, nothing was ever changed. */
export function adoptedText(
  cluster: string,
  plans: readonly NodePlan[],
  path: string | null,
): string {
  const active = plans.find(({ role }) => role === 'active')?.hand.name ?? '';
  const count = plans.reduce((sum, { changes }) => sum + changes.length, 0);
  const done =
    count === 0 ? 'had all of these values already' : `is parked: ${count} values written`;
  return (
    `${cluster} ${done}; all were read back on both nodes.\n` +
    (path === null
      ? ''
      : `  Old values: ${path}; back to them: clusterd adopt ${cluster} --undo\n`) +
    `  Not shown by this: that ${active} stays at its prompt after a reset. Only a reset shows it, and\n` +
    `  'on-silence trust' counts a node as parked before its boot once clusterd has booted it.\n` +
    `  Next, in a maintenance window: clusterd arm ${cluster}, then try every trouble before the night\n` +
    '  it is needed (OPERATING.md, The road into production).\n'
  );
}

export function undoneText(cluster: string, count: number): string {
  return (
    `${cluster}: ${count} old values are back, and were read back.\n` +
    '  These machines may boot by themselves now. To park them again: ' +
    `clusterd adopt ${cluster}\n`
  );
}

export function stoppedText(cluster: string, trouble: Trouble, path: string): string {
  return (
    `clusterd: ${cluster}: stopped: ${trouble.text}\n      ${trouble.hint}\n` +
    `  What was, and what may have been written: ${path}\n` +
    `  To go on: clusterd adopt ${cluster}; to go back: clusterd adopt ${cluster} --undo\n`
  );
}
