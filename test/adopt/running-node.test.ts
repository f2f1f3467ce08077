/** What commands on a running node say, believed and not believed: the shipped library, a fake shell. */
import { describe, expect, it } from 'vitest';
import { RunningNode } from '../../src/adopt/running-node.ts';
import type { CommandResult } from '../../src/transport/command.ts';
import { shippedEngine } from './library.ts';

const engine = shippedEngine();

type Answer = string | Partial<CommandResult>;

/** Answers by the beginning of the command; what is not known is not found. */
function nodeThat(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const run = async (command: string): Promise<CommandResult> => {
    asked.push(command);
    const known = Object.keys(answers).find((one) => command.startsWith(one));
    const answer = known === undefined ? { status: 127, output: 'not found' } : answers[known];
    const result = typeof answer === 'string' ? { output: answer } : answer;
    return { outcome: 'exited', status: 0, output: '', ...result };
  };
  return { asked, node: new RunningNode(engine, 0, { name: 'root@n1', run }) };
}

const EEPROM = '/usr/sbin/eeprom';

describe('the identity', () => {
  it('is the whole line', async () => {
    const { node } = nodeThat({ '/usr/bin/hostid': 'motd of some login\r\n83a54dc7\r\n' });
    expect(await node.identity()).toBe('83a54dc7');
  });
  it.each(['', '83a54dc', 'hostid: 83a54dc7', '83a54dc7 83a54f12'])(
    'is not in %j',
    async (text) => {
      await expect(nodeThat({ '/usr/bin/hostid': text }).node.identity()).rejects.toThrow(
        /n1 \(root@n1\): \/usr\/bin\/hostid: not the answer that fits/,
      );
    },
  );
});

describe('a value', () => {
  const read = (output: Answer, variable = 'auto-boot?') =>
    nodeThat({ [EEPROM]: output }).node.read(variable);

  it('is what stands behind the name', async () => {
    expect(await read('auto-boot?=true\n')).toBe('true');
    expect(await read('boot-device=disk net\n', 'boot-device')).toBe('disk net');
    expect(await read('boot-device=/pci@1c/x=y disk2\n', 'boot-device')).toBe('/pci@1c/x=y disk2');
  });
  it('may be none', async () => {
    expect(await read('boot-file: data not available.\n', 'boot-file')).toBe(null);
  });
  it.each([
    ['auto-boot-on-error?=true', /auto-boot\? was not shown/],
    ['xauto-boot?=true', /was not shown/],
    ['', /was not shown; nothing came back/],
    ['eeprom: cannot open /dev/openprom: Permission denied', /not-root; it said: eeprom: cannot/],
    ['boot-file: data not available.', /was not shown/],
  ])('is not in %j', async (output, why) => {
    await expect(read(`${output}\n`)).rejects.toThrow(why);
  });
  it('is refused when no shell and no prompt could write it back', async () => {
    await expect(read('auto-boot?=tr\x1bue\n')).rejects.toThrow(/cannot be written back/);
  });
  it('asks for the name as it is, between quotes', async () => {
    const { node, asked } = nodeThat({ [EEPROM]: 'auto-boot?=true' });
    await node.read('auto-boot?');
    expect(asked).toEqual(["/usr/sbin/eeprom 'auto-boot?'"]);
  });
});

describe('a write', () => {
  const write = (output: Answer) =>
    nodeThat({ [EEPROM]: output }).node.write('auto-boot?', 'false');

  it('says nothing when it is well', async () => {
    await expect(write('')).resolves.toBe(undefined);
  });
  it.each([
    ['auto-boot?: invalid property.\n', /no-such-variable/],
    ['eeprom: OPROMSETOPT: Invalid argument\n', /refused-value/],
    [{ output: 'eeprom: cannot open /dev/openprom: Permission denied\n', status: 1 }, /not-root/],
    [{ output: 'core dumped', status: 139 }, /exit status 139; it said: core dumped/],
    [{ outcome: 'timeout', status: null }, /no end within 30 s/],
    [
      { outcome: 'not-started', status: null, output: 'no route to host' },
      /could not be asked; it said: no route/,
    ],
    [{ output: 'lost: connection reset', status: 255 }, /exit status 255/],
  ] as const)('%j fails', async (answer, why) => {
    await expect(write(answer)).rejects.toThrow(why);
  });
});

describe('whether values may be changed there', () => {
  const well = {
    '/usr/bin/uname': 'SunOS sun4u',
    '/usr/bin/id': 'uid=0(root) gid=0(root)',
    [EEPROM]: 'security-mode=none',
  };
  it('is so for root on sun4u without a password', async () => {
    await expect(nodeThat(well).node.check()).resolves.toBe(undefined);
  });
  it.each([
    [{ '/usr/bin/uname': 'SunOS sun4v' }, /not-sun4u/],
    [{ '/usr/bin/uname': 'Linux x86_64' }, /not-solaris/],
    [{ '/usr/bin/id': 'uid=100(anna) gid=1' }, /not-root/],
    [{ [EEPROM]: 'security-mode=command' }, /secured/],
    [{ [EEPROM]: 'security-mode: data not available.' }, /not the answer that fits/],
  ])('%j is in the way', async (bad, why) => {
    await expect(nodeThat({ ...well, ...bad }).node.check()).rejects.toThrow(why);
  });
});

describe('where it was booted from', () => {
  const from = (output: string, paths = ['/pci@1c/disk@0,0:a', '/pci@1d/disk@0,0:a']) =>
    nodeThat({ '/bin/sh': output }).node.bootedFrom(paths);

  it('is one of the paths, or another', async () => {
    expect(await from("        bootpath:  '/pci@1d/disk@0,0:a'\n")).toBe(true);
    expect(await from("        bootpath:  '/pci@1e/disk@0,0:a'\n")).toBe(false);
    expect(await from("        bootpath:  '/pci@1d/disk@0,0:aa'\n")).toBe(false);
  });
});
