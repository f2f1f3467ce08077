/** What the proof of a script says, as `check` prints it. */
import type { ProvenScript } from '../home/load-script.ts';

export function formatProof({ name, program, proof, assumptions }: ProvenScript): string {
  if (proof === null) return '';
  const points = proof.points.toLocaleString('en-US');
  if (!proof.complete)
    return `${name}: not proven: more than ${points} points, too many to look at\n`;
  if (program === null) return `${name}: NOT proven (${points} points looked at)\n`;
  const lines = assumptions.map(({ text, span }) => `  ${text}  (${span.file}:${span.line})\n`);
  return (
    `${name}: proven (${points} points): no way leads to a boot of the standby without a proof, every state is reached\n` +
    `taken for granted, because the script says so:\n${lines.join('')}`
  );
}
