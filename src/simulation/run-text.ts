/** A run as people read it: in time order, who did what and why, shortened to what matters. */
import type { ChronicleLine } from './chronicle.ts';
import type { RunResult } from './simulated-run.ts';

const LINES_MAX = 150;
/** Of a long story the beginning matters less than the end. */
const HEAD_LINES = 30;
const TEXT_MAX = 400;

const VOICES: Readonly<Record<ChronicleLine['voice'], string>> = {
  site: 'site',
  daemon: 'daemon',
  plan: 'plan',
  person: 'person',
  check: 'CHECK',
};

/** `isVerbose`: every byte that was shown and typed, too. */
export function formatRun(result: RunResult, isVerbose: boolean): string {
  const told = result.lines.filter((line) => isVerbose || !line.isDetail);
  const shown = isVerbose ? told : shorten(told);
  return `${shown.map((line) => (typeof line === 'string' ? line : formatLine(line))).join('\n')}\n`;
}

function shorten(lines: readonly ChronicleLine[]): (ChronicleLine | string)[] {
  if (lines.length <= LINES_MAX) return [...lines];
  const left = lines.length - LINES_MAX;
  const gap = `           ... ${left} lines left out; --verbose shows them`;
  return [...lines.slice(0, HEAD_LINES), gap, ...lines.slice(left + HEAD_LINES)];
}

function formatLine({ at, voice, text }: ChronicleLine): string {
  const seconds = (at / 1000).toFixed(3).padStart(9);
  const cut = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
  return `${seconds}  ${VOICES[voice].padEnd(6)}  ${cut}`;
}
