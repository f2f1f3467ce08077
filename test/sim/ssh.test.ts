/** sshd of the simulated nodes, asked by a real ssh: keys, variables, and what it does not do. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { readCommandLine } from '../../src/sim/shell-words.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import { writeSshFiles } from '../../src/sim/ssh-files.ts';
import { makeSshKeys } from '../../src/sim/ssh-server.ts';

const haveSsh = spawnSync('ssh', ['-V']).status === 0;
if (!haveSsh && process.env.CI !== undefined) throw new Error('ssh is missing: openssh-client');

describe('a command line', () => {
  it.each([
    ["/usr/sbin/eeprom 'auto-boot?=false'", [['/usr/sbin/eeprom', 'auto-boot?=false']]],
    ["a 'it'\\''s' ''", [['a', "it's", '']]],
    [
      'a -b | grep c',
      [
        ['a', '-b'],
        ['grep', 'c'],
      ],
    ],
    ['eeprom auto-boot?', null],
    ['a; b', null],
    ["a 'b", null],
    ['a |', null],
    ['a "$(b)"', null],
  ])('%s', (line, words) => {
    expect(readCommandLine(line)).toEqual(words);
  });
});

describe.skipIf(!haveSsh)('sshd of a simulated node (needs ssh)', () => {
  let folder: string;
  let site: Site;
  let listening: SiteListening;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sim-ssh-'));
    site = new Site({ nodes: [{ name: 'n1', start: 'new-running' }, { name: 'n2' }] }, systemClock);
    const keys = makeSshKeys();
    listening = await site.listen({ ssh: { keys, ports: [] } });
    writeSshFiles(folder, keys, Object.values(listening.ssh));
  });
  afterEach(async () => {
    await listening.close();
    site.powerDown();
    rmSync(folder, { recursive: true });
  });

  async function ssh(node: string, user: string, command: string) {
    const { host = '', port = 0 } = listening.ssh[node] ?? {};
    const options = [
      ...['-F', 'none', '-i', join(folder, 'id_ed25519'), '-o', 'IdentitiesOnly=yes'],
      ...['-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, '-o', 'BatchMode=yes'],
      ...['-o', 'StrictHostKeyChecking=yes', '-o', 'GlobalKnownHostsFile=none'],
    ];
    const child = spawn('ssh', [...options, '-p', String(port), `${user}@${host}`, command]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += chunk));
    const [status] = await once(child, 'close');
    return { output, status };
  }

  it('tells who it is and changes variables for root', async () => {
    expect(await ssh('n1', 'root', '/usr/bin/hostid')).toEqual({ output: '83a54dc7\n', status: 0 });
    const read = "/usr/sbin/eeprom 'auto-boot?'";
    expect((await ssh('n1', 'root', read)).output).toBe('auto-boot?=true\n');
    expect(await ssh('n1', 'root', "/usr/sbin/eeprom 'auto-boot?=false'")).toMatchObject({
      output: '',
      status: 0,
    });
    expect((await ssh('n1', 'root', read)).output).toBe('auto-boot?=false\n');
    expect((await ssh('n1', 'root', '/usr/sbin/eeprom boot-file')).output).toBe(
      'boot-file: data not available.\n',
    );
    const path = "/bin/sh -c '/usr/sbin/prtconf -pv | /bin/grep bootpath:'";
    expect((await ssh('n1', 'root', path)).output).toContain("'/pci@1c,600000/scsi@2/disk@0,0:a'");
  });

  it('lets others look at nothing that matters', async () => {
    const denied = await ssh('n1', 'operator', '/usr/sbin/eeprom boot-file=x');
    expect(denied.output).toContain('Permission denied');
    expect(denied.status).toBe(1);
    expect((await ssh('n1', 'nobody', '/usr/bin/id')).status).toBe(255);
  });

  it('shuts its system down for root', async () => {
    expect(await ssh('n1', 'operator', '/usr/sbin/init 0')).toMatchObject({ status: 1 });
    expect(site.node('n1').machine.isMultiUser).toBe(true);
    await ssh('n1', 'root', '/usr/sbin/init 0');
    expect(site.node('n1').machine.isMultiUser).toBe(false);
    expect((await ssh('n1', 'root', '/usr/bin/hostid')).status).toBe(255);
  });

  it('is not there where no system runs', async () => {
    expect((await ssh('n2', 'root', '/usr/bin/hostid')).status).toBe(255);
  });

  it('carries a command out and is cut before its answer', async () => {
    site.node('n1').ssh.cutsAfter = 0;
    const cut = await ssh('n1', 'root', '/usr/sbin/eeprom boot-command=boot');
    expect(cut.status).toBe(255);
    expect(site.story()).toContain('ssh root: /usr/sbin/eeprom boot-command=boot');
  });
});
