/** The exact place and the hint of mistakes: each caret line stands below the line it points into. */
import { describe, expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';

const LIBRARY = `identity host-id /Host ID: ([0-9a-f]+)/
setting lasts duration default 5m
prompt ok means firmware /^ok /
pattern panic /^panic/
harmless RETURN
  or /^printenv [a-z?-]+$/
parked
  auto-boot? false
dialogue tap
  press RETURN
  expect ok
  after 3 tries of 10s fail silent
to hold
  break
  expect ok
  after 10s fail no-break
`;

const START = `state start "starts"
  on active panic, ok -> rests "x"
  on operator go -> rests "x"
  rest
state rests "rests"
  on operator release -> start "x"
  rest
`;

/** What is said about `lines`, which stand in `before` and `after`; without the headlines. */
function shown(lines: string, before = '', after = START): string {
  const script = `use lib\n${before}${lines}\n${after}`;
  const { diagnostics, sources } = compileScript('s.chat', (file) =>
    file === 's.chat' ? script : file === 'lib/lib.chat' ? LIBRARY : null,
  );
  return diagnostics
    .filter((one) => one.severity === 'error')
    .flatMap((one) => {
      const source = sourceLineAt(sources.get(one.span.file) ?? '', one.span.line);
      const [headline = '', ...rest] = formatDiagnostic(one, source).split('\n');
      return [`[${/\[([a-z-]+)\]$/.exec(headline)?.[1]}]`, ...rest.map((line) => line.slice(2))];
    })
    .join('\n');
}

const inState = (line: string) => shown(line, 'state start "starts"\n', `  rest\n${REST}`);
const REST = `state rests "rests"
  on operator go -> start "x"
  rest
state more "leads on"
  -> rests "x"
always except rests
  on operator hold -> rests "x"
  on operator release -> more "x"
`;
const inDialogue = (line: string) =>
  shown(
    line,
    'dialogue looks\n',
    START.replace('  rest\n', '  do looks on active\n    failed log "x"\n  rest\n'),
  );

describe('places and hints', () => {
  it('is silent about the frame', () => {
    expect(shown('')).toBe('');
    expect(inState('  log "x"')).toBe('');
    expect(inDialogue('  do tap')).toBe('');
  });

  it.each([
    [
      inState('  on active pnic -> rests "x"'),
      '[unknown-text]',
      '  on active pnic -> rests "x"',
      '            ^^^^',
      "hint: did you mean 'panic'?",
    ],
    [
      inState('  on active panic -> restss "x"'),
      '[unknown-state]',
      '  on active panic -> restss "x"',
      '                     ^^^^^^',
      "hint: did you mean 'rests'?",
    ],
    [
      inState('  on active panic -> rests'),
      '[missing-reason]',
      '  on active panic -> rests',
      '                          ^',
      'hint: say why, for the log: -> rests "reason"',
    ],
    [
      inState('  after 5 -> rests "x"'),
      '[bad-duration]',
      '  after 5 -> rests "x"',
      '        ^',
      'hint: write 5s, or another unit: ms, s, m, h, d',
    ],
    [
      inState('  after $last -> rests "x"'),
      '[unknown-setting]',
      '  after $last -> rests "x"',
      '        ^^^^^',
      "hint: did you mean 'lasts'?",
    ],
    [
      inState('  on active panic log "seen: $lien"'),
      '[unknown-variable]',
      '  on active panic log "seen: $lien"',
      '                             ^^^^^',
      "hint: did you mean 'line'?",
    ],
    [
      inState('  do tap on active\n    failed silnt log "x"\n    failed log "x"'),
      '[unknown-failure]',
      '    failed silnt log "x"',
      '           ^^^^^',
      "hint: did you mean 'silent'?",
    ],
    [
      inState('  do tap on active\n    done log "x"'),
      '[missing-failed]',
      '  do tap on active',
      '  ^^',
      'hint: write below it, last: failed -> STATE "..."  (or: failed log "... $failure")',
    ],
    [
      inState('  trust silence of active\n    failed log "x"\n  fence active\n    failed log "x"'),
      '[missing-how-to]',
      '  fence active',
      '  ^^^^^',
      'hint: write in the library: to fence',
    ],
    [
      inState('  if net is deadd -> rests "x"'),
      '[unknown-word]',
      '  if net is deadd -> rests "x"',
      '            ^^^^^',
      "hint: did you mean 'dead'?",
    ],
    [
      inState('  if on-silence is powr -> rests "x"'),
      '[value-not-allowed]',
      '  if on-silence is powr -> rests "x"',
      '                   ^^^^',
      "hint: did you mean 'power'?",
    ],
    [
      inState('  log "costs $5"'),
      '[bad-string]',
      '  log "costs $5"',
      '             ^',
      'hint: write $$ for a dollar, or $ and a name',
    ],
    [
      inState('  log "a\\n"'),
      '[bad-string]',
      '  log "a\\n"',
      '        ^^',
      'hint: only \\" and \\\\ exist in a string',
    ],
    [
      inState('  log "open'),
      '[bad-string]',
      '  log "open',
      '      ^^^^^',
      'hint: close it with a quote "',
    ],
    [
      inState('  log “curly”'),
      '[unexpected-token]',
      '  log “curly”',
      '      ^',
      'hint: use the straight quote "',
    ],
    [
      inDialogue('  press ENTER'),
      '[bad-key]',
      '  press ENTER',
      '        ^^^^^',
      'hint: write RETURN',
    ],
    [
      inDialogue('  press CTRL_c'),
      '[bad-key]',
      '  press CTRL_c',
      '        ^^^^^^',
      'hint: write CTRL-C',
    ],
    [
      inDialogue('  do tapp'),
      '[unknown-dialogue]',
      '  do tapp',
      '     ^^^^',
      "hint: did you mean 'tap'?",
    ],
    [
      inDialogue('  do tap a b'),
      '[wrong-arguments]',
      '  do tap a b',
      '         ^',
      'hint: write: do tap',
    ],
    [
      inDialogue('  expect /a(?=b)c/\n  after 5s fail x'),
      '[bad-regex]',
      '  expect /a(?=b)c/',
      '           ^^^',
      'hint: RE2 has no look-ahead or look-behind: match the whole text, or add another alternative above',
    ],
    [
      inDialogue('  expect ok'),
      '[missing-timeout]',
      '  expect ok',
      '  ^^^^^^',
      'hint: write below it: after 10s fail NAME  (or: after 3 tries of 10s fail NAME)',
    ],
    [
      inDialogue('  exspect ok\n  after 5s fail x'),
      '[unknown-word]',
      '  exspect ok',
      '  ^^^^^^^',
      "hint: did you mean 'expect'?",
    ],
    [
      inDialogue('\tpress RETURN'),
      '[tab]',
      ' press RETURN',
      '^',
      'hint: use blanks: a tab looks different on every screen',
    ],
    [
      shown('pattern Boot_Failed "x1"', '', START.replace('ok ->', 'Boot_Failed ->')),
      '[bad-name]',
      'pattern Boot_Failed "x1"',
      '        ^^^^^^^^^^^',
      "hint: write 'boot-failed': names are small letters and digits, parts joined by -",
    ],
    [
      shown('pattern panic "x1"'),
      '[duplicate-name]',
      'pattern panic "x1"',
      '        ^^^^^',
      'hint: the first is at lib/lib.chat:4',
    ],
    [
      shown('state rest "x"\n  rest'),
      '[reserved-name]',
      'state rest "x"',
      '      ^^^^',
      "hint: take another name, for example 'rest-1' or a more telling one",
      '[unreachable-state]',
      'state rest "x"',
      '      ^^^^',
      'hint: write somewhere: -> rest "..."  (or remove the state)',
      '[no-exit]',
      '  rest',
      '  ^^^^',
      'hint: let at least an operator end it: on operator release -> STATE "..."',
    ],
    [
      shown('prompt shell means running /^[^ ]*k $/'),
      '[conflicting-facts]',
      'prompt ok means firmware /^ok /',
      '                         ^^^^^^',
      "hint: a proof that the node is stopped would rest on a line of a running system: narrow 'ok' or 'shell' until no line is both",
    ],
    [
      shown('prompt mysql means firmware /> $/'),
      '[too-loose]',
      'prompt mysql means firmware /> $/',
      '                            ^^^^^',
      'hint: begin with ^ and name all that the firmware prints: /^ok /',
    ],
    [
      shown(
        '  on active panic -> rests "x"\n  on active loud -> start "x"\n  rest',
        'pattern loud /^panic!/\nstate start "starts"\n',
        REST,
      ),
      '[hidden-text]',
      '  on active loud -> start "x"',
      '            ^^^^',
      'hint: put the special text above the general one',
    ],
    [
      inDialogue('  expect /trap ^at/\n  after 5s fail x'),
      '[never-matches]',
      '  expect /trap ^at/',
      '         ^^^^^^^^^^',
      'hint: `^` and `$` are the ends of the line: nothing stands before or behind them',
    ],
  ])('%s', (actual, ...expected) => {
    expect(actual).toBe(expected.join('\n'));
  });
});
