/** What is told at a start of logins over ssh, and what such a console is called between daemons. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Cluster } from '../../src/clist/cluster.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { consolesOf } from '../../src/daemon/cluster-claims.ts';
import { sshTroubles } from '../../src/daemon/missing-ssh.ts';

const directory = mkdtempSync(join(tmpdir(), 'ssh-parts-'));
const file = join(directory, 'file');
writeFileSync(file, 'x\n', { mode: 0o600 });
const open = join(directory, 'open');
writeFileSync(open, 'x\n');
chmodSync(open, 0o644);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function clusterWith(lines: string): Cluster {
  const text = `cluster demo
  script sun-obp
  on-silence confirm
  node n1
    identity 80aa0001
    boot-path /a
    ${lines}
  node n2
    console ssh port2@LOCALHOST key=${file} command="connect  2"
    identity 80aa0002
    boot-path /a
`;
  const [cluster] = parseClist('CList', text).clusters;
  if (cluster === undefined) throw new Error('wrong');
  return cluster;
}

it.each([
  ['all is there', `console ssh a@ts1 key=${file} known-hosts=${file}`, []],
  ['no key', 'console ssh a@ts1 key=/no/key', ['the secret file /no/key does not exist']],
  [
    'a key that others read, for both',
    `console ssh a@ts1 key=${open}\n    admin ssh a@n1 key=${open}`,
    [`the secret file ${open} can be read by group or others`],
  ],
  [
    'no password, no agent, no host keys',
    'console tcp ts1:1\n    admin ssh a@n1 password=@env:NO_SUCH agent=yes known-hosts=/no/hosts',
    [
      'the environment variable NO_SUCH is not set',
      'there is no ssh agent: SSH_AUTH_SOCK is not set',
      'the file of host keys /no/hosts cannot be read',
    ],
  ],
])('%s', (_name, lines, expected) => {
  const [node] = clusterWith(lines).nodes;
  expect(sshTroubles(node, {}).map(({ what }) => what)).toEqual(expected);
});

it('is one console for all daemons of the host', async () => {
  expect(await consolesOf(clusterWith(`console ssh a@TS1. key=${file}`))).toEqual([
    'console ssh a@ts1:22 shell',
    expect.stringMatching(/^console ssh port2@localhost:22 [0-9a-f]{16}$/),
  ]);
});
