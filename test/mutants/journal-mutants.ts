/** The journal and the runner (src/cluster) with a rule left out. */
import { at, mutant } from './mutant.ts';

const edit = at('src/cluster');
const recollection = (from: string, to: string) => edit('recollection.ts', from, to);

export const JOURNAL_MUTANTS = [
  mutant(
    'chain-not-checked',
    'Lines that are missing, doubled or out of their place are believed.',
    edit(
      'journal.ts',
      'if (this.#isOutOfPlace({ sequence: Number(number), checksum }, after)) return;',
      'this.#last = { sequence: Number(number), checksum };',
    ),
  ),
  mutant(
    'damage-passed-over',
    'A line that cannot be read is passed over in silence.',
    edit(
      'journal.ts',
      "    this.records.push({ wall: this.#wall, record: { kind: 'doubt', why } });\n",
      '',
    ),
  ),
  mutant(
    'checksum-not-checked',
    'A line with a checksum that does not fit is believed.',
    edit(
      'journal.ts',
      "    if (!isSealed(bytes)) return this.#unreadable('the checksum does not fit');\n",
      '',
    ),
  ),
  mutant(
    'boot-intent-forgotten',
    'A boot in the journal does not change the owner.',
    recollection(
      '    draft.owner = intent.node;\n    draft.ownerDoubt = null;\n    draft.unfinished',
      '    draft.unfinished',
    ),
  ),
  mutant(
    'owner-record-forgotten',
    'A boot that was taken back in the journal still counts.',
    recollection('  draft.owner = record.node;\n', ''),
  ),
  mutant(
    'sleep-forgotten',
    'A restart forgets that a system sleeps under a prompt.',
    recollection('      if (record.held) draft.held = [...draft.held, record.node];\n', ''),
  ),
  mutant(
    'parked-invented',
    'The journal is taken to say that every node was parked before its boot.',
    recollection('intent.parkedBefore ?? false', 'true'),
  ),
  mutant(
    'takeover-forgotten',
    'A restart in the middle of a takeover begins as if nothing had been.',
    recollection("draft.unfinished = 'takeover';\n}", "draft.unfinished = 'none';\n}"),
  ),
  mutant(
    'crash-forgotten',
    'A restart after a panic does not come back to it.',
    recollection('record.lasting ? {', 'record.lasting && false ? {'),
  ),
  mutant(
    'service-forgotten',
    'A restart puts a node back into service.',
    recollection('if (!record.inService) draft', 'if (false) draft'),
  ),
  mutant(
    'bounds-forgotten',
    'A restart forgets how often a bounded state was entered.',
    recollection('if (record.bounded) draft', 'if (false) draft'),
  ),
  mutant(
    'effects-out-of-order',
    'A line is typed before the intent is handed to the journal.',
    edit(
      'effect-runner.ts',
      'for (const effect of effects) if (!isTold(effect)) this.#carryOut(effect, wall);',
      'for (const effect of [...effects].reverse()) if (!isTold(effect)) this.#carryOut(effect, wall);',
    ),
  ),
  mutant(
    'journal-answers-early',
    'The journal says that a record is on the disk before it is.',
    edit(
      'effect-runner.ts',
      'journal.append(record, wall, done);',
      "journal.append(record, wall, null);\n    done(true, '');",
    ),
  ),
  mutant(
    'events-lost',
    'What comes while another event is handled is dropped.',
    edit('machine-life.ts', 'if (this.#busy) this.#queue.push(event);', 'if (this.#busy) return;'),
  ),
  mutant(
    'timers-before-input',
    'A timer that is due is looked at before the input that waits.',
    edit(
      'wake-timer.ts',
      '    this.#turn(this.#afterInput);\n  }\n\n  /** Everything',
      '    this.#turned();\n  }\n\n  /** Everything',
    ),
  ),
];
