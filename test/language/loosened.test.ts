/** The shipped library with one text made worse: each time exactly that is found, at that text. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';

const SHIPPED = new URL('../../chat-scripts/', import.meta.url);
const LIBRARY = 'lib/obp.chat';
const library = readFileSync(new URL(LIBRARY, SHIPPED), 'utf8');

/** Codes, each with the line that it stands on. */
function found(text: string): string[] {
  const { diagnostics } = compileScript('sun-obp.chat', (name) =>
    name === LIBRARY ? text : readFileSync(new URL(name, SHIPPED), 'utf8'),
  );
  return diagnostics.map(({ code, span }) => `${code} ${span.file}:${span.line}`);
}

const OK = /^prompt {3}ok +means firmware +.*$/m;
const TERMINATED = /^pattern {2}terminated +means ended +.*$/m;
const BANNER = /"Host ID:"/;
const PANIC = /^pattern {2}panic +.*$/m;
const BEGINS = /^pattern {2}kernel-begins +means leaving +.*$/m;
const STOPPED = /^pattern {2}stopped-by-break +means held +.*$/m;

it.each([
  ['a prompt without ^', OK, 'prompt ok means firmware /ok $/', 'too-loose'],
  ['a prompt as words', OK, 'prompt ok means firmware "ok"', 'too-loose'],
  ['any prompt', OK, 'prompt ok means firmware /[>#] $/', 'conflicting-facts'],
  ['a prompt of a shell', OK, 'prompt ok means firmware /^[^ ]*(ok|#) /', 'conflicting-facts'],
  ['the login prompt', OK, 'prompt ok means firmware /(ok|login:) $/', 'conflicting-facts'],
  ['a prompt with an end in it', OK, 'prompt ok means firmware /^ok$ /', 'never-matches'],
  ['a line end', TERMINATED, 'pattern terminated means ended /terminated\\r\\n/', 'never-matches'],
  ['a sync', TERMINATED, 'pattern terminated means ended "syncing file systems"', 'too-loose'],
  ['a kernel as banner', BANNER, '"SunOS Release"', 'conflicting-facts'],
  ['a word', PANIC, 'pattern panic "panic"', 'too-loose'],
  [
    'a line of ours',
    STOPPED,
    'pattern stopped-by-break means held /ok printenv/',
    'pattern-matches-own-send',
  ],
  [
    'the banner leaves',
    BEGINS,
    'pattern kernel-begins means leaving "OpenBoot"',
    'conflicting-facts',
  ],
])('%s', (_, place, worse, code) => {
  const text = library.replace(place, worse);
  const at = text === library ? -1 : library.slice(0, library.search(place)).split('\n').length;
  const all = found(text);
  expect(all.map((one) => one.split(' ')[0])).toContain(code);
  const isElsewhere = code === 'conflicting-facts';
  if (!isElsewhere) expect(all).toContain(`${code} ${LIBRARY}:${at}`);
  expect(all.length).toBeLessThanOrEqual(2);
});

it('finds nothing in the library as it is', () => {
  expect(found(library)).toEqual([]);
});
