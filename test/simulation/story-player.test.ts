import { describe, expect, test } from 'vitest';
import { readStory, type Story } from '../../src/simulation/story.ts';
import { playStory } from '../../src/simulation/story-player.ts';
import { compiled } from './scripts.ts';

/** Small, and it boots: the engine decides whether it may. */
const SCRIPT = `
identity host-id /Host ID: ([0-9a-f]{8})/
setting patience duration default 1m
pattern panic /^panic\\[cpu/
pattern banner means reset "OpenBoot"
prompt ok means firmware /^ok /
prompt login means running "login:"
pattern boots means leaving "Boot device:"
harmless RETURN
  or "banner"
parked
  auto-boot? false

dialogue tap
  press RETURN
  expect login   succeed
    or ok        fail at-firmware
  after 2 tries of 5s fail silent

to identify
  send "banner"
  expect identity
  after 5s       fail silent
to hold
  break
  press RETURN
  expect ok
  after 5s       fail no-break
  identify
to read name value
  send "printenv $name"
  expect /^$name = $value$/
    or /^$name = / fail different
  after 5s       fail silent
to write name value
  send "setenv $name $value"
  expect ok
  after 5s       fail silent
to reset
  send "reset-all"
  expect banner
  after 5s       fail no-banner
  expect ok
  after 5s       fail no-prompt
to fence
  hold
  park
  reset
  identify
  check parked
to boot path
  identify
  send "boot $path"
  expect boots   succeed
  after 5s       fail no-boot

state start "watches"
  on active panic    -> lost    "$line"
  on operator go     -> lamp    "$operator asked"
  on operator switchover -> take "$operator asked"
  every $patience do tap on active
    done               clear login
    failed             alarm login "no login: $failure"
  rest

state lamp "runs a command"
  run "lamp" within 10s
    done             -> start   "lit"
    failed           -> lost    "not lit: $failure"
  rest

state lost "the active node is lost"
  on operator confirm active -> take "$operator confirms"
  on operator release -> start  "released"
  power off active
    done             -> take    "the device says off"
    failed             log "no: $failure"
  rest

state take "boots the standby"
  at most 2 in 1h else -> lost  "too often"
  on operator release -> start  "released"
  boot standby as active
    failed             log "not booted: $failure"
  rest
`;

const script = compiled('test.chat', (name) =>
  name === 'test.chat'
    ? SCRIPT.replace('  or "banner"', '  or /^banner$/\n  or /^printenv .*$/')
    : null,
);

function story(moves: readonly object[], more: object = {}): Story {
  const reading = readStory(
    JSON.stringify({ 'clusterd-story': 1, script: 'test.chat', moves, ...more }),
  );
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.story;
}

function play(moves: readonly object[], more: object = {}) {
  return playStory(script.program, script.patterns, story(moves, more));
}

const BOOTS = [
  { do: 'text', node: 'standby', text: 'Host ID: 83a54f12' },
  { do: 'text', node: 'active', text: 'Boot device: disk' },
];

