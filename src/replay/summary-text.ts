/** What a replay came to, in lines for people. Called by the command after the timeline. Pure. */
import type { Program } from '../language/program.ts';
import { visible } from '../log/visible.ts';
import type { Replayed } from './replay.ts';
import type { StateTally, Summary, TextTally } from './tally.ts';

const QUOTE_CHARS = 70;

export interface SummaryStyle {
  /** How a moment is shown; empty where the recording has no times. */
  time(wall: number): string;
}

export function formatSummary(program: Program, replayed: Replayed, style: SummaryStyle): string {
  const { summary, end } = replayed;
  const blocks = [
    block(
      'Transitions',
      summary.transitions.map((one) => transitionLine(one, style)),
    ),
    block(
      'Texts that fired',
      summary.texts.map((one) => textLine(one, style)),
    ),
    block('Texts that never fired', silentTexts(program, summary)),
    block('Alarms', alarmLines(summary, style)),
    block('Left open: the recording cannot say how it ended', openLines(summary)),
    typedLine(summary),
    endLines(end, style),
  ];
  return blocks.filter((one) => one !== '').join('\n');
}

function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function columns(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}

function place(node: string | null, line: number | null): string {
  return node === null || line === null ? '' : `${node} line ${line}`;
}

function transitionLine(one: StateTally, style: SummaryStyle): string {
  const because = one.texts.length === 0 ? '' : ` (${one.texts.join(', ')})`;
  const move = one.from === null ? one.to : `${one.from} -> ${one.to}`;
  return columns(style.time(one.wall), place(one.node, one.line), `${move}${because}`);
}

function textLine({ name, count, first, ledTo }: TextTally, style: SummaryStyle): string {
  const where = columns(style.time(first.wall), place(first.node, first.line), quote(first.text));
  const led = ledTo.length === 0 ? 'led nowhere' : `led to ${ledTo.join(', ')}`;
  return `${name.padEnd(16)} ${String(count).padStart(5)} x  ${led}; first ${where}`;
}

function silentTexts(program: Program, { texts }: Summary): string[] {
  const fired = new Set(texts.map(({ name }) => name));
  const silent = program.texts.map(({ name }) => name).filter((name) => !fired.has(name));
  return silent.length === 0 ? [] : [silent.join(', ')];
}

function alarmLines({ alarms }: Summary, style: SummaryStyle): string[] {
  return alarms.map(({ wall, name, text }) => columns(style.time(wall), name, quote(text)));
}

function openLines({ open }: Summary): string[] {
  return open.map(({ state, task, what, assumed, count }) => {
    const taken = assumed === null ? '' : `; taken as ${assumed}`;
    return `${String(count).padStart(4)} x in ${state}: ${task} (${visible(what)})${taken}`;
  });
}

function typedLine({ typed: { followed, borrowed, open }, recordedOnly }: Summary): string {
  const all = followed + borrowed + open;
  return (
    `The script typed or asked ${all} times: ${followed} as in the recording, ${borrowed} answered by ` +
    `a like question in it, ${open} open.\n` +
    `In the recording alone: ${recordedOnly} typed or sent.\n`
  );
}

function endLines(end: Replayed['end'], style: SummaryStyle): string {
  const when = style.time(end.wall);
  const head =
    `At the end${when === '' ? '' : ` (${when})`} the script is in ${end.state}: ` +
    `${visible(end.reason)}\n${end.active} is the active node.  What leads on:\n`;
  return head + end.exits.map((exit) => `  ${visible(exit)}\n`).join('');
}

function quote(text: string): string {
  const shown = visible(text.trim());
  return `"${shown.length > QUOTE_CHARS ? `${shown.slice(0, QUOTE_CHARS - 3)}...` : shown}"`;
}
