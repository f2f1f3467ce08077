/** Manual pages and completion say what the program does, and nothing else; programs read them. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLUSTER_KEYS } from '../../src/clist/cluster-keys.ts';
import { NODE_KEYS } from '../../src/clist/node-keys.ts';
import { SITE_KEYS } from '../../src/clist/site-keys.ts';
import { runCommandLine } from '../../src/commands/command-line.ts';
import { processTerminal } from '../../src/commands/terminal.ts';
import { BLOCK_WORDS } from '../../src/language/words.ts';
import { cleanUp, clusterd, freshPrefix, isThere, ROOT } from './installation.ts';

let prefix: string;
beforeAll(async () => {
  prefix = freshPrefix();
  expect((await clusterd('install', '--prefix', prefix)).status).toBe(0);
});
afterAll(cleanUp);

const PAGES = ['man8/clusterd.8', 'man5/clist.5', 'man5/chat-script.5'];
const pathOf = (page: string) => join(prefix, 'usr/local/share/man', page);
/** As it is shown, without fonts and escapes. */
const textOf = (page: string) =>
  readFileSync(pathOf(page), 'utf8')
    .replaceAll(/\\f./g, '')
    .replaceAll('\\(dq', '"')
    .replaceAll('\\-', '-');

/** Names behind a heading of `--help`. */
function listed(help: string, heading: string): string[] {
  const [, block = ''] = help.split(`${heading}:\n`);
  const [lines = ''] = block.split('\n\n');
  return [...lines.matchAll(/^ {2}(\S.*?)(?: {2,}|$)/gm)].map(([, name = '']) => name);
}

/** What the program says, without a process of its own. */
async function help(...words: string[]): Promise<string> {
  let text = '';
  const out = (more: string) => {
    text += more;
  };
  await runCommandLine([...words, '--help'], { ...processTerminal(ROOT), out });
  return text;
}

async function commands(): Promise<string[]> {
  return listed(await help(), 'Commands')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name !== 'help');
}

/** The section of a command in clusterd(8). */
function sectionOf(command: string): string {
  const [, section = ''] = textOf('man8/clusterd.8').split(
    new RegExp(`^\\.SS clusterd ${command}(?: .*)?$`, 'm'),
  );
  return section.split(/^\.S[SH] /m)[0] ?? '';
}

describe('clusterd(8)', () => {
  it('has a section for each command, and for no other', async () => {
    const names = [...textOf('man8/clusterd.8').matchAll(/^\.SS clusterd (\S+)/gm)];
    expect(names.map(([, name]) => name)).toEqual(await commands());
  });

  it('has the options that --help shows, all of them', async () => {
    for (const command of await commands()) {
      const shown = listed(await help(command), 'Options').filter(
        (flags) => !['-h, --help', '--home <dir>'].includes(flags),
      );
      const told = [...sectionOf(command).matchAll(/^\.B (.*)$/gm)].map(([, flags]) => flags);
      expect([command, told]).toEqual([command, shown]);
    }
  });
});

