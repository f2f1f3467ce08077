/**
 * The README cannot rot: every path of the repository that it names is there, every command and npm
 * script that it names exists, every command that exists is named, and its script compiles. What it
 * shows of a program's output is not compared.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';
import { compileScript } from '../../src/language/compile.ts';
import { formatHeadline } from '../../src/language/diagnostics.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const ROOMS = /^(?:src|test|share|chat-scripts|dist|\.ci)(?:\/|$)/;
const ROOT_FILES = ['CList', 'LICENSE', 'OPERATING.md', 'SAFETY.md', 'package.json'];
const PLACEHOLDER = /\b(?:NAME|FILE|CLUSTER|NODE|DIR)\b/;

/** What stands in fences, indented blocks and between backticks: prose names no commands. */
function codeOf(text: string): string[] {
  const code: string[] = [];
  let isFenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    else if (isFenced || line.startsWith('    ')) code.push(line);
    for (const [, span = ''] of line.matchAll(/`([^`]+)`/g)) code.push(span);
  }
  return code;
}

function pathsIn(text: string): string[] {
  const words = codeOf(text).flatMap((code) => code.split(/[\s"'()]+/));
  const isOurs = (word: string) => ROOMS.test(word) || ROOT_FILES.includes(word);
  return [...new Set(words.filter((word) => isOurs(word) && !PLACEHOLDER.test(word)))];
}

/** `dist` is made of `src`. */
function sourceOf(path: string): string {
  return path.replace(/^dist\//, 'src/').replace(/^(src\/.*)\.js$/, '$1.ts');
}

function missingIn(text: string): string[] {
  return pathsIn(text).filter((path) => !existsSync(join(root, sourceOf(path))));
}

function wordsBehind(pattern: RegExp, text: string): string[] {
  const found = codeOf(text).flatMap((code) => [...code.matchAll(pattern)]);
  return [...new Set(found.map(([, word = '']) => word))];
}

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}

// Every command is read in for this: on a busy host that takes its time.
vi.setConfig({ testTimeout: 90_000 });

const commandsIn = (text: string) => wordsBehind(/(?<![\w/-])clusterd ([a-z][a-z-]*)/g, text);

async function commandsInHelp(): Promise<string[]> {
  let help = '';
  const out = (text: string) => {
    help += text;
  };
  await runCommandLine(['--help'], { ...processTerminal(root), out });
  const [, list = ''] = help.split('Commands:\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
}

describe('the page for auditors', () => {
  const safety = readFileSync(join(root, 'SAFETY.md'), 'utf8');

  it('names only paths that are there', () => {
    expect(pathsIn(safety).length).toBeGreaterThan(20);
    expect(missingIn(safety)).toEqual([]);
  });

  it('names only commands and npm scripts that there are', async () => {
    const commands = await commandsInHelp();
    expect(commandsIn(safety).filter((name) => !commands.includes(name))).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = wordsBehind(/npm run ([a-z:]+)/g, safety);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('is one page', () => {
    expect(safety.split('\n').length).toBeLessThan(90);
  });
});

describe('the page for administrators', () => {
  const operating = readFileSync(join(root, 'OPERATING.md'), 'utf8');

  it('names only paths and commands that are there', async () => {
    expect(missingIn(operating)).toEqual([]);
    const commands = await commandsInHelp();
    expect(commandsIn(operating).length).toBeGreaterThan(20);
    expect(commandsIn(operating).filter((name) => !commands.includes(name))).toEqual([]);
  });

  it('has links that lead to headings, here and in the README', () => {
    const links = [...operating.matchAll(/\]\((README\.md)?#([^)]+)\)/g)];
    expect(links.length).toBeGreaterThan(8);
    const lost = links.filter(
      ([, file, target = '']) =>
        !headingsOf(file === undefined ? operating : readme).includes(target),
    );
    expect(lost.map(([link]) => link)).toEqual([]);
  });
});

describe('the README', () => {
  it('names only paths that are there', () => {
    expect(pathsIn(readme).length).toBeGreaterThan(40);
    expect(missingIn(readme)).toEqual([]);
  });

  it('names only commands that there are, and all of them', async () => {
    const commands = (await commandsInHelp()).filter((name) => name !== 'help');
    expect(commands).toContain('status');
    expect(commandsIn(readme).sort()).toEqual(commands.sort());
  });

  it('names only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = wordsBehind(/npm run (?:--silent )?([a-z]+)/g, readme);
    expect(named).toContain('check');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('shows a script of twenty lines that compiles', () => {
    const [, script = ''] = /^```chat\n(.*?)^```$/ms.exec(readme) ?? [];
    expect(script.trimEnd().split('\n')).toHaveLength(20);
    const library = (file: string) => readFileSync(join(root, 'chat-scripts', file), 'utf8');
    const read = (file: string) => (file === 'shown.chat' ? script : library(file));
    expect(compileScript('shown.chat', read).diagnostics.map(formatHeadline)).toEqual([]);
  });

  it('has links that lead to its headings', () => {
    const headings = headingsOf(readme);
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((target) => !headings.includes(target))).toEqual([]);
  });
});

describe('what reads the README', () => {
  it('finds paths that are not there', () => {
    const text =
      'see `src/machine/gone.ts`, `src/main.ts`\n\n    node dist/gone.js\n    cat CList\n';
    expect(missingIn(text)).toEqual(['src/machine/gone.ts', 'dist/gone.js']);
    expect(pathsIn('`chat-scripts/NAME.chat`, prose src/none.ts')).toEqual([]);
  });

  it('finds commands in code, not in prose', () => {
    const text = 'clusterd watches, `clusterd gone x`\n\n    $ clusterd run --strict\n';
    expect(commandsIn(text).sort()).toEqual(['gone', 'run']);
    expect(commandsIn('`cd clusterd && x`, `root/clusterd no`')).toEqual([]);
  });
});