describe('a story', () => {
  test('text of a console: what the state does with it', () => {
    const played = play([{ do: 'text', node: 'active', text: 'panic[cpu0]' }]);
    expect([played.state, played.boot, played.problems]).toEqual(['lost', 'never', []]);
    expect(played.moves[1]?.did.join()).toContain('start -> lost');
  });

  test('the device says off, and the engine lets the boot through', () => {
    const played = play(
      [
        { do: 'net', level: 'dead' },
        { do: 'text', node: 'active', text: 'panic[cpu0]' },
        { do: 'power', outcome: 'off' },
        ...BOOTS,
      ],
      { 'on-silence': 'power', expect: { state: 'take', boot: 'let-through' } },
    );
    expect(played.problems).toEqual([]);
    expect(played.moves.flatMap(({ did }) => did).join()).toMatch(/types "boot \/pci\S+" at n2/);
  });

  test('without evidence the boot is refused', () => {
    const played = play([{ do: 'operator', request: 'switchover' }]);
    expect([played.state, played.boot]).toEqual(['take', 'refused']);
  });

  test('a person confirms; the word does not outlive the daemon', () => {
    const confirmed = [
      { do: 'net', level: 'dead' },
      { do: 'text', node: 'n1', text: 'panic[cpu0]' },
      { do: 'power', outcome: 'no-answer' },
      { do: 'silence', for: '40s' },
      { do: 'operator', request: 'confirm', node: 'active' },
    ];
    expect(play([...confirmed, ...BOOTS]).boot).toBe('let-through');
    const restarted = play([
      ...confirmed,
      { do: 'restart' },
      { do: 'operator', request: 'switchover' },
    ]);
    expect(restarted.boot).not.toBe('let-through');
  });

  test('silence: a state acts by itself, a try is over, a time passes', () => {
    const state = play([{ do: 'silence', for: 'state' }]);
    expect(state.moves[1]?.did).toEqual(['types RETURN at n1']);
    const tries = play([
      { do: 'silence', for: 'state' },
      { do: 'silence', for: 'try' },
      { do: 'silence', for: 'try' },
    ]);
    expect(tries.moves[2]?.did).toContain('types RETURN at n1');
    expect(tries.moves[3]?.did.join()).toContain('ALARM login: no login: silent');
    expect(play([{ do: 'silence', for: '50s' }]).moves[1]?.did).toEqual([]);
    expect(play([{ do: 'silence', for: '58s' }]).moves[1]?.did).toEqual(['types RETURN at n1']);
  });

  test('settings are taken', () => {
    const quick = play([{ do: 'silence', for: '5s' }], { settings: { patience: '3s' } });
    expect(quick.moves[1]?.did).toEqual(['types RETURN at n1']);
  });

  test('a prompt answers a tap; a command ends', () => {
    const tapped = play([
      { do: 'silence', for: 'state' },
      { do: 'prompt', node: 'active', text: 'login: ' },
    ]);
    expect(tapped.problems).toEqual([]);
    const lit = play([
      { do: 'operator', request: 'go' },
      { do: 'command', status: 0 },
    ]);
    expect(lit.state).toBe('start');
    const dark = play([
      { do: 'operator', request: 'go' },
      { do: 'command', status: 1 },
    ]);
    expect(dark.state).toBe('lost');
  });

  test('moves that do not fit are told with their number', () => {
    const played = play(
      [
        { do: 'power', outcome: 'off' },
        { do: 'disconnect', node: 'active' },
        { do: 'text', node: 'active', text: 'x' },
        { do: 'silence', for: 'try' },
        { do: 'command', status: 0 },
      ],
      { expect: { state: 'take', boot: 'refused' } },
    );
    expect(played.problems.map((problem) => problem.slice(0, 17))).toEqual([
      'move 1 (power): t',
      'move 3 (text): th',
      'move 4 (silence):',
      'move 5 (command):',
      'the state at the ',
      'a boot was never,',
    ]);
  });

  test('a connection comes back', () => {
    const played = play([
      { do: 'disconnect', node: 'n2' },
      { do: 'connect', node: 'n2' },
      { do: 'text', node: 'active', text: 'panic[cpu0]' },
    ]);
    expect([played.state, played.problems]).toEqual(['lost', []]);
  });
});

describe('a story file', () => {
  const CASES: readonly [string, string, RegExp][] = [
    ['no JSON', '{', /not JSON/],
    ['another version', '{"clusterd-story":2,"script":"x","moves":[]}', /clusterd-story/],
    [
      'an unknown move',
      '{"clusterd-story":1,"script":"x","moves":[{"do":"fly"}]}',
      /^move 1 \(do\)/,
    ],
    [
      'a node that is none',
      '{"clusterd-story":1,"script":"x","moves":[{"do":"restart"},{"do":"connect","node":"n3"}]}',
      /^move 2 \(node\)/,
    ],
    ['an unknown key', '{"clusterd-story":1,"script":"x","moves":[],"speed":1}', /speed/],
    [
      'a silence without end',
      '{"clusterd-story":1,"script":"x","moves":[{"do":"silence","for":"ever"}]}',
      /^move 1 \(for\)/,
    ],
  ];
  test.for(CASES)('%s', ([, text, problem]) => {
    const reading = readStory(text);
    expect(reading.ok).toBe(false);
    if (!reading.ok) expect(reading.problems.join('\n')).toMatch(problem);
  });
});
