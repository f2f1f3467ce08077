/** What is placed, what is left alone, and what is left over. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, contentOf, freshPrefix } from './installation.ts';

afterEach(cleanUp);

async function installed(): Promise<{ prefix: string; home: string }> {
  const prefix = freshPrefix();
  const { status, err } = await clusterd('install', '--prefix', prefix);
  expect([status, err]).toEqual([0, '']);
  return { prefix, home: join(prefix, 'var/lib/clusterd') };
}

const PLACED = [
  ['etc/init.d/clusterd', 0o755],
  ['etc/systemd/system/clusterd.service', 0o644],
  ['etc/systemd/system/clusterd@.service', 0o644],
  ['etc/logrotate.d/clusterd', 0o644],
  ['etc/default/clusterd', 0o644],
  ['usr/local/bin/clusterd', 0o755],
  ['usr/local/share/man/man8/clusterd.8', 0o644],
  ['usr/local/share/man/man5/clist.5', 0o644],
  ['usr/local/share/man/man5/chat-script.5', 0o644],
  ['usr/local/share/bash-completion/completions/clusterd', 0o644],
  ['var/lib/clusterd', 0o750],
  ['var/lib/clusterd/state', 0o750],
  ['var/lib/clusterd/Logs', 0o750],
  ['var/lib/clusterd/CList', 0o640],
  ['var/lib/clusterd/chat-scripts/sun-obp.chat', 0o640],
  ['var/lib/clusterd/chat-scripts/lib/obp.chat', 0o640],
] as const;

/** Several processes one after another, on a host that others use, too. */
const LONG_MS = 60_000;

describe('clusterd install', { timeout: LONG_MS }, () => {
  it('places everything with safe modes, and leaves no placeholder open', async () => {
    const { prefix } = await installed();
    for (const [path, mode] of PLACED) {
      expect([path, statSync(join(prefix, path)).mode & 0o7777]).toEqual([path, mode]);
    }
    const open = Object.entries(contentOf(prefix)).filter(([, text]) => /@[A-Z]+@/.test(text));
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('shows all of it with --dry-run, and does nothing', async () => {
    const prefix = freshPrefix();
    const { status, out } = await clusterd('install', '--prefix', prefix, '--dry-run');
    expect([status, existsSync(prefix)]).toEqual([0, false]);
    for (const [path, mode] of PLACED) {
      const line = new RegExp(`^(file|directory) +0${mode.toString(8)} .* ${prefix}/${path}$`, 'm');
      expect(out).toMatch(line);
    }
  });

  it('shows for the system itself the user and the commands, too', async () => {
    const { status, out } = await clusterd('install', '--dry-run', '--home', '/srv/none-such');
    expect([status, existsSync('/srv/none-such')]).toEqual([0, false]);
    expect(out).toMatch(/^file +0755 root:root +\/etc\/init\.d\/clusterd$/m);
    expect(out).toMatch(/^directory +0750 clusterd:clusterd +\/srv\/none-such\/state$/m);
  });

  it('changes nothing the second time', async () => {
    const { prefix } = await installed();
    const before = contentOf(prefix);
    const again = await clusterd('install', '--prefix', prefix);
    expect([again.status, again.out]).toEqual([0, 'nothing is to be changed\n']);
    expect(contentOf(prefix)).toEqual(before);
  });

  it('never overwrites what was edited: the new version goes beside it, once', async () => {
    const { prefix, home } = await installed();
    const script = join(home, 'chat-scripts/sun-obp.chat');
    const shipped = readFileSync(script, 'utf8');
    appendFileSync(script, '# mine\n');
    appendFileSync(join(home, 'CList'), '# mine\n');
    const quiet = await clusterd('install', '--prefix', prefix);
    expect(quiet.out).toBe('nothing is to be changed\n');
    // As after an older version: what was placed then is not what is shipped now.
    const manifest = join(home, '.installed.json');
    const text = readFileSync(manifest, 'utf8');
    const older = text.replace(/("[^"]*sun-obp\.chat": ")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`);
    expect(older).not.toBe(text);
    writeFileSync(manifest, older);
    const { status, out } = await clusterd('install', '--prefix', prefix);
    expect([status, out]).toEqual([0, expect.stringContaining(`edited     ${script} stays`)]);
    expect(readFileSync(script, 'utf8')).toBe(`${shipped}# mine\n`);
    expect(readFileSync(`${script}.new`, 'utf8')).toBe(shipped);
    expect(readFileSync(join(home, 'CList'), 'utf8')).toMatch(/# mine\n$/);
    expect(existsSync(join(home, 'CList.new'))).toBe(false);
    rmSync(`${script}.new`);
    expect((await clusterd('install', '--prefix', prefix)).out).toBe('nothing is to be changed\n');
  });

  it('brings up to date what nobody has edited', async () => {
    const { prefix, home } = await installed();
    const script = join(home, 'chat-scripts/lib/obp.chat');
    const shipped = readFileSync(script, 'utf8');
    writeFileSync(script, 'older\n');
    const manifest = join(home, '.installed.json');
    const digest = createHash('sha256').update('older\n').digest('hex');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace(/("[^"]*obp\.chat": ")[0-9a-f]{64}/, `$1${digest}`));
    await clusterd('install', '--prefix', prefix);
    expect(readFileSync(script, 'utf8')).toBe(shipped);
  });

  it('leaves a CList alone that was there before', async () => {
    const prefix = freshPrefix();
    const home = join(prefix, 'var/lib/clusterd');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'CList'), 'mine\n');
    expect((await clusterd('install', '--prefix', prefix)).status).toBe(0);
    expect(readFileSync(join(home, 'CList'), 'utf8')).toBe('mine\n');
    const purged = await clusterd('uninstall', '--prefix', prefix, '--purge');
    expect(purged.out).toContain(`kept       ${home}: it was there before`);
    expect(readFileSync(join(home, 'CList'), 'utf8')).toBe('mine\n');
  });

  it.runIf(process.getuid?.() !== 0)('needs root without a prefix, and says so', async () => {
    const { status, err } = await clusterd('install');
    expect([status, err]).toEqual([1, expect.stringMatching(/only root .*\n.*--dry-run/)]);
  });

  it('refuses paths that a shell or systemd would take apart', async () => {
    const { status, err } = await clusterd('install', '--prefix', '/tmp/a b');
    expect([status, err]).toEqual([1, expect.stringContaining('/tmp/a b cannot stand in')]);
  });
});

