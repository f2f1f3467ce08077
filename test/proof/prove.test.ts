import { describe, expect, test } from 'vitest';
import { prove } from '../../src/proof/prove.ts';
import { readStory } from '../../src/simulation/story.ts';
import { playStory } from '../../src/simulation/story-player.ts';
import { codesOf, type Edit, findingsOf, shipped } from './edited.ts';

const SCRIPT = 'sun-obp.chat';
const LIBRARY = 'lib/obp.chat';

test('the shipped script is proven, whole', () => {
  const { program, patterns } = shipped();
  const proof = prove(program, patterns);
  expect(proof.findings).toEqual([]);
  expect(proof.complete).toBe(true);
  expect(proof.points).toBeGreaterThan(10_000);
});

test('what was not looked at to its end is not proven', () => {
  const { program, patterns } = shipped();
  const proof = prove(program, patterns, 1_000);
  expect(proof.complete).toBe(false);
  expect(codesOf(proof.findings)).toContain('not-explored');
});

test('the proof is the same every time', () => {
  const { program, patterns } = shipped(WRONG[0]?.edit as Edit);
  const [first, second] = [prove(program, patterns), prove(program, patterns)];
  expect(second).toEqual(first);
});

interface Wrong {
  readonly what: string;
  readonly edit: Edit;
  readonly code: string;
}

const WRONG: readonly Wrong[] = [
  {
    what: 'a proof that failed counts as one that succeeded',
    edit: {
      file: SCRIPT,
      from: '-> ask             "it cannot be proven stopped: $failure"',
      to: '-> taking-over "never mind"',
    },
    code: 'unproven-takeover',
  },
  {
    what: 'the dialogue of the proof ends well without any',
    edit: { file: SCRIPT, from: '  fail no-proof', to: '  succeed' },
    code: 'unproven-takeover',
  },
  {
    what: 'an operator who only asks for it is taken for proof',
    edit: {
      file: SCRIPT,
      from: '  on operator switchover       -> down            "$operator asked for it"',
      to: '  on operator switchover       -> taking-over     "$operator asked for it"',
    },
    code: 'unproven-takeover',
  },
  {
    what: 'a BREAK after the proof voids it',
    edit: {
      file: SCRIPT,
      from: '  -> taking-over                                     "accepted',
      to: '  hold active\n    failed -> stopped "x"\n  -> taking-over "accepted',
    },
    code: 'unproven-takeover',
  },
  {
    what: 'the fence leaves out the reset',
    edit: {
      file: LIBRARY,
      from: '  hold\n  park\n  reset\n  identify\n  check parked',
      to: '  hold\n  park\n  identify\n  check parked',
    },
    code: 'fence-never-proves',
  },
  {
    what: 'the fence does not show which machine it is after the reset',
    edit: {
      file: LIBRARY,
      from: '  reset\n  identify\n  check parked',
      to: '  reset\n  check parked',
    },
    code: 'fence-never-proves',
  },
  {
    what: 'the firmware boots under a harmless name',
    edit: {
      file: LIBRARY,
      from: '  or                     /^banner$/',
      to: '  or                     /^banner$/\n  or /^b[a-z]+( net)?$/',
    },
    code: 'harmless-acts',
  },
  {
    what: 'a write boots',
    edit: { file: LIBRARY, from: 'send "setenv $name $value"', to: 'send "boot $name $value"' },
    code: 'starts-system',
  },
  {
    what: 'a command switches a machine on',
    edit: {
      file: SCRIPT,
      from: '  run on active "/usr/sbin/init" "0" within 1m',
      to: '  run "fence_apc" "-o" "on" "-n" "$standby" within 1m',
    },
    code: 'command-starts',
  },
];

describe.each(WRONG)('refused: $what', ({ edit, code }) => {
  const findings = findingsOf(edit);

  test('is found, with a place and a hint', () => {
    expect(codesOf(findings)).toContain(code);
    for (const { diagnostic } of findings) {
      expect(diagnostic.span.line).toBeGreaterThan(1);
      expect(diagnostic.hint).not.toBeNull();
    }
  });

  test('its story comes true with the real engine, which refuses the boot', () => {
    const { program, patterns } = shipped(edit);
    for (const { story } of findings) {
      if (story === null) continue;
      const reading = readStory(
        JSON.stringify({
          'clusterd-story': 1,
          script: SCRIPT,
          'on-silence': story.choice.onSilence,
          'service-lost': story.choice.serviceLost,
          moves: story.moves,
          expect: { boot: 'refused' },
        }),
      );
      if (!reading.ok) throw new Error(reading.problems.join('\n'));
      expect(playStory(program, patterns, reading.story).problems).toEqual([]);
    }
  });
});
