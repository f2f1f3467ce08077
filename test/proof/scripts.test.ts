/**
 * Scripts of strangers: each in `bad` could boot two systems on one disk, or start one past the law,
 * were it let run; each in `good` is sound, and built in another way. All are written from the
 * reference alone.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileFile, proveFile } from '../../src/home/load-script.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import { readStory } from '../../src/simulation/story.ts';
import { playStory } from '../../src/simulation/story-player.ts';

const directory = fileURLToPath(new URL('scripts/', import.meta.url));

function proven(kind: 'bad' | 'good', name: string) {
  return proveFile(join(directory, kind, `${name}.chat`), kind).diagnostics;
}

function namesIn(kind: 'bad' | 'good'): string[] {
  const files = readdirSync(join(directory, kind)).filter((file) => file.endsWith('.chat'));
  return files.map((file) => file.slice(0, -'.chat'.length)).sort();
}

/** By what each is refused, and a part of what is said about it. */
const REFUSED: Readonly<Record<string, readonly [string, RegExp]>> = {
  'any-value-reads-well': ['read-not-anchored', /value/],
  'banner-asked-for': ['banner-asked-for', /only have been asked for/],
  'boot-before-proof': ['unproven-takeover', /nothing proves/],
  'boot-says-nothing': ['boot-unseen', /leaving/],
  'boots-for-ever': ['bound-out-of-reach', /1000 times/],
  'boots-unparked': ['boots-unparked', /not read back/],
  'break-after-proof': ['unproven-takeover', /nothing proves/],
  'confirm-means-yes': ['unproven-takeover', /nothing proves/],
  'confirm-of-wrong-role': ['unproven-takeover', /nothing proves/],
  'dead-address-is-proof': ['unproven-takeover', /nothing proves/],
  'failed-is-done': ['unproven-takeover', /nothing proves/],
  'fence-without-reset': ['fence-never-proves', /no reset/],
  'halted-is-stopped': ['unproven-takeover', /nothing proves/],
  'harmless-start-word': ['harmless-acts', /"go/],
  'harmless-wide': ['harmless-acts', /"boot /],
  'identity-of-all': ['identity-vague', /every machine/],
  'identity-of-anything': ['identity-vague', /empty text/],
  'lasting-takeover': ['unproven-takeover', /nothing proves/],
  'looks-under-another-name': ['harmless-acts', /"boot"/],
  'menu-key': ['harmless-boot', /declared harmless/],
  'no-answer-means-off': ['unproven-takeover', /nothing proves/],
  'nobody-watches': ['standby-unwatched', /nobody notices/],
  'noticed-and-forgotten': ['standby-unwatched', /nobody notices/],
  'only-logged': ['standby-unwatched', /nobody notices/],
  'parked-boots': ['parked-boots', /auto-boot\? true boots by itself/],
  'parked-verify-only': ['parks-nothing', /verify/],
  'power-of-wrong-node': ['unproven-takeover', /nothing proves/],
  'power-on': ['command-starts', /'on'/],
  'power-on-by-shell': ['command-starts', /'on'/],
  'power-on-by-web': ['command-starts', /'on'/],
  'proof-used-twice': ['unproven-takeover', /nothing proves/],
  'proven-before-restart': ['unproven-takeover', /nothing proves/],
  'reset-boots': ['starts-system', /"boot disk"/],
  'resume-boots': ['starts-system', /"boot disk"/],
  'resumed-in-between': ['unproven-takeover', /nothing proves/],
  'resumes-old-owner': ['resumes-standby', /does not own the disk/],
  'shell-is-firmware': ['too-loose', /running system/],
  'silence-reads-well': ['read-unconfirmed', /no line has shown/],
  'told-to-shut-down': ['unproven-takeover', /nothing proves/],
  'tried-often-enough': ['unproven-takeover', /nothing proves/],
  'watched-by-day': ['standby-unwatched', /nobody notices/],
  'write-boots': ['starts-system', /boot/],
  'write-boots-behind-semicolon': ['starts-system', /boot disk/],
  'wrong-node': ['unproven-takeover', /nothing proves/],
};

const TAKEOVERS = Object.entries(REFUSED).flatMap(([name, [code]]) =>
  code === 'unproven-takeover' ? [name] : [],
);

test('every bad script stands in the table', () => {
  expect(namesIn('bad')).toEqual(Object.keys(REFUSED).sort());
});

describe.each(Object.entries(REFUSED))('bad: %s', (name, [code, says]) => {
  const diagnostics = proven('bad', name);
  const errors = diagnostics.filter(({ diagnostic }) => diagnostic.severity === 'error');

  test('is refused for what is wrong with it, and for nothing else', () => {
    expect(new Set(errors.map(({ diagnostic }) => diagnostic.code))).toEqual(new Set([code]));
    expect(errors[0]?.diagnostic.message).toMatch(says);
  });

  test('with a place, a hint and, where something has to happen first, a story', () => {
    for (const { diagnostic, story } of errors) {
      expect(diagnostic.span.line).toBeGreaterThan(1);
      expect(diagnostic.hint).not.toBeNull();
      if (code === 'unproven-takeover') expect(story?.steps.length).toBeGreaterThan(1);
    }
  });
});

describe.each(TAKEOVERS)('story: %s', (name) => {
  test('comes true with the real engine, which refuses the boot', () => {
    const { program } = compileFile(join(directory, 'bad', `${name}.chat`), 'bad');
    if (program === null) throw new Error(`${name} does not compile`);
    const patterns = compilePatterns(program);
    for (const { story } of proven('bad', name)) {
      if (story === undefined || !story.isPlayable) continue;
      const { moves, choice } = story;
      const reading = readStory(
        JSON.stringify({
          'clusterd-story': 1,
          script: `${name}.chat`,
          'on-silence': choice.onSilence,
          'service-lost': choice.serviceLost,
          moves,
          expect: { boot: 'refused' },
        }),
      );
      if (!reading.ok) throw new Error(reading.problems.join('\n'));
      expect(playStory(program, patterns, reading.story).problems).toEqual([]);
    }
  });
});

test.each(namesIn('good'))('good: %s is accepted without a word', (name) => {
  expect(proven('good', name).map(({ diagnostic }) => diagnostic)).toEqual([]);
});