describe('clusterd uninstall', { timeout: LONG_MS }, () => {
  it('leaves CLUSTER_HOME and nothing else, and with --purge nothing', async () => {
    const { prefix, home } = await installed();
    appendFileSync(join(home, 'chat-scripts/sun-obp.chat'), '# mine\n');
    const before = contentOf(home);
    const { status, out } = await clusterd('uninstall', '--prefix', prefix);
    expect([status, out]).toEqual([0, expect.stringContaining(`kept       ${home}`)]);
    const { [join(home, '.installed.json')]: _, ...left } = contentOf(home);
    const { [join(home, '.installed.json')]: __, ...all } = before;
    expect(left).toEqual(all);
    for (const [path] of PLACED.slice(0, 10)) expect(existsSync(join(prefix, path))).toBe(false);
    expect((await clusterd('uninstall', '--prefix', prefix, '--purge')).status).toBe(0);
    expect(existsSync(prefix)).toBe(false);
    expect((await clusterd('uninstall', '--prefix', prefix)).err).toContain(
      'nothing was installed',
    );
  });

  it('keeps what was edited outside of CLUSTER_HOME, too, and says so', async () => {
    const { prefix } = await installed();
    const unit = join(prefix, 'etc/systemd/system/clusterd.service');
    appendFileSync(unit, '# mine\n');
    const { out } = await clusterd('uninstall', '--prefix', prefix);
    expect(out).toContain(`kept       ${unit}: it was edited`);
    expect([existsSync(unit), existsSync(join(prefix, 'etc/init.d'))]).toEqual([true, false]);
  });

  it('shows with --dry-run what it would remove', async () => {
    const { prefix } = await installed();
    const before = contentOf(prefix);
    const { status, out } = await clusterd('uninstall', '--prefix', prefix, '--purge', '--dry-run');
    expect([status, out]).toEqual([0, expect.stringContaining('remove     ')]);
    expect(contentOf(prefix)).toEqual(before);
  });

  it('can be installed again over what stayed', async () => {
    const { prefix } = await installed();
    const before = contentOf(prefix);
    await clusterd('uninstall', '--prefix', prefix);
    await clusterd('install', '--prefix', prefix);
    expect(Object.keys(contentOf(prefix))).toEqual(Object.keys(before));
    await clusterd('uninstall', '--prefix', prefix, '--purge');
    expect(existsSync(dirname(join(prefix, 'etc')))).toBe(false);
  });
});
