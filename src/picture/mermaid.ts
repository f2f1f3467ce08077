/** The picture as a mermaid flowchart, for pages that draw it themselves. Called by graph. Pure. */
import type { Picture, PictureNode } from './graph.ts';
import { ANY, labelLines, wrap } from './label.ts';

export function formatMermaid({ nodes, edges }: Picture, triggersMax: number): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `s${index}`]));
  const hasAny = edges.some(({ from }) => from === null);
  const lines = edges.map(({ from, to, triggers }) => {
    const arrow = from === null ? '-.->' : '-->';
    const label = triggersMax === 0 ? '' : `|${quoted(labelLines(triggers, triggersMax))}|`;
    return `  ${from === null ? 'any' : ids.get(from)} ${arrow}${label} ${ids.get(to)}`;
  });
  return [
    'flowchart TB',
    '  classDef boots fill:#f4b6a6,stroke:#333',
    '  classDef stops fill:#f7dfa3,stroke:#333',
    '  classDef lasting stroke-width:3px',
    ...nodes.map((node, index) => nodeLine(node, `s${index}`)),
    ...(hasAny ? [`  any[/${quoted([ANY])}/]`] : []),
    ...lines,
    ...classLines(nodes, 'boots', ({ deed }) => deed === 'boots'),
    ...classLines(nodes, 'stops', ({ deed }) => deed === 'stops'),
    ...classLines(nodes, 'lasting', ({ isLasting }) => isLasting),
    '',
  ].join('\n');
}

/** A rest state has a double border, the start is round. */
function nodeLine({ name, summary, isStart, isRest }: PictureNode, id: string): string {
  const text = quoted([name.toUpperCase(), ...wrap(summary)]);
  if (isStart) return `  ${id}([${text}])`;
  return isRest ? `  ${id}[[${text}]]` : `  ${id}[${text}]`;
}

function classLines(
  nodes: readonly PictureNode[],
  name: string,
  isIt: (node: PictureNode) => boolean,
): string[] {
  const ids = nodes.flatMap((node, index) => (isIt(node) ? [`s${index}`] : []));
  return ids.length === 0 ? [] : [`  class ${ids.join(',')} ${name}`];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '#quot;',
  '<': '#lt;',
  '>': '#gt;',
  '#': '#35;',
  '|': '#124;',
};

function quoted(lines: readonly string[]): string {
  const text = lines.map((line) => line.replaceAll(/["<>#|]/g, (char) => ENTITIES[char] ?? char));
  return `"${text.join('<br/>')}"`;
}
