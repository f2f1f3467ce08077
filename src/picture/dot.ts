/** The picture as Graphviz text (`dot -Tsvg`). Called by the graph command. Pure. */
import type { Deed, Picture, PictureEdge, PictureNode } from './graph.ts';
import { ANY, labelLines, wrap } from './label.ts';

const COLOURS: Readonly<Record<Deed, string>> = {
  boots: '#f4b6a6',
  stops: '#f7dfa3',
  none: '#ffffff',
};

export function formatDot({ name, nodes, edges }: Picture, triggersMax: number): string {
  return [
    `digraph ${quoted([name])} {`,
    '  rankdir=TB; ranksep=0.6; nodesep=0.3; concentrate=false;',
    '  node [shape=box, style="filled,rounded", fillcolor="#ffffff", fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=8, color="#555555", fontcolor="#333333"];',
    `  label=${quoted([`${name}: red boots or resumes, yellow stops a node; double line: may rest there;`, 'thick: a restart of the daemon comes back there'])};`,
    ...nodes.map(nodeLine),
    ...(edges.some(({ from }) => from === null)
      ? [`  ${quoted([ANY])} [shape=plaintext, style="", fontsize=11];`]
      : []),
    ...edges.map((edge) => edgeLine(edge, triggersMax)),
    '}',
    '',
  ].join('\n');
}

function nodeLine({ name, summary, isStart, isRest, isLasting, deed }: PictureNode): string {
  const attributes = [
    `label=${quoted([name.toUpperCase(), ...wrap(summary)])}`,
    `fillcolor="${COLOURS[deed]}"`,
    ...(isRest ? ['peripheries=2'] : []),
    ...(isLasting ? ['penwidth=2.5'] : []),
    ...(isStart ? ['shape=oval'] : []),
  ];
  return `  ${quoted([name])} [${attributes.join(', ')}];`;
}

function edgeLine({ from, to, triggers }: PictureEdge, triggersMax: number): string {
  const style = from === null ? ', style=dashed' : '';
  const label = triggersMax === 0 ? '' : `label=${quoted(labelLines(triggers, triggersMax))}`;
  const attributes = `${label}${style}`.replace(/^, /, '');
  return `  ${quoted([from ?? ANY])} -> ${quoted([to])} [${attributes}];`;
}

/** Lines of one string of dot. */
function quoted(lines: readonly string[]): string {
  const text = lines.map((line) => line.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
  return `"${text.join('\\n')}"`;
}
