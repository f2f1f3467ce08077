/** Consoles that change hands in a reload: one belongs to one cluster at any instant. */
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, clusterd, makeHome, RunningDaemon, silentConsoles, waitFor } from './program.ts';
import { cluster, Home, script } from './reload-home.ts';

afterEach(cleanUp);

/** Both armed, and `a` in a state that is not of rest for 12 s. */
async function busyHome(): Promise<Home> {
  const home = await Home.start();
  for (const name of ['a', 'b']) await home.daemon.arm(name);
  await home.until('a', ({ status }) => status?.state === 'watch' && status.inhibited === null);
  await clusterd(home.path, 'hold', 'a');
  return home;
}

describe('a console that changes hands', () => {
  it('is not taken by a renamed cluster before the old one, under way, gives it up', async () => {
    const home = await busyHome();
    home.edit(cluster('c', home.ports), cluster('b', home.ports.slice(2)));
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/^c: new: when a, which has its console, comes to rest$/m);
    expect(reply.out).toMatch(/^a: gone from CList, no longer watched: when it comes to rest$/m);
    expect((await clusterd(home.path, 'status', 'c')).err).toMatch(/no cluster 'c'/);
    await home.said(/reload: c: new, disarmed until you arm it/);
    await home.until('c', ({ status }) => status?.state === 'watch');
    expect(home.log('a')).toMatch(/busy -> watch/);
    expect((await clusterd(home.path, 'status', 'a')).err).toMatch(/no cluster 'a'/);
  }, 60_000);

  it('is exchanged only when both are at rest', async () => {
    const home = await busyHome();
    const [first = 0, second = 0, third = 0, fourth = 0] = home.ports;
    home.edit(cluster('a', [first, fourth]), cluster('b', [third, second]));
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/^b: the console of b2, settings changed: when a, which has its/m);
    expect(home.log('b')).not.toMatch(/reloaded by/);
    await home.said(/reload: a: the console of a2, settings changed\n.*reload: b: the console/);
    await home.until('b', ({ status }) => status?.state === 'watch');
  }, 60_000);

  it('is not taken from another daemon', async () => {
    const home = await Home.start();
    const [first = 0, second = 0, third = 0, fourth = 0] = home.ports;
    const [others = 0, more = 0] = await silentConsoles(2);
    const other = makeHome(cluster('o', [others, more]), {
      'plain.chat': script('watches'),
    });
    await RunningDaemon.start(other);
    home.edit(cluster('a', [first, more]), cluster('b', [third, second]));
    const reply = await clusterd(home.path, 'reload');
    const taken = new RegExp(
      `^a: .* changed; NOT APPLIED: its console localhost:${more} is in the hands of .*${other}`,
      'm',
    );
    expect(reply.err).toMatch(taken);
    expect(reply.err).toMatch(/^b: .* changed; NOT APPLIED: a keeps a console that it wants$/m);
    expect(reply.status).toBe(1);
    const connected = await home.daemon.status('a');
    expect(connected.status?.nodes.map(({ channel }) => channel)).toEqual([
      'connected',
      'connected',
    ]);
    home.edit(cluster('a', home.ports), cluster('b', [third, fourth]));
    expect((await clusterd(home.path, 'reload')).out).toBe('nothing has changed\n');
  }, 60_000);
});

describe('a change that waits for rest', () => {
  it('does not happen when its edit was undone', async () => {
    const home = await busyHome();
    home.edit(cluster('b', home.ports.slice(2)));
    expect((await clusterd(home.path, 'reload')).out).toMatch(/a: gone.*when it comes to rest/);
    home.edit(cluster('a', home.ports), cluster('b', home.ports.slice(2)));
    await home.said(/a: gone from CList, no longer watched: does not wait any more/);
    await waitFor(
      () => /busy -> watch/.test(home.log('a')),
      20_000,
      () => home.log('a'),
    );
    await clusterd(home.path, 'reload');
    expect((await home.daemon.status('a')).status?.state).toBe('watch');
    expect(home.log('a')).not.toMatch(/applied/);
  }, 60_000);
});

describe('a cluster that comes back', () => {
  it('is said to be armed when its journal says so', async () => {
    const home = await Home.start();
    await home.daemon.arm('a');
    home.edit(cluster('b', home.ports.slice(2)));
    expect((await clusterd(home.path, 'reload')).status).toBe(0);
    home.edit(cluster('a', home.ports), cluster('b', home.ports.slice(2)));
    const reply = await clusterd(home.path, 'reload');
    expect(reply.out).toMatch(/^a: new, and ARMED: its journal says so$/m);
    expect((await home.daemon.status('a')).status?.inhibited).toBeNull();
  }, 60_000);

  it('that could not be watched and is gone from CList is not missed', async () => {
    const home = await Home.start();
    const [first = 0, second = 0] = await silentConsoles(2);
    const other = makeHome(cluster('o', [first, second]), {
      'plain.chat': script('watches'),
    });
    await RunningDaemon.start(other);
    const both = [cluster('a', home.ports), cluster('b', home.ports.slice(2))];
    home.edit(...both, cluster('d', [second, first]));
    expect((await clusterd(home.path, 'reload')).err).toMatch(/^d: new; NOT WATCHED: its console/m);
    home.edit(...both);
    await clusterd(home.path, 'reload');
    expect((await clusterd(home.path, 'status', 'd')).err).toMatch(/CList has no cluster 'd'/);
  }, 60_000);
});
