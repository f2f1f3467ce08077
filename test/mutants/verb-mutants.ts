/** The engine's verbs and its typing (boot, fence, park, send, expect, states) with a step left out. */
import { at, mutant } from './mutant.ts';

const edit = at('src/machine');
const boot = (from: string, to: string) => edit('boot.ts', from, to);

export const VERB_MUTANTS = [
  mutant(
    'owner-not-journaled',
    'The new owner is never written down.',
    boot(
      '  journalIntent(run, task, intent);\n  return null;',
      '  return passGate(run, task, frame);',
    ),
  ),
  mutant(
    'journal-after-effect',
    'The new owner is written down, but the boot does not wait until it is on the disk.',
    boot(
      '  journalIntent(run, task, intent);\n  return null;',
      '  journal(run, intent);\n  return passGate(run, task, frame);',
    ),
  ),
  mutant(
    'owner-before-journal',
    'The owner changes in memory before the journal has it.',
    boot(
      '  journalIntent(run, task, intent);',
      '  journalIntent(run, task, intent);\n  run.state.owner = frame.node;',
    ),
  ),
  mutant(
    'gate-not-judged-again',
    'Between the journal and the boot line the law is not asked again.',
    boot(
      "  if (verdict.kind !== 'allowed') {\n    writeOwnerBack",
      '  if (false) {\n    writeOwnerBack',
    ),
  ),
  mutant(
    'return-not-judged',
    'The law is not asked again before the RETURN of a line that acts.',
    edit(
      'executor.ts',
      'const refusal = stillPermitted(run, task, frame, wait.text);',
      'const refusal = null;',
    ),
  ),
  mutant(
    'second-return-not-judged',
    'A RETURN that got lost is pressed again without asking the law.',
    edit(
      'return.ts',
      'const refusal = stillPermitted(run, task, frame, echo.typed);',
      'const refusal = null;',
    ),
  ),
  mutant(
    'return-pressed-for-ever',
    'A RETURN is pressed again although the line has ended.',
    edit('return.ts', 'const lost = nothingCame ||', 'const lost = true ||'),
  ),
  mutant(
    'owner-kept-after-refusal',
    'A boot that is refused in the end leaves the new owner in the journal.',
    boot("    writeOwnerBack(run, 'the boot was refused before it was typed');\n", ''),
  ),
  mutant(
    'boot-not-undone',
    'A boot that was never typed leaves the other node the owner.',
    boot(
      '  if (frame.before === null || frame.committed) return;',
      '  if (frame.before !== undefined) return;',
    ),
  ),
  mutant(
    'typed-boot-undone',
    'A boot that was typed and failed gives the disk back to the old owner.',
    boot('boot.committed = true;', 'boot.committed = false;'),
  ),
  mutant(
    'abandoned-boot-kept',
    'A boot that is interrupted before its RETURN leaves the other node the owner.',
    boot('  if (boot.before !== null) undoBoot(run, boot);\n  else if', '  if'),
  ),
  mutant(
    'renewal-ignored',
    'A proof that could not be renewed counts as renewed.',
    boot(
      "if (verdict.kind === 'refresh') {",
      "if (verdict.kind === 'refresh' && frame.phase !== 'refresh') {",
    ),
    boot(
      '    return refuse(run, task, frame, `the proof',
      "    frame.phase = 'refresh';\n    if (child === null) return refuse(run, task, frame, `the proof",
    ),
  ),
  mutant(
    'fence-believed',
    'A fence counts when its dialogue ends, whatever the facts say.',
    edit('routines.ts', 'if (evidence === null || evidence.stale) {', 'if (false) {'),
    edit(
      'routines.ts',
      'evidence: evidence.note });\n  return DONE;',
      "evidence: '' });\n  return DONE;",
    ),
  ),
  mutant(
    'silence-is-off',
    'A power device that does not answer counts as off.',
    edit('executor.ts', "if (answer.outcome === 'off') {", "if (answer.outcome !== 'on') {"),
  ),
  mutant(
    'on-is-off',
    'Whatever the power device says counts as off.',
    edit('executor.ts', "if (answer.outcome === 'off') {", 'if (answer.outcome) {'),
  ),
  mutant(
    'old-off-kept',
    'A power device that says on leaves what it said before.',
    edit('executor.ts', '  facts.offAt = null;\n  if (answer', '  if (answer'),
  ),
  mutant(
    'late-answer-taken',
    'The answer to another question is taken for the one that is waited for.',
    edit(
      'executor.ts',
      "wait?.kind !== 'token' || wait.token !== answer.token",
      "wait?.kind !== 'token'",
    ),
  ),
  mutant(
    'read-back-skipped',
    'A value that was written counts as read back.',
    edit(
      'routines.ts',
      '  recordRead(run, frame.node, line.variable, child.ok);',
      '  recordRead(run, frame.node, line.variable, true);',
    ),
  ),
  mutant(
    'break-on-wrong-machine',
    'A BREAK is sent although another machine is on the line.',
    edit('send.ts', "if (node.facts.identity === 'contradicted') {", 'if (false) {'),
  ),
  mutant(
    'write-without-identity',
    'Values are written and machines reset without knowing which machine it is.',
    edit('send.ts', "        identity === 'proven' &&\n", ''),
  ),
  mutant(
    'boot-without-identity',
    'The boot line is typed without knowing at which machine.',
    edit('send.ts', " === null || identity !== 'proven') {", ' === null) {'),
  ),
  mutant(
    'echo-accepted',
    'A line is entered although its echo is not what was typed.',
    edit(
      'typing.ts',
      "if (!wait.text.startsWith(shown)) return 'garbled';",
      "if (!wait.text.startsWith(shown)) return 'complete';",
    ),
  ),
  mutant(
    'own-echo-answers',
    'An expectation is satisfied by what stood there before anything was typed.',
    edit('expect.ts', '(seen.line < mark.line || (match', '((match'),
    edit('expect.ts', 'found.start >= mark.column);', 'true);'),
  ),
  mutant(
    'half-line-entered',
    'What somebody else left on the line is entered together with ours.',
    edit('typing.ts', "if (tail === '') return '';", "if (tail !== '?') return '';"),
  ),
  mutant(
    'abandoned-line-stays',
    'A line that is typed in vain stays behind its prompt.',
    edit('typing.ts', "  if (task.wait?.kind === 'echo') typeOn(run, node, CTRL_U);\n", ''),
  ),
  mutant(
    'reset-beside-owner',
    'A standby is reset while production runs on the bus that they share.',
    edit('routines.ts', "if (!isOwner && other.facts.condition === 'running') {", 'if (false) {'),
  ),
  mutant(
    'alarm-dropped',
    'An alarm is remembered, but nobody hears of it.',
    edit('reactions.ts', "  run.effects.push({ kind: 'alarm', name, text, type });\n", ''),
  ),
  mutant(
    'alarm-not-journaled',
    'An alarm is forgotten with the daemon.',
    edit('reactions.ts', "  journal(run, { kind: 'alarm', name, text, type });\n", ''),
  ),
  mutant(
    'bound-not-counted',
    'A state may be entered as often as one likes.',
    edit('states.ts', 'if (recent.length < limit) {', 'if (recent.length >= 0) {'),
  ),
  mutant(
    'unreachable-is-silent',
    'A console that cannot be reached counts as silent.',
    edit('timers.ts', "silent !== null && state.nodes[silent].channel !== 'connected'", 'false'),
  ),
  mutant(
    'stall-is-silence',
    'Time during which the daemon stood still counts as silence.',
    edit('inputs.ts', '    node.console.byteAt = state.now;\n', ''),
    edit('inputs.ts', '  state.net = { ...state.net, since: state.now };\n', ''),
    edit('inputs.ts', '  state.enteredAt += Math.min(lateMs, state.now - state.enteredAt);\n', ''),
  ),
  mutant(
    'confirm-while-it-writes',
    'An operator may confirm that a node is off that has just written to its console.',
    edit('operator.ts', 'if (ago >= ALIVE_MS) return null;', 'return null;'),
  ),
  mutant(
    'owner-without-proof',
    'An operator may name the owner whatever the consoles show.',
    edit(
      'operator.ts',
      'const objection = objectionToOwner(run, event.node);',
      'const objection = null;',
    ),
  ),
  mutant(
    'unfinished-forgotten',
    'A takeover that was begun is not remembered.',
    edit('intent.ts', "run.state.unfinished = 'takeover';", "run.state.unfinished = 'none';"),
  ),
  mutant(
    'roles-mixed-up',
    'What a script does to the standby is done to the active node.',
    edit(
      'run.ts',
      "return role === 'active' ? state.owner : otherNode(state.owner);",
      'return state.owner;',
    ),
  ),
];
