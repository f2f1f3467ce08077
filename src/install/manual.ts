/**
 * The manual pages whose text is not only share/man: clusterd(8) with a section for each command, made
 * of what `--help` says, and chat-script(5) with the grammar of chat-scripts/README.md. Called by install.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedCommand } from './described-command.ts';

/** Described once, for all. */
const COMMON = ['-h, --help', '--home <dir>'];

export function formatManual(commands: readonly DescribedCommand[], packageRoot: string): string {
  const frame = readFileSync(join(packageRoot, 'share/man/clusterd.8'), 'utf8');
  return frame.replace('@COMMANDS@\n', () => commands.map(formatCommand).join(''));
}

export function formatScriptManual(packageRoot: string): string {
  const frame = readFileSync(join(packageRoot, 'share/man/chat-script.5'), 'utf8');
  const reference = readFileSync(join(packageRoot, 'chat-scripts/README.md'), 'utf8');
  const [, grammar = ''] = /^## Grammar$.*?^```\n(.*?)\n^```$/ms.exec(reference) ?? [];
  const lines = grammar.split('\n').map(escape);
  return frame.replace('@GRAMMAR@', () => lines.join('\n'));
}

function formatCommand({ name, description, usage, options }: DescribedCommand): string {
  const own = options.filter(({ flags }) => !COMMON.includes(flags));
  const title = `.SS clusterd ${escape(name)}${usage === '' ? '' : ` ${escape(usage)}`}\n`;
  const listed = own.map(
    (option) => `.TP\n.B ${escape(option.flags)}\n${sentence(option.description)}\n`,
  );
  return `${title}${sentence(description)}\n${listed.join('')}`;
}

function sentence(text: string): string {
  const lines = escape(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
  return /[.!?]$/.test(lines) ? lines : `${lines}.`;
}

/** For roff: its own characters, and hyphens that are to be copied from the screen. */
function escape(text: string): string {
  const plain = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  return plain.replace(/^([.'])/, '\\&$1');
}
