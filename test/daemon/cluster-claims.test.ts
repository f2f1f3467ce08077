/** How consoles are claimed on this host: the same one under the same words, and no secret shown. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Cluster, ConsoleAddress } from '../../src/clist/cluster.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { consolesOf } from '../../src/daemon/cluster-claims.ts';
import { GOOD } from '../clist/sample.ts';

const directory = mkdtempSync(join(tmpdir(), 'claims-'));
const socket = join(directory, 'socket');
writeFileSync(socket, '');
symlinkSync(socket, join(directory, 'link'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function claims(...consoles: [ConsoleAddress, ConsoleAddress]): Promise<string[]> {
  const [cluster] = parseClist('CList', GOOD).clusters;
  if (cluster === undefined) return [];
  const [first, second] = cluster.nodes;
  const nodes: Cluster['nodes'] = [
    { ...first, console: consoles[0] },
    { ...second, console: consoles[1] },
  ];
  return consolesOf({ ...cluster, nodes });
}

it('a unix socket by its real path', async () => {
  const [direct, linked] = await claims(
    { kind: 'unix', path: socket },
    { kind: 'unix', path: join(directory, 'link') },
  );
  expect([direct, linked]).toEqual([`console ${socket}`, `console ${socket}`]);
});

it('a program by its words, without showing them', async () => {
  const argv = ['/usr/bin/ipmitool', '-H', 'bmc1', '-P', 'geheim', 'sol', 'activate'];
  const [first, same] = await claims({ kind: 'exec', argv }, { kind: 'exec', argv: [...argv] });
  expect(first).toMatch(/^console exec ipmitool [0-9a-f]{16}$/);
  expect(same).toBe(first);
  const [joined, cut] = await claims(
    { kind: 'exec', argv: ['a', 'b c'] },
    { kind: 'exec', argv: ['a', 'b', 'c'] },
  );
  expect(joined).not.toBe(cut);
});
