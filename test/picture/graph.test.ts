/** `clusterd graph`: every state and every way of a script stands in its picture, drawable. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';
import { compileScript } from '../../src/language/compile.ts';
import { formatDot } from '../../src/picture/dot.ts';
import { pictureOf } from '../../src/picture/graph.ts';
import { wrap } from '../../src/picture/label.ts';
import { formatMermaid } from '../../src/picture/mermaid.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, 'chat-scripts', file), 'utf8');
const { program } = compileScript('sun-obp.chat', read);
if (program === null) throw new Error('the shipped script does not compile');
const picture = pictureOf(program);
/** Without its comments. */
const code = read('sun-obp.chat').replaceAll(/^#.*$/gm, '');
const names = program.states.map(({ name }) => name);

const node = (name: string) => picture.nodes.find((one) => one.name === name);
const edge = (from: string | null, to: string) =>
  picture.edges.find((one) => one.from === from && one.to === to)?.triggers;

describe('the picture of the shipped script', () => {
  it('has every state once, and every way that the text has', () => {
    expect(picture.nodes.map(({ name }) => name)).toEqual(names);
    const targets = new Set(code.match(/-> +[a-z-]+/g)?.map((one) => one.slice(2).trim()));
    expect(new Set(picture.edges.map(({ to }) => to))).toEqual(targets);
  });
  it.each([
    ['watch', 'crash', /active panic/],
    ['watch', 'moving', /operator switchover/],
    ['stray', 'resuming', /after \$stray-grace/],
    ['fencing', 'taking-over', /operator confirm active; then/],
    ['cold', 'stopped', /more than 4 times in 2h/],
    ['mute', 'doubtful', /net is dead|net dead/],
    ['cold', 'alone', /^then$/],
  ])('%s -> %s', (from, to, trigger) => {
    expect(edge(from, to)?.join('; ')).toMatch(trigger);
  });
  it('marks what boots, what stops, where it may rest, and where a restart comes back', () => {
    expect([node('taking-over')?.deed, node('resuming')?.deed]).toEqual(['boots', 'boots']);
    expect([node('fencing')?.deed, node('alone')?.deed]).toEqual(['stops', 'stops']);
    expect([node('watch')?.deed, node('watch')?.isRest]).toEqual(['none', true]);
    expect([node('stopped')?.isLasting, node('start')?.isStart]).toEqual([true, true]);
  });
  it('leads from any state where a line always holds', () => {
    expect(edge(null, 'standby-loose')?.join('; ')).toMatch(/standby .*, but not in/);
  });
  it('is small enough to be read', () => {
    expect(picture.edges.length).toBeLessThan(220);
  });
});

describe('dot', () => {
  const text = formatDot(picture, 3);

  it('declares each node before an edge ends there, with whole strings', () => {
    const declared = new Set<string>();
    for (const line of text.split('\n').slice(5, -2)) {
      expect(line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')).not.toContain('"');
      const [, from, to] = /^ {2}"([^"]+)" -> "([^"]+)" \[.*\];$/.exec(line) ?? [];
      const [, name] = /^ {2}"([^"]+)" \[.*\];$/.exec(line) ?? [];
      if (name !== undefined) declared.add(name);
      else expect(declared.has(from ?? '') && declared.has(to ?? '')).toBe(true);
    }
    expect(declared.size).toBe(names.length + 1);
  });
  it('is drawn by Graphviz', (context) => {
    const { error, status, stderr } = spawnSync('dot', ['-Tplain'], {
      input: text,
      encoding: 'utf8',
    });
    if (error !== undefined) context.skip('dot is not there (package graphviz)');
    expect([status, stderr]).toEqual([0, '']);
  });
  it('says how many triggers it leaves out, or leaves all out', () => {
    expect(text).toMatch(/and \d+ more/);
    expect(formatDot(picture, 0)).not.toMatch(/-> .*label=/);
  });
  it('escapes what a string may not hold', () => {
    const odd = { ...picture, name: 'a"b\\c', nodes: [], edges: [] };
    expect(formatDot(odd, 1).split('\n')[0]).toBe('digraph "a\\"b\\\\c" {');
  });
});

describe('mermaid', () => {
  const text = formatMermaid(picture, 3);

  it('gives each state an id, and each way two of them', () => {
    const ids = new Set([...text.matchAll(/^ {2}(s\d+|any)[[(]/gm)].map(([, id]) => id));
    expect(ids.size).toBe(names.length + 1);
    const ways = [...text.matchAll(/^ {2}(\w+) -(?:-|\.-)>(?:\|"[^"|]*"\|)? (\w+)$/gm)];
    expect(ways).toHaveLength(picture.edges.length);
    for (const [, from, to] of ways) expect(ids.has(from) && ids.has(to)).toBe(true);
  });
  it('escapes what mermaid would read', () => {
    const odd = { name: 'x', summary: 'a "b" <c> | #d', isStart: false, isRest: false } as const;
    const nodes = [{ ...odd, isLasting: false, deed: 'none' as const }];
    expect(formatMermaid({ name: 'x', nodes, edges: [] }, 1)).toMatch(
      /"X<br\/>a #quot;b#quot; #lt;c#gt; #124; #35;d"/,
    );
  });
});

it('breaks labels at blanks and keeps long words whole', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('abcdefghij k', 4)).toEqual(['abcdefghij', 'k']);
});

describe('the command', () => {
  async function graph(...words: string[]) {
    const said = { out: '', err: '' };
    const terminal = {
      ...place,
      out: (text: string) => {
        said.out += text;
      },
      err: (text: string) => {
        said.err += text;
      },
    };
    const status = await runCommandLine(['graph', '--home', root, ...words], terminal);
    return { status, ...said };
  }
  const place = processTerminal(root);

  it.each([[[]], [['demo']], [['sun-obp']], [[join(root, 'chat-scripts/sun-obp.chat')]]])(
    'draws %j',
    async (words) => {
      const { status, out } = await graph(...words);
      expect([status, out]).toEqual([0, expect.stringMatching(/^digraph "sun-obp.chat"/)]);
    },
  );
  it.each([
    [['dmeo'], 1, /no cluster or script 'dmeo'.*\n.*[Dd]id you mean 'demo'/],
    [['../CList'], 1, /no cluster or script/],
    [['demo', '--format', 'png'], 2, /Allowed choices are dot, mermaid/],
    [['demo', '--triggers', 'x'], 2, /expected a number/],
  ])('refuses %j', async (words, status, said) => {
    const finished = await graph(...words);
    expect([finished.status, finished.err]).toEqual([status, expect.stringMatching(said)]);
  });
});
