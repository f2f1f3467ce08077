/** Edits of CList and scripts under the running program. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, silentConsoles, waitFor } from './program.ts';
import { cluster, Home, script } from './reload-home.ts';

afterEach(cleanUp);

describe('reload', () => {
  it('tells of an edit at once, changes nothing before it is asked, and then drops no console', async () => {
    const home = await Home.start();
    const both = [cluster('a', home.ports, 'promise 9m'), cluster('b', home.ports.slice(2))];
    home.edit(...both);
    await home.said(/an edit waits for `clusterd reload`: a: the promise changed/);
    await waitFor(
      () => /an edit waits/.test(home.log('a')),
      20_000,
      () => home.log('a'),
    );
    const listed = await clusterd(home.path, 'status');
    expect(listed.out).toMatch(/an edit waits for `clusterd reload`: a: the promise changed/);
    const reply = await clusterd(home.path, 'reload');
    expect(reply).toMatchObject({ status: 0, out: 'a: the promise changed\n' });
    await home.until('a', ({ status }) => status?.state === 'watch');
    expect(home.log('a')).toMatch(/reloaded by .*: a: the promise changed/);
    for (const node of ['a1', 'a2', 'b1', 'b2']) expect(await home.connects(node)).toBe(1);
    expect(home.log('b')).not.toMatch(/reloaded/);
    expect((await clusterd(home.path, 'reload')).out).toBe('nothing has changed\n');
    expect((await clusterd(home.path, 'status')).out).not.toMatch(/an edit/);
  }, 60_000);

  it('a broken edit of CList, of a script, and both gone: nothing changes, each is told', async () => {
    const home = await Home.start();
    home.edit(cluster('a', home.ports), 'cluster b\n  scirpt plain\n');
    await home.said(/an edit has mistakes, nothing changes: .*CList:\d+:\d+/);
    const refused = await clusterd(home.path, 'reload');
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/nothing changes, there are mistakes:/);
    home.edit(cluster('a', home.ports), cluster('b', home.ports.slice(2)));
    home.editScript(script('watches').replace('-> held', '-> hold'));
    await home.said(/plain\.chat:8:\d+/);
    expect((await clusterd(home.path, 'reload')).status).toBe(1);
    rmSync(join(home.path, 'CList'));
    await home.said(/there is no cluster list/);
    expect((await clusterd(home.path, 'reload')).status).toBe(1);
    for (const name of ['a', 'b']) {
      expect((await home.daemon.status(name)).status?.state).toBe('watch');
    }
    expect(await home.connects('b1')).toBe(1);
  }, 60_000);

  it('a script that is replaced by rename, behind a symbolic link, is noticed', async () => {
    const home = await Home.start();
    const elsewhere = join(home.path, 'elsewhere');
    mkdirSync(elsewhere);
    const file = join(home.path, 'chat-scripts/plain.chat');
    writeFileSync(join(elsewhere, 'plain.chat'), script('watches all'));
    symlinkSync(join(elsewhere, 'plain.chat'), `${file}.new`);
    renameSync(`${file}.new`, file);
    await home.said(/a: its script changed; b: its script changed/);
    writeFileSync(join(elsewhere, 'fresh'), script('watches everything'));
    renameSync(join(elsewhere, 'fresh'), join(elsewhere, 'plain.chat'));
    expect((await clusterd(home.path, 'reload')).status).toBe(0);
    await home.until('a', ({ status }) => status?.summary === 'watches everything');
    await home.until('b', ({ status }) => status?.summary === 'watches everything');
  }, 60_000);

  it('waits for a state of rest, and says so', async () => {
    const home = await Home.start();
    for (const name of ['a', 'b']) await home.daemon.arm(name);
    await home.until('a', ({ status }) => status?.state === 'watch' && status.inhibited === null);
    await clusterd(home.path, 'hold', 'a');
    home.edit(cluster('a', home.ports, 'promise 9m'), cluster('b', home.ports.slice(2)));
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/a: the promise changed: when it comes to rest/);
    expect((await clusterd(home.path, 'status')).out).toMatch(/when it comes to rest: a/);
    await waitFor(
      () => /reloaded by/.test(home.log('a')),
      20_000,
      () => home.log('a'),
    );
    expect(home.log('a')).toMatch(/busy -> watch[\s\S]*applied, asked for by[\s\S]*reloaded by/);
  }, 60_000);

  it('clusters come and go, and a new one is disarmed', async () => {
    const home = await Home.start();
    await home.daemon.arm('a');
    const [third = 0, fourth = 0] = await silentConsoles(2);
    home.edit(cluster('a', home.ports), cluster('c', [third, fourth]));
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/c: new, disarmed until you arm it/);
    expect(reply.out).toMatch(/b: gone from CList, no longer watched/);
    await home.until('c', ({ status }) => status?.state === 'watch');
    expect((await home.daemon.status('c')).status?.inhibited).toMatch(/^disarmed/);
    expect((await home.daemon.status('a')).status?.inhibited).toBeNull();
    expect((await clusterd(home.path, 'status', 'b')).err).toMatch(/no cluster 'b'/);
    home.edit(cluster('a', home.ports), cluster('b', home.ports.slice(2)));
    expect((await clusterd(home.path, 'reload')).status).toBe(0);
    await home.until('b', ({ status }) => status?.state === 'watch');
  }, 60_000);

  it('applies by itself where CList says so; a hundred edits in a second are one', async () => {
    const home = await Home.start('site\n  auto-apply yes\n');
    for (let edit = 1; edit <= 100; edit++) {
      home.edit(
        'site\n  auto-apply yes\n',
        cluster('a', home.ports, `promise ${edit}m`),
        cluster('b', home.ports.slice(2)),
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await waitFor(
      () => /auto-apply/.test(home.log('a')),
      20_000,
      () => home.log('a'),
    );
    await clusterd(home.path, 'reload');
    const times = home.log('a').match(/reloaded by/g)?.length ?? 0;
    expect(times).toBeGreaterThanOrEqual(1);
    expect(times).toBeLessThanOrEqual(4);
    expect(home.log('b')).not.toMatch(/reloaded by/);
  }, 60_000);

  it('alarms go where the site says now, and nothing else notices', async () => {
    const home = await Home.start();
    const out = join(home.path, 'told');
    const program = join(home.path, 'page');
    writeFileSync(program, `#!/bin/sh\necho "$CLUSTERD_EVENT" >> "${out}"\n`, { mode: 0o755 });
    const clusters = [cluster('a', home.ports), cluster('b', home.ports.slice(2))];
    home.edit(`site\n  alarm-command ${program}\n  metrics 127.0.0.1:1\n`, ...clusters);
    await home.said(/an edit waits for `clusterd reload`: site: where alarms go changed/);
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/site: where alarms go changed; try it: clusterd test-alarm\n/);
    expect(reply.out).toMatch(/site: the address of the metrics changed/);
    expect((await clusterd(home.path, 'test-alarm')).out).toMatch(/^delivered {2}.*page\n$/);
    expect(readFileSync(out, 'utf8')).toBe('test\n');
    expect((await clusterd(home.path, 'reload')).out).toMatch(/nothing has changed/);
    expect(home.log('a')).not.toMatch(/reloaded by/);
  }, 60_000);

  it('SIGHUP does it, too', async () => {
    const home = await Home.start();
    home.edit(cluster('a', home.ports, 'promise 9m'), cluster('b', home.ports.slice(2)));
    home.daemon.kill('SIGHUP');
    await home.said(/reload: a: the promise changed/);
  }, 60_000);

  it('a storm of SIGHUPs is two readings, and keeps nobody waiting', async () => {
    const home = await Home.start();
    for (let time = 0; time < 30; time++) {
      home.daemon.kill('SIGHUP');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await clusterd(home.path, 'reload')).out).toBe('nothing has changed\n');
    const readings = home.daemon.err.match(/reload: nothing has changed/g)?.length ?? 0;
    expect(readings).toBeGreaterThanOrEqual(1);
    expect(readings).toBeLessThanOrEqual(4);
  }, 60_000);
});
