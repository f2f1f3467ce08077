import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseClist } from '../../src/clist/parse.ts';
import { readDemoCluster, writeDemoList } from '../../src/demo/demo-clist.ts';

const shipped = readFileSync(new URL('../../CList', import.meta.url), 'utf8');
const PORTS = { consoles: [8001, 8002], power: 8003, service: 8004, reference: 8005 } as const;
const CHANGE = {
  ports: PORTS,
  onSilence: 'power',
  today: '2026-11-22',
  unbounded: false,
  admins: ['ssh root@127.0.0.1:1 key="/a b/key"', 'ssh root@127.0.0.1:2 key=/c/key'],
} as const;

test('the shipped list with other ports', () => {
  const text = writeDemoList(readDemoCluster(shipped), CHANGE);
  const { clusters, diagnostics } = parseClist('CList', text);
  expect(diagnostics).toEqual([]);
  const before = parseClist('CList', shipped).clusters[0];
  expect(clusters[0]?.service).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 8004 });
  expect(clusters[0]?.settings).toEqual(before?.settings);
  expect(readDemoCluster(text).ports).toEqual(PORTS);
  const admins = clusters[0]?.nodes.map(({ admin }) => [admin?.port, admin?.key]);
  expect(admins).toEqual([
    [1, '/a b/key'],
    [2, '/c/key'],
  ]);
});

test.each(['power', 'confirm', 'trust'] as const)('on-silence %s', (onSilence) => {
  const text = writeDemoList(readDemoCluster(shipped), { ...CHANGE, onSilence });
  const { clusters, diagnostics } = parseClist('CList', text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(clusters[0]?.onSilence).toBe(onSilence);
  const day = onSilence === 'trust' ? '2026-11-22' : null;
  expect(clusters[0]?.parkingSurvivedPowerCycle).toBe(day);
});

test('other clusters of the file never come into the demo', () => {
  const other = '\ncluster pki\n  script sun-obp\n  node x\n    console telnet 10.0.0.1:7001\n';
  for (const text of [shipped + other, other + shipped]) {
    const list = writeDemoList(readDemoCluster(text), CHANGE);
    expect(parseClist('CList', list).clusters.map(({ name }) => name)).toEqual(['demo']);
    expect(list).not.toContain('pki');
  }
});

test.each([
  ['no cluster demo', shipped.replace(/^cluster demo/m, 'cluster other'), "no cluster 'demo'"],
  ['a mistake', shipped.replace(/^ *on-silence.*$/m, ''), "no right cluster 'demo'"],
  ['a real console', shipped.replace('127.0.0.1:7001', '10.0.0.1:7001'), 'more than simulated'],
  ['a real service', shipped.replace('127.0.0.1:7004', '10.0.0.1:7004'), 'more than simulated'],
  ['a real power switch', shipped.replace('fence_sim', 'fence_apc'), 'more than simulated'],
  ['a real address of it', shipped.replace('ip=127.0.0.1', 'ip=10.0.0.1'), 'more than simulated'],
  ['a serial line', shipped.replace('telnet 127.0.0.1:7002', 'serial /dev/ttyS0 9600'), 'telnet'],
])('refused: %s', (_, text, why) => {
  expect(text).not.toBe(shipped);
  expect(() => readDemoCluster(text)).toThrow(why);
});