describe('clist(5)', () => {
  it.each([
    ['SITE', SITE_KEYS],
    ['CLUSTER', CLUSTER_KEYS],
    ['NODE', NODE_KEYS],
  ])('has the keys below %s, all of them', (heading, keys) => {
    const [, rest = ''] = textOf('man5/clist.5').split(`.SH "BELOW ${heading}"\n`);
    const section = rest.split(/^\.SH/m)[0] ?? '';
    const told = [...section.matchAll(/^\.TP\n\.(?:BI|BR|B|IR) "?([a-z][a-z-]*)/gm)];
    expect(told.map(([, key]) => key).sort()).toEqual(Object.keys(keys).sort());
  });
});

describe('chat-script(5)', () => {
  it('has the grammar of the reference, and a line for each block', () => {
    const page = textOf('man5/chat-script.5');
    expect(page).toContain('state     = "state" name [ "lasting" ] string');
    const [, rest = ''] = page.split('.SH BLOCKS\n');
    const told = [...(rest.split(/^\.SH/m)[0] ?? '').matchAll(/^\.TP\n\.(?:BI|B) ([a-z]+)/gm)];
    expect(told.map(([, word]) => word).sort()).toEqual([...BLOCK_WORDS].sort());
  });
});

describe.each(PAGES)('%s', (page) => {
  it.runIf(isThere('groff'))('is clean for groff', () => {
    const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tutf8', pathOf(page)], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it.runIf(isThere('mandoc'))('is clean for mandoc', () => {
    const { stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', pathOf(page)], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});

describe('completion', () => {
  function complete(...words: string[]): string[] {
    const home = join(prefix, 'var/lib/clusterd');
    const file = join(prefix, 'usr/local/share/bash-completion/completions/clusterd');
    const script = `. ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _clusterd; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', 'clusterd', ...words], {
      encoding: 'utf8',
      env: { ...process.env, CLUSTER_HOME: home },
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('knows all commands', async () => {
    expect(complete('')).toEqual([...(await commands()), '--help', '--version']);
    expect(complete('uni')).toEqual(['uninstall']);
  });

  it('knows clusters, nodes of the cluster that was named, and options', () => {
    const clist = join(prefix, 'var/lib/clusterd/CList');
    const shipped = readFileSync(clist, 'utf8');
    writeFileSync(clist, `${shipped}\ncluster other\n  node o1\n  node o2\n`);
    expect(complete('status', '')).toEqual(['demo', 'other']);
    expect(complete('confirm', 'other', '')).toEqual(['o1', 'o2']);
    expect(complete('hold', '--home', '/tmp', 'd')).toEqual([]);
    expect(complete('run', '--cluster', 'o')).toEqual(['other']);
    expect(complete('install', '--d')).toEqual(['--dry-run']);
    writeFileSync(clist, shipped);
  });
});

describe('what is placed for other programs', () => {
  it.runIf(isThere('shellcheck'))('is clean for shellcheck', () => {
    const files = ['etc/init.d/clusterd', 'usr/local/bin/clusterd'].map((one) => join(prefix, one));
    const bash = join(prefix, 'usr/local/share/bash-completion/completions/clusterd');
    const sh = spawnSync('shellcheck', ['-s', 'sh', ...files], { encoding: 'utf8' });
    expect(sh.stdout).toBe('');
    expect(spawnSync('shellcheck', ['-s', 'bash', bash], { encoding: 'utf8' }).stdout).toBe('');
  });

  it.runIf(isThere('systemd-analyze'))('is clean for systemd', () => {
    for (const unit of ['clusterd.service', 'clusterd@.service']) {
      const path = join(prefix, 'etc/systemd/system', unit);
      const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
        encoding: 'utf8',
      });
      const ours = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line.includes('clusterd') && !line.includes('Special user nobody'));
      expect(ours).toEqual([]);
    }
  });

  it('has the header that LSB asks for', () => {
    const script = readFileSync(join(prefix, 'etc/init.d/clusterd'), 'utf8');
    const [, header = ''] =
      /^### BEGIN INIT INFO\n([\s\S]*?)^### END INIT INFO$/m.exec(script) ?? [];
    const keys = [...header.matchAll(/^# ([A-Z][A-Za-z-]+):/gm)].map(([, key]) => key);
    for (const key of [
      'Provides',
      'Required-Start',
      'Required-Stop',
      'Default-Start',
      'Default-Stop',
      'Short-Description',
      'Description',
    ]) {
      expect(keys).toContain(key);
    }
  });
});

describe('the package', () => {
  it('has every file that is needed at run time', () => {
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const packed = new Set(files.map(({ path }) => path));
    const tracked = spawnSync('git', ['ls-files', 'share', 'chat-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const needed = [
      'dist/main.js',
      'dist/sim/main.js',
      'dist/sim/fence-agent.js',
      'CList',
      'package.json',
    ];
    for (const path of [...needed, ...tracked.stdout.trim().split('\n')]) {
      expect([path, packed.has(path)]).toEqual([path, true]);
    }
  });
});
