/**
 * Identities that do not tell one machine from another: every proof is about the machine that showed
 * its identity, so one that all machines have, or that any line shows, makes them worth nothing.
 */
import { linesOf } from '../language/check/line-automaton.ts';
import { takesLine } from '../language/check/line-search.ts';
import { QUIET_LINES, SYSTEM_LINES } from '../language/check/ordinary-lines.ts';
import type { Match } from '../language/program.ts';
import { matchSource } from '../language/regex.ts';
import { identityGroup, identityValues } from '../language/sample-line.ts';
import type { Engine } from '../machine/engine.ts';
import { type Finding, finding } from './finding.ts';

export function findVagueIdentity({ program: { identity } }: Engine): Finding[] {
  const source = matchSource(identity.match, {});
  const why = vagueGroup(identity.match) ?? vagueLine(source);
  if (why === null) return [];
  const hint =
    'name all of the line, and in the group only what differs: /^Board ([0-9a-f]{6})\\.$/';
  return [finding('error', 'identity-vague', identity.span, why, hint)];
}

function vagueGroup(match: Match): string | null {
  const lines = linesOf(`^(?:${identityGroup(match) ?? ''})$`);
  if (takesLine(lines, '')) return 'the empty text passes for an identity';
  const [one, other] = identityValues(match);
  if (one !== undefined && other === undefined) {
    return `every machine shows the same identity, "${one}"`;
  }
  return takesLine(lines, 'any words, and more') ? 'any text passes for an identity' : null;
}

function vagueLine(source: string): string | null {
  const lines = linesOf(source);
  const line = [...SYSTEM_LINES, ...QUIET_LINES].find((one) => takesLine(lines, one));
  return line === undefined ? null : `an ordinary line passes for the identity: "${line}"`;
}
