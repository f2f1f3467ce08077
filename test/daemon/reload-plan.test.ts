import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bindTarget } from '../../src/clist/bind-target.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { planReload } from '../../src/daemon/reload-plan.ts';
import type { SoundCluster } from '../../src/home/load-home.ts';
import { shipped } from '../proof/edited.ts';

const CLIST = readFileSync(fileURLToPath(new URL('../../CList', import.meta.url)), 'utf8');
const { program } = shipped();

function read(text: string): SoundCluster[] {
  const { clusters, diagnostics } = parseClist('CList', text);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return clusters.map((cluster) => ({ cluster, program, target: bindTarget(cluster, program) }));
}

const watched = new Map(read(CLIST).map((one) => [one.cluster.name, one]));
const plan = (text: string) =>
  planReload(watched, read(text)).map((change) => ({ ...change, sound: undefined }));

describe('a new reading of CList', () => {
  it.each([
    ['the same', CLIST],
    ['another comment', CLIST.replace('# The demo:', '# Our demo:')],
    ['lines that moved', `# one more\n\n${CLIST}`],
  ])('%s: nothing happens', (_, text) => {
    expect(text === CLIST).toBe(_ === 'the same');
    expect(plan(text)).toMatchObject([{ kind: 'same', name: 'demo' }]);
  });

  it.each([
    ['tap-interval      5s', 'tap-interval      6s', ['settings'], []],
    ['promise       8m', 'promise       9m', ['the promise'], []],
    ['every 1s dead after 4s', 'every 1s dead after 5s', ['network addresses or times'], []],
    ['plug=n1', 'plug=n9', ['power devices'], []],
    ['telnet 127.0.0.1:7002', 'telnet 127.0.0.1:7009', ['the console of n2'], [1]],
    ['on-silence    power', 'on-silence    confirm', ['settings'], []],
  ])('%s -> %s', (from, to, what, reconnect) => {
    expect(CLIST).toContain(from);
    expect(plan(CLIST.replace(from, to))).toMatchObject([{ kind: 'changed', what, reconnect }]);
  });

  it('other nodes: it begins anew; another alarm command does not cost the consoles', () => {
    const renamed = CLIST.replace('node n2', 'node n3');
    expect(plan(renamed)).toMatchObject([{ kind: 'replaced', what: ['the names of its nodes'] }]);
    const told = CLIST.replace('promise       8m', 'promise 8m\n  alarm-command /bin/true');
    expect(plan(told)).toMatchObject([
      { kind: 'changed', what: ['its alarm command'], reconnect: [] },
    ]);
  });

  it('clusters come and go', () => {
    const other = CLIST.replace('cluster demo', 'cluster prod');
    expect(plan(other)).toMatchObject([
      { kind: 'new', name: 'prod' },
      { kind: 'gone', name: 'demo' },
    ]);
  });

  it('another script', () => {
    const [one] = watched.values();
    if (one === undefined) throw new Error('no cluster');
    const edited = { ...program, states: program.states.slice(1) };
    expect(planReload(watched, [{ ...one, program: edited }])).toMatchObject([
      { kind: 'changed', what: ['its script'], reconnect: [] },
    ]);
  });
});
