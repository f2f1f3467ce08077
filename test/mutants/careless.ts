/**
 * Scripts as somebody careless might write them: the shipped one without its care. Whatever a script
 * does, the engine lets no two systems run; so under these the engine stands alone, and a mistake in it
 * shows soon. That production comes back is not asked of them. Used by hunt.ts for every mutant.
 */
import { at, type Mutant, mutant } from './mutant.ts';

const edit = at('chat-scripts');
const script = (from: string, to: string) => edit('sun-obp.chat', from, to);
const library = (from: string, to: string) => edit('lib/obp.chat', from, to);

const WITHOUT_A_FENCE = script(
  '-> fencing                                      "dead to all we can ask',
  '-> taking-over                                  "dead to all we can ask',
);
const AT_ONCE = script(
  '-> ask             "it cannot be proven stopped: $failure"',
  '-> taking-over     "it cannot be proven stopped: $failure"',
);
const HELD_ONLY = script(
  '  fence                                         # by its own console: the best proof\n',
  '  hold\n',
);
const BOOTS_BLINDLY = library(
  '  do at-prompt\n  park                                        # so that its own next panic cannot boot it again\n',
  '',
);
const NOBODY_IDENTIFIES = library(
  '  identify                                    # before anything is written: is it the right machine?\n',
  '',
);
const STANDBY_NOT_ASKED = script(
  '  if standby is in-service then do make-sure on standby\n    failed                        log "the standby does not answer: $failure"\n',
  '',
);
const RESTARTS_AT_ONCE = script(
  '  -> alone                                        "boots the active node itself"',
  '  -> restart                                      "boots the active node itself"',
);
const RESUMES_AFTER = script(
  '    failed no-boot             -> next-path       "no boot from the shared disk: $failure"\n    failed                     -> once-more ',
  '    failed no-boot             -> swapped         "no boot from the shared disk: $failure"\n    failed                     -> once-more ',
);
const RESETS_THE_STANDBY = script(
  '  do make-ready on standby\n    failed running             -> doubled',
  '  do make-sure on standby\n    failed running             -> doubled',
);
const RESUMES_THE_STANDBY = script(
  '  park standby\n    failed                     -> stopped         "it is stopped, but cannot be parked: $failure"\n',
  '  resume standby\n    failed                     -> stopped         "it is stopped, but cannot go on: $failure"\n',
);

const SWITCHES_OFF_FIRST = [
  script(
    '  fence                                         # by its own console: the best proof\n',
    '  power off\n    done succeed\n    failed continue\n  fence\n',
  ),
  script(
    '  alarm production "panic on $active; waiting for its dump to end"\n  wait',
    '  alarm production "panic on $active"\n  -> crash-over "at once"',
  ),
];
const FENCES_BLINDLY = library('  reset\n  identify\n  check parked', '  reset\n  check parked');

export const CARELESS: readonly Mutant[] = [
  mutant('boots at once', 'It boots the standby without a fence.', WITHOUT_A_FENCE, AT_ONCE),
  mutant('holds only', 'It takes a BREAK for a proof.', HELD_ONLY, AT_ONCE),
  mutant(
    'boots blindly',
    'It types the boot line and nothing before it.',
    BOOTS_BLINDLY,
    RESTARTS_AT_ONCE,
    STANDBY_NOT_ASKED,
  ),
  mutant(
    'switches off at once',
    'It switches off what panics, and boots the other node while the address still answers.',
    ...SWITCHES_OFF_FIRST,
    BOOTS_BLINDLY,
  ),
  mutant(
    'never identifies',
    'It never asks which machine is on a line.',
    NOBODY_IDENTIFIES,
    FENCES_BLINDLY,
    BOOTS_BLINDLY,
    WITHOUT_A_FENCE,
  ),
  mutant(
    'resumes anything',
    'It lets go on whatever was stopped.',
    RESUMES_AFTER,
    RESUMES_THE_STANDBY,
    RESETS_THE_STANDBY,
  ),
];
