/** `check --corpus`: misses and false alarms against labels, and what it makes of real crashes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'corpus-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text, 'latin1');
  }
  return directory;
}

const PROCESS = processTerminal(fileURLToPath(new URL('../..', import.meta.url)));

async function check(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const terminal = {
    ...PROCESS,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const status = await runCommandLine(['check', ...words], terminal);
  return { status, out, err };
}

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})\\./
prompt  rom   means firmware /^rom> /
pattern lives means running  /^up for [0-9]+ s/
pattern panic /^panic\\[[0-9]\\]: /
state start "starts"
  on active panic log "x"
  on operator go -> other "x"
  rest
state other "is elsewhere"
  on operator go -> start "x"
  rest
`;
const INDEX = 'file\tos\ttitle\tpanic_line\n';
const script = () => join(directoryWith({ 's.chat': SCRIPT }), 's.chat');

describe('a corpus with labels', () => {
  it('names misses by file and line, and is content', async () => {
    const corpus = directoryWith({
      'index.tsv': `${INDEX}a/1.log\tx\tt\tpanic\na/2.log\tx\tt\tpanic\na/3.log\tx\tt\tno-panic\ngone\tx\tt\tpanic\n`,
      'a/1.log': 'up for 3 s\npanic[1]: y\n',
      'a/2.log': 'up for 3 s\n  Panic: z\n',
      'a/3.log': 'no panic here\n',
      'README.md': 'panic[1]: no recording\n',
    });
    const { status, out } = await check(script(), '--corpus', corpus);
    expect(out).toContain('3 recordings (3 labelled), 5 lines');
    expect(out).toMatch(/lives +running +2 in +2 {2}a\/1\.log:1: up for 3 s/);
    expect(out).toContain('panic, x: found in 1 of 2 that have it; false alarms in 0 of 1');
    expect(out).toContain('missed: a/2.log:2: Panic: z');
    expect(out).toContain('found nowhere: rom');
    expect(out).toContain('not there: gone');
    expect(status).toBe(0);
  });

  it('fails with a false alarm', async () => {
    const index = `${INDEX}1\tx\tt\tno-panic\n`;
    const corpus = directoryWith({ 'index.tsv': index, '1': 'a\npanic[1]: cat messages\n' });
    const { status, out } = await check(script(), '--corpus', corpus);
    expect(out).toContain('FALSE ALARM: 1:2: panic[1]: cat messages');
    expect(status).toBe(1);
  });

  it('fails when a quiet recording shows a text that means a stopped system', async () => {
    const index = `${INDEX}1\tx\tt\tno-panic\n2\tx\tt\tpanic\n3\tx\tt\t\n`;
    const files = { '1': 'up for 3 s\nrom> ', '2': 'panic[1]: x\nrom> ', '3': 'rom> ' };
    const { status, out } = await check(
      script(),
      '--corpus',
      directoryWith({ 'index.tsv': index, ...files }),
    );
    expect(out).toContain("FALSE FACT: 'rom' means firmware, where nothing happened: 1:2: rom>");
    expect(out.match(/FALSE/g)).toHaveLength(1);
    expect(status).toBe(1);
  });

  it('says when the labels are for another script', async () => {
    const index = 'file\ttrap_line\n1\ttrap\n';
    const corpus = directoryWith({ 'index.tsv': index, '1': 'x\n' });
    const { out } = await check(script(), '--corpus', corpus);
    expect(out).toContain("the labels speak of 'trap'");
  });
});

describe('a corpus without labels', () => {
  it('says what each text was found in', async () => {
    const corpus = directoryWith({
      '1': 'panic[1]: x\npanic[2]: y\n',
      '2': 'panic[3]: \x1b[2Jz\n',
    });
    const { status, out } = await check(script(), '--corpus', corpus);
    expect(out).toContain('2 recordings (no labels), 3 lines');
    expect(out).toMatch(/panic +3 in +2 {2}1:1: panic\[1\]: x/);
    expect(status).toBe(0);
  });

  it('has it all in --json', async () => {
    const corpus = directoryWith({ '1': 'panic[1]: x\n' });
    const { out } = await check(script(), '--corpus', corpus, '--json');
    expect(JSON.parse(out)).toMatchObject({
      errors: 0,
      corpus: [{ script: 's.chat', recordings: 1, texts: [{}, {}, { name: 'panic', lines: 1 }] }],
    });
  });

  it('says that a script with errors was not tried', async () => {
    const broken = join(directoryWith({ 's.chat': 'state' }), 's.chat');
    const { status, out } = await check(broken, '--corpus', directoryWith({ '1': 'x\n' }));
    expect(out).toContain('no script without errors: nothing was tried');
    expect(status).toBe(1);
  });

  it.each([
    [{}, 'none', /--corpus .*none cannot be read/],
    [{ 'index.tsv': 'a\tb\n' }, '', /no column 'file'/],
  ])('refuses what is none: %j %s', async (files, below, said) => {
    const { status, err } = await check(script(), '--corpus', join(directoryWith(files), below));
    expect([status, err]).toEqual([2, expect.stringMatching(said)]);
  });
});

/** Consoles of real crashes; they are no part of the repository. */
const REAL = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const UNIX = SCRIPT.replace(
  '/^panic\\[[0-9]\\]: /',
  '/Kernel panic - not syncing: /\n  or /(^|login: )panic: /',
);

describe.skipIf(!existsSync(join(REAL, 'index.tsv')))('real crashes', () => {
  it('shipped texts are found in no console of another system', async () => {
    const shipped = fileURLToPath(new URL('../../chat-scripts/sun-obp.chat', import.meta.url));
    const { status, out } = await check(shipped, '--corpus', REAL);
    expect(out).toMatch(/207 recordings \(207 labelled\)/);
    expect(out).not.toContain('FALSE');
    expect(status).toBe(0);
  });

  it('a panic text for those systems misses little and raises no false alarm', async () => {
    const path = join(directoryWith({ 's.chat': UNIX }), 's.chat');
    const { status, out } = await check(path, '--corpus', REAL);
    expect(out).toMatch(/panic, linux: found in 5[0-9] of 59 .*; false alarms in 0 of 116/);
    expect(out).toMatch(/panic, openbsd: found in 1[0-4] of 14 .*; false alarms in 0 of 7/);
    expect(status).toBe(0);
  });
});
