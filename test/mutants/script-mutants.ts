/** The shipped script and library, written by somebody careless. */
import { at, mutant } from './mutant.ts';

const edit = at('chat-scripts');
const script = (from: string, to: string) => edit('sun-obp.chat', from, to);
const library = (from: string, to: string) => edit('lib/obp.chat', from, to);

export const SCRIPT_MUTANTS = [
  mutant(
    'failed-proof-accepted',
    'What cannot be proven stopped is booted over.',
    script(
      '-> ask             "it cannot be proven stopped: $failure"',
      '-> taking-over     "it cannot be proven stopped"',
    ),
  ),
  mutant(
    'proof-always-succeeds',
    'The dialogue of the proof ends well without any.',
    script('  fail no-proof', '  succeed'),
  ),
  mutant(
    'wrong-role-booted',
    'Where the active node is to be booted again the standby is.',
    script('  boot active\n', '  boot standby as active\n'),
  ),
  mutant(
    'standby-booted-without-a-fence',
    'A standby that is ready is booted at once.',
    script(
      '-> fencing                                      "dead to all',
      '-> taking-over                                  "dead to all',
    ),
  ),
  mutant(
    'loose-standby-unnoticed',
    'Nobody notices a standby that boots.',
    script(
      '  on standby boot-begins, kernel-begins, resumed-by-hand -> standby-loose "the standby boots: $line"\n  on standby boot-by-hand',
      '  on standby boot-by-hand',
    ),
  ),
  mutant(
    'loose-standby-left',
    'A standby that boots raises an alarm and is let go on.',
    script(
      '  hold standby\n    done                       -> standby-held    "the standby is stopped"\n    failed wrong-node          -> misplugged      "$failure"\n    failed                        log "BREAK does not stop the standby: $failure"\n  do switch-off on standby\n    failed                     -> stopped         "nothing stops the standby: switch it off by hand"\n',
      '',
    ),
  ),
  mutant(
    'break-after-proof',
    'A BREAK after the proof voids it.',
    script(
      '  -> taking-over                                     "accepted',
      '  hold active\n    failed -> stopped "x"\n  -> taking-over "accepted',
    ),
  ),
  mutant(
    'resumed-after-takeover',
    'When the new node does not boot, the old one is let go on.',
    script(
      '    failed no-boot             -> next-path       "no boot from the shared disk: $failure"\n    failed                     -> once-more ',
      '    failed no-boot             -> swapped         "no boot from the shared disk: $failure"\n    failed                     -> once-more ',
    ),
  ),
  mutant(
    'hang-not-taken-over',
    'A node that hangs is waited for.',
    script(
      '  -> fencing                                      "dead to all we can ask, and the standby is ready"',
      '  -> mute                                         "dead to all"',
    ),
  ),
  mutant(
    'panic-not-taken-over',
    'After a panic the same node is booted again although the standby is ready.',
    script(
      '  -> down                                         "it had been in production"',
      '  -> alone                                        "it had been in production"',
    ),
  ),
  mutant(
    'dump-cut-short',
    'The BREAK does not wait for the end of the dump.',
    script(
      '  alarm production "panic on $active; waiting for its dump to end"\n  wait',
      '  alarm production "panic on $active"\n  -> crash-over "at once"',
    ),
  ),
  mutant(
    'reboot-taken-over',
    'A planned reboot is taken over.',
    script(
      '  on active ok                 -> restart         "back at the firmware prompt"\n  on active kernel-begins      -> booting         "it boots by itself: it was not parked"\n  on active login              -> watch           "login answers"\n  after 20m',
      '  on active ok                 -> down            "back at the firmware prompt"\n  on active kernel-begins      -> booting         "it boots by itself: it was not parked"\n  on active login              -> watch           "login answers"\n  after 20m',
    ),
  ),
  mutant(
    'healthy-node-halted',
    'A tap that is not answered is enough for a takeover.',
    script(
      '  on net dead for $doubt-time  -> doubtful        "neither login nor service address"',
      '  after 1s -> fencing "no login"',
    ),
  ),
  mutant(
    'standby-not-asked',
    'The active node is stopped before anybody asked whether the standby is ready.',
    script(
      '  do ready on standby\n    failed running             -> puzzled         "an operating system runs on the standby"\n    failed                     -> mute            "nowhere to go, standby not ready: $failure"\n',
      '',
    ),
  ),
  mutant(
    'stray-break-not-undone',
    'A system that a stray BREAK stopped stays stopped.',
    script('  after $stray-grace           -> resuming        "nobody resumed it"\n', ''),
  ),
  mutant(
    'no-alarm-where-a-person-is-needed',
    'Nobody is told that a word of his is needed.',
    script(
      '  alarm production "is $active off?  If so, confirm it" type "clusterd confirm $cluster $active"\n',
      '  clear production\n',
    ),
  ),
  mutant(
    'alarm-asks-for-the-wrong-node',
    'The alarm asks to confirm the node that is to be booted.',
    script(
      '  alarm production "is $active off?  If so, confirm it" type "clusterd confirm $cluster $active"',
      '  alarm production "is $active off?  If so, confirm it" type "clusterd confirm $cluster $standby"',
    ),
  ),
  mutant(
    'no-bound',
    'Takeovers go back and forth for ever.',
    script(
      '  at most 3 in 2h else         -> stopped         "three attempts to take over in two hours"\n',
      '',
    ),
    script(
      '  at most 3 in 1h else         -> stopped         "three attempts to fence in one hour"\n',
      '',
    ),
  ),
  mutant(
    'fence-without-reset-block',
    'The fence leaves out the reset.',
    library('  park\n  reset\n  identify\n  check parked', '  park\n  identify\n  check parked'),
  ),
  mutant(
    'fence-reads-nothing',
    'The fence does not read the values back.',
    library('  reset\n  identify\n  check parked', '  reset\n  identify'),
  ),
  mutant(
    'boots-by-itself',
    'A parked machine has auto-boot? left as it was.',
    library('  auto-boot?             false\n', ''),
  ),
  mutant(
    'boots-after-a-panic',
    'A parked machine keeps a device from which a panic boots it.',
    library(
      '  boot-device            clusterd-parked      # none such: a panic reboot does not ask auto-boot?\n',
      '',
    ),
  ),
  mutant(
    'parked-on-a-real-device',
    'A parked machine boots from its default disk.',
    library('  boot-device            clusterd-parked ', '  boot-device            disk'),
  ),
  mutant(
    'value-half-read',
    'A value that only begins as it should counts as read back.',
    library(
      '  expect /^$name *= *$value *$/               # the whole',
      '  expect /^$name *= *$value/               # the whole',
    ),
  ),
  mutant(
    'prompt-matches-anything',
    'Whatever contains ok is taken for the firmware prompt.',
    library('/^(\\{[0-9a-f]+\\} )?ok>? /', '/ok/'),
  ),
  mutant(
    'login-means-firmware',
    'A login prompt is taken for the firmware prompt.',
    library(
      'prompt   login       means running   "console login:"',
      'prompt   login       means firmware  "console login:"',
    ),
  ),
  mutant(
    'break-message-unknown',
    'The library does not know that a BREAK leaves a system that could go on.',
    library('pattern  stopped-by-break means held "Type', 'pattern  stopped-by-break "Type'),
  ),
  mutant(
    'kernel-unknown',
    'The library does not know that a kernel which begins leaves the prompt.',
    library('pattern  kernel-begins means leaving "SunOS', 'pattern  kernel-begins "SunOS'),
  ),
  mutant(
    'resume-unknown',
    'The library does not know what a typed go does.',
    library('pattern  resumed-by-hand means leaving  ', 'pattern  resumed-by-hand  '),
  ),
  mutant(
    'setenv-unknown',
    'The library does not know that somebody changes values by hand.',
    library('pattern  changed-by-hand means lost-values ', 'pattern  changed-by-hand '),
  ),
  mutant(
    'identity-of-nobody',
    'The identity matches the banner of any machine.',
    library(
      'identity host-id /Host ID: ([0-9a-f]{8})\\./',
      'identity host-id /Host ID: ([0-9a-f]{4})/',
    ),
  ),
  mutant(
    'harmless-boot',
    'The boot line is declared harmless.',
    library('  or                     /^banner$/', '  or                     /^(banner|boot .*)$/'),
  ),
  mutant(
    'hold-without-identity',
    'After a BREAK nobody asks which machine it stopped.',
    library(
      '  after 6 tries of $break-limit fail no-break\n  identify                                    # before anything is written: is it the right machine?\n',
      '  after 6 tries of $break-limit fail no-break\n',
    ),
  ),
  mutant(
    'boot-without-parking',
    'A node is booted without parking it first.',
    library(
      '  do at-prompt\n  park                                        # so that its own next panic cannot boot it again\n',
      '  do at-prompt\n',
    ),
  ),
];
