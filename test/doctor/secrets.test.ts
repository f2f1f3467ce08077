import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseClist } from '../../src/clist/parse.ts';
import type { DoctorCheck } from '../../src/doctor/check.ts';
import { tellSecrets } from '../../src/doctor/files.ts';

const directory = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('every secret of a node is tried, wherever CList names it', () => {
  const open = join(directory, 'open');
  const closed = join(directory, 'closed');
  writeFileSync(open, 'x', { mode: 0o644 });
  writeFileSync(closed, 'y', { mode: 0o600 });
  const { clusters } = parseClist(
    'CList',
    `cluster c
  script sun-obp
  on-silence confirm
  service tcp 192.0.2.10:25
  reference ping 192.0.2.254
  node n1
    console ssh sc@192.0.2.1 password=@file:${closed}
    login alom user=admin password=@file:${open}
    power via alom telnet 192.0.2.1:23 password=@file:${open}
    power level 2 fence_apc ip=192.0.2.7 plug=1 password=@file:${closed}
    admin ssh root@192.0.2.3 password=@file:${open}
    identity 83a54dc7
    boot-path /disk
  node n2
    console telnet 192.0.2.2:23
    identity 83a54f12
    boot-path /disk
`,
  );
  const checks: DoctorCheck[] = [];
  const [cluster] = clusters;
  if (cluster !== undefined) tellSecrets(cluster, (check) => checks.push(check));
  expect(checks.map(({ where, verdict }) => `${where} ${verdict}`).sort()).toEqual([
    'n1 fail',
    'n1 fail',
    'n1 fail',
    'n1 ok',
    'n1 ok',
  ]);
  expect(checks.filter(({ text }) => text.includes(open))).toHaveLength(3);
});
