/** The law of evidence (src/machine/evidence.ts) with a rule left out. */
import { at, mutant } from './mutant.ts';

const edit = at('src/machine');
const law = (from: string, to: string) => edit('evidence.ts', from, to);

export const LAW_MUTANTS = [
  mutant(
    'fence-for-ever',
    'Values that were read back long ago still fence.',
    law('FENCED_MS = 60_000', 'FENCED_MS = 6e9'),
  ),
  mutant(
    'off-for-ever',
    'What the power device said once counts for ever.',
    law('OFF_MS = 30_000', 'OFF_MS = 6e9'),
  ),
  mutant(
    'trust-for-ever',
    'Silence that was trusted once is trusted for ever.',
    law('TRUSTED_MS = 30_000', 'TRUSTED_MS = 6e9'),
  ),
  mutant(
    'attested-without-limit',
    "An operator's word never grows old.",
    law('ATTESTED_MS = 15 * 60_000', 'ATTESTED_MS = 6e9'),
  ),
  mutant(
    'held-is-proof',
    'A system that is only suspended counts as stopped.',
    law(
      "= ['fenced', 'off', 'attested', 'trusted'];",
      "= ['fenced', 'held', 'off', 'attested', 'trusted'];",
    ),
  ),
  mutant(
    'away-is-proof',
    'Out of service is taken for proof against the owner of the disk.',
    law('const accepted = isOwner ? FOR_OWNER : AGAINST_OWNER;', 'const accepted = FOR_OWNER;'),
  ),
  mutant(
    'no-proof-needed',
    'A boot is let through without any evidence.',
    law(
      "  return { kind: 'refused', why: neededAgainst(name, isOwner, before) };",
      "  return { kind: 'allowed', evidence: 'none' };",
    ),
  ),
  mutant(
    'wrong-node-judged',
    'The evidence about the node that is to be booted is taken for that about the other one.',
    law(
      'evidenceOf(engine, state, other).filter((one) => accepted',
      'evidenceOf(engine, state, node).filter((one) => accepted',
    ),
  ),
  mutant(
    'net-alive-ignored',
    'Words outweigh a service address that still answers.',
    law("state.net.known && state.net.level === 'alive';", 'false;'),
  ),
  mutant(
    'owner-doubt-ignored',
    'After a hole in the journal the owner of before it is believed.',
    law('node === before.owner && before.ownerDoubt === null;', 'node === before.owner;'),
  ),
  mutant(
    'reads-before-reset',
    'Values that were read before the reset or the write count, too.',
    law('!read.equal || read.at < after', '!read.equal'),
  ),
  mutant(
    'different-value-counts',
    'A value that was read back different counts as read back.',
    law('!read.equal || read.at < after', 'read.at < after'),
  ),
  mutant(
    'variable-skipped',
    'The first line of the parked table is never read.',
    law('engine.program.parked.filter((line)', 'engine.program.parked.slice(1).filter((line)'),
  ),
  mutant(
    'fence-without-reset',
    'A node is fenced without any reset.',
    law('resetAt === null || promptAt === null) return null;', 'promptAt === null) return null;'),
    law('if (promptAt < resetAt || facts', 'if (facts'),
  ),
  mutant(
    'fence-without-identity',
    'A fence counts whichever machine showed it.',
    law(
      "|| facts.identity !== 'proven' || facts.identityAt < resetAt) return null;",
      ') return null;',
    ),
  ),
  mutant(
    'fence-identity-before-reset',
    'The identity that was shown before the reset is enough for a fence.',
    law(' || facts.identityAt < resetAt) return null;', ') return null;'),
  ),
  mutant(
    'fence-beyond-prompt',
    'A fence outlives what the node does after it.',
    law(
      "  if (facts.condition !== 'firmware' || facts.resumable !== null) return null;\n  if (promptAt",
      '  if (promptAt',
    ),
  ),
  mutant(
    'doubt-never-too-much',
    'However many bytes came that nobody asked for, the fence stands.',
    law(
      'readAt === null || facts.doubtBytes > DOUBT_BYTES_MAX) return null;\n  const stale = state.now - readAt > FENCED_MS || facts.doubtBytes > 0;',
      'readAt === null) return null;\n  const stale = state.now - readAt > FENCED_MS;',
    ),
  ),
  mutant(
    'sleep-under-prompt',
    'A bare prompt counts as parked, whatever may sleep under it.',
    law('  if (facts.resetAt === null && !facts.sleepRuledOut) return null;\n', ''),
  ),
  mutant(
    'parked-while-contradicted',
    'A parked machine counts though it is not the one that CList says.',
    law(
      "  if (facts.identity === 'contradicted' || facts.identity === 'unknown') return null;\n",
      '',
    ),
  ),
  mutant(
    'away-shows-life',
    'Out of service counts although the console shows a running system.',
    law(
      'inService || SHOWS_LIFE.includes(facts.condition) || facts.resumable !== null',
      'inService',
    ),
  ),
  mutant(
    'resume-of-standby',
    'A suspended system may go on although the other node was booted since.',
    law('  if (node !== state.owner) {\n    return {', '  if (false) {\n    return {'),
  ),
  mutant(
    'resume-contradicted',
    'On the wrong machine a `go` is let through, whatever stopped it.',
    law('if (!undo) return', 'if (false) return'),
  ),
  mutant(
    'resume-unseen',
    'A system that was stopped before the connection was made may go on.',
    law('resumable === null || resumable.carried', 'resumable === null'),
  ),
  mutant(
    'trust-of-any-silence',
    'Silence is trusted without two BREAKs that have no effect.',
    law('facts.breaksUnanswered < 2', 'false'),
  ),
  mutant(
    'trust-while-net-answers',
    'Silence is trusted although the service address is not dead.',
    law("if (state.net.level !== 'dead') return", 'if (false) return'),
  ),
  mutant(
    'trust-without-history',
    'Silence of a node is trusted that nobody parked before its boot.',
    law('  if (!state.parkedBeforeBoot) return', '  if (false) return'),
  ),
  mutant(
    'trust-against-clist',
    'Silence is trusted although CList does not say so.',
    law("engine.target.onSilence !== 'trust'", 'false'),
  ),
];
