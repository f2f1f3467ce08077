import { expect, it } from 'vitest';
import type { ConsoleAddress } from '../../src/clist/cluster.ts';
import { formatConsole, isOnHost } from '../../src/clist/console-place.ts';

const ipmitool = ['ipmitool', '-H', 'BMC1', '-P', 'geheim', '-e', '\x1f', 'sol', 'activate'];

it.each<[ConsoleAddress, string]>([
  [{ kind: 'telnet', host: '2001:db8::1', port: 23 }, 'telnet [2001:db8::1]:23'],
  [{ kind: 'tcp', host: 'ts1', port: 7001 }, 'tcp ts1:7001'],
  [{ kind: 'serial', path: '/dev/ttyS0', baud: 9600 }, 'serial /dev/ttyS0'],
  [{ kind: 'unix', path: '/run/n1' }, 'unix /run/n1'],
  [{ kind: 'exec', argv: ipmitool }, 'exec ipmitool -H BMC1 -P *** -e "\\u001f" sol activate'],
  [{ kind: 'exec', argv: ['x', '--token=geheim', 'a b', ''] }, 'exec x *** "a b" ""'],
])('is shown as in CList, without secrets: %j', (console, shown) => {
  expect(formatConsole(console)).toBe(shown);
});

it('a program comes through the host that it is told to go to', () => {
  expect(isOnHost({ kind: 'exec', argv: ipmitool }, 'bmc1')).toBe(true);
  expect(isOnHost({ kind: 'exec', argv: ['ssh', '-tt', 'root@ts1'] }, 'ts1')).toBe(true);
  expect(isOnHost({ kind: 'exec', argv: ['console', 'n1'] }, 'ts1')).toBe(false);
});
