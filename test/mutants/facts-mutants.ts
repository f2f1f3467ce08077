/** What the engine records of a node (src/machine/facts.ts, channel.ts, text.ts), recorded wrongly. */
import { at, mutant } from './mutant.ts';

const edit = at('src/machine');
const facts = (from: string, to: string) => edit('facts.ts', from, to);
const text = (from: string, to: string) => edit('text.ts', from, to);

export const FACTS_MUTANTS = [
  mutant(
    'evidence-not-consumed',
    'A boot leaves the proofs about the booted node in force.',
    facts('  contradictOff(facts);\n  recordHalfLeft(facts);\n', ''),
  ),
  mutant(
    'go-not-noticed',
    'A node that leaves its prompt is still believed to stand there.',
    facts("return isUnfinished ? recordHalfLeft(facts) : recordLeft(facts, 'leaving');", 'return;'),
  ),
  mutant(
    'running-not-noticed',
    'A login prompt changes nothing of what is believed.',
    facts("return recordLeft(facts, 'running');", 'return;'),
  ),
  mutant(
    'reconnect-not-voiding',
    'Proofs outlive the connection on which they were made.',
    facts(
      "  const identity = facts.identity === 'proven' ? 'carried' : facts.identity;",
      "  if (facts.condition !== 'unknown') return facts;\n  const identity = facts.identity === 'proven' ? 'carried' : facts.identity;",
    ),
  ),
  mutant(
    'reconnect-keeps-identity',
    'The identity of a machine stays proven on a new connection.',
    facts("facts.identity === 'proven' ? 'carried' : facts.identity;", 'facts.identity;'),
  ),
  mutant(
    'reconnect-forgets-sleep',
    'A system that was suspended is forgotten with the connection.',
    facts(
      'resumable: facts.resumable === null ? null : { ...facts.resumable, carried: true },',
      'resumable: null,',
    ),
  ),
  mutant(
    'break-not-voiding',
    'A BREAK leaves what was proven before it.',
    facts(
      '  forgetPrompt(facts);\n  facts.cleanAtBreak =',
      '  if (facts.resetAt !== null) return;\n  facts.cleanAtBreak =',
    ),
  ),
  mutant(
    'held-not-noticed',
    'A system that a BREAK has stopped is taken for a firmware prompt.',
    facts('  facts.resumable = { at, ours, carried: clean };\n', ''),
    facts("  if (!clean) facts.condition = 'held';", "  facts.condition = 'firmware';"),
  ),
  mutant(
    'banner-at-prompt',
    'A banner at the prompt counts as one of a reset.',
    facts('facts.resetAt = ours || !atPrompt ? at : null;', 'facts.resetAt = at;'),
  ),
  mutant(
    'own-banner-resets',
    'The banner that clusterd itself asks for counts as one of a reset.',
    text("    if (fact === 'reset' && identifying) continue;\n", ''),
    facts('facts.resetAt = ours || !atPrompt ? at : null;', 'facts.resetAt = at;'),
  ),
  mutant(
    'asked-banner-resets',
    'A banner that somebody asked for by hand counts as one of a reset.',
    facts('  if (facts.asked) return;\n', ''),
  ),
  mutant(
    'reset-keeps-reads',
    'What was read before a reset is still believed after it.',
    facts(
      "  const atPrompt = ['firmware', 'held', 'ended'].includes(facts.condition);\n  forgetPrompt(facts);\n",
      "  const atPrompt = ['firmware', 'held', 'ended'].includes(facts.condition);\n",
    ),
    edit('evidence.ts', '!read.equal || read.at < after', '!read.equal'),
  ),
  mutant(
    'changed-by-hand-ignored',
    'Values that somebody changes at the prompt are still believed.',
    facts('return forgetPrompt(facts);', 'return;'),
  ),
  mutant(
    'doubt-bytes-ignored',
    'Bytes that nobody asked for raise no doubt.',
    facts('  if (!solicited) facts.doubtBytes', '  if (false) facts.doubtBytes'),
  ),
  mutant(
    'life-does-not-contradict-off',
    'A node that writes stays off.',
    facts(
      '  facts.offAt = null;\n  facts.attested = null;\n  facts.trustedAt = null;\n}\n\nfunction recordHeld',
      '  facts.trustedAt = null;\n}\n\nfunction recordHeld',
    ),
  ),
  mutant(
    'answered-break-ignored',
    'A BREAK that was answered counts as one without effect.',
    facts(
      '  facts.breaksUnanswered = 0;\n  facts.unanswered = false;\n  facts.trustedAt = null;\n  facts.offBytes',
      '  facts.offBytes',
    ),
  ),
  mutant(
    'stall-not-ageing',
    'What was proven before the daemon stood still is as young as before.',
    facts(
      '  facts.offAt = null;\n  facts.trustedAt = null;\n  facts.breaksUnanswered = 0;\n  if',
      '  if (lateMs > 0) return;\n  if',
    ),
  ),
  mutant(
    'owner-runs-clears-all',
    'A running owner rules a sleeping system out, whatever the other node shows.',
    facts('if (idle && other.resumable === null) other', 'other'),
  ),
  mutant(
    'identity-not-compared',
    'Any machine that shows a Host ID is the right one.',
    text('if (isIdentityOf(run.engine, line.node, shown)) {', "if (shown !== '') {"),
  ),
  mutant(
    'contradicted-ignored',
    'The identity of the other node on a line is not taken for a contradiction.',
    text('if (isOther) recordContradiction(facts, shown, run.state.now);\n  else ', ''),
    edit('routines.ts', '    recordContradiction(facts, shown, run.state.now);\n', ''),
  ),
  mutant(
    'stale-text-accepted',
    'What a terminal server replays after a reconnect is news.',
    edit('channel.ts', 'node.fresh = false;\n  node.console', 'node.fresh = true;\n  node.console'),
  ),
  mutant(
    'fresh-at-first-key',
    'The first key that is pressed makes everything fresh that comes after it.',
    text('const REPLAY_MS = 2000;', 'const REPLAY_MS = 0;'),
  ),
  mutant(
    'prompt-in-mid-line',
    'A prompt is believed while its line still grows.',
    edit(
      'quiet.ts',
      'return console.byteAt + engine.target.promptQuietMs;',
      'return console.byteAt;',
    ),
  ),
  mutant(
    'prompt-anywhere',
    'A prompt is believed in a line that has ended.',
    text(
      ": patterns.lookup(text, 'finished');",
      ": [...patterns.lookup(text, 'prompts'), ...patterns.lookup(text, 'finished')];",
    ),
  ),
  mutant(
    'echo-is-news',
    'The echo of what clusterd typed is read as if the machine had said it.',
    text('if (target.fresh && !isEcho && text', 'if (target.fresh && text'),
  ),
  mutant(
    'loss-not-noticed',
    'What a console showed is believed after it was lost.',
    edit('channel.ts', '    node.facts = factsAfterLoss(node.facts);\n', ''),
    edit('channel.ts', '  node.facts = factsAfterReconnect(node.facts);\n', ''),
  ),
];
