/**
 * The shipped access libraries of machines that the simulator does not have, against peers that are
 * told what to say: texts as in the manuals. What a real machine says is for the drill to find out.
 */
import { describe, expect, it } from 'vitest';
import { createAccessPower } from '../../src/access/access-power.ts';
import { AccessTransport } from '../../src/access/access-transport.ts';
import { LoginLedger } from '../../src/access/login-ledger.ts';
import type { PowerDevice } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import { TcpTransport } from '../../src/transport/tcp.ts';
import { until } from '../transport/until.ts';
import { loadLibrary, reveal, valuesOf } from './alom-site.ts';
import { type Rule, toldPeer } from './told-peer.ts';

const NOWHERE = { file: 'CList', line: 1, column: 1, endColumn: 2 };

function access(name: string, port: number, values: Readonly<Record<string, string>>) {
  const program = loadLibrary(name);
  const received: string[] = [];
  const ends: string[] = [];
  const transport = new AccessTransport(
    new TcpTransport({ host: '127.0.0.1', port }, systemClock),
    {
      program,
      patterns: compilePatterns({ matches: program.matches, harmless: [] }),
      login: { library: name, values: valuesOf(values), span: NOWHERE },
      reveal,
      ledger: new LoginLedger(systemClock),
      clock: systemClock,
      paceMs: 0,
      place: 'here:23',
      note: () => {},
      keepsBreak: false,
    },
  );
  const opened = transport.open({
    data: (bytes) => received.push(Buffer.from(bytes).toString('latin1')),
    modem: () => {},
    closed: ({ detail }) => ends.push(detail),
  });
  return { transport, opened, received, ends };
}

const SERVER: readonly Rule[] = [
  { typed: '', says: 'login: ' },
  { typed: 'me', says: 'Password: ' },
];
const TS = { user: 'me', password: 'pass-word-1', reached: 'Connected to port' };

describe('port-login', { timeout: 30_000 }, () => {
  it('logs in, and hands on what follows', async () => {
    const last = { typed: TS.password, hidden: true, says: 'Connected to port 7\r\n{0} ok ' };
    const peer = await toldPeer('Welcome\r\n', [...SERVER, last]);
    const { transport, opened, received } = access('port-login', peer.port, TS);
    await opened;
    await until(() => received.join('').includes('{0} ok '));
    expect(received.join('')).toBe('\n{0} ok ');
    expect(peer.lines).toEqual(['me', TS.password]);
    transport.close();
  });

  it('takes a late refusal for one', async () => {
    const last = { typed: TS.password, hidden: true, says: '\r\nLogin incorrect\r\nlogin: ' };
    const peer = await toldPeer('', [...SERVER, last]);
    await expect(access('port-login', peer.port, TS).opened).rejects.toThrow(
      /^login refused by here:23: it said "Login incorrect"/,
    );
  });

  it('says that a port is busy', async () => {
    const peer = await toldPeer('', [{ typed: '', says: 'Port already in use\r\n' }]);
    await expect(access('port-login', peer.port, TS).opened).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('"Port already in use"'),
    });
  });
});

describe('rsc', { timeout: 30_000 }, () => {
  it('logs in and sends a BREAK', async () => {
    const peer = await toldPeer('Please login: ', [
      { typed: '', says: 'Please login: ' },
      { typed: 'admin', says: 'Please Enter password: ' },
      { typed: 'secret-2', hidden: true, says: 'rsc> ' },
      { typed: 'console', says: 'Type ~. to exit\r\n' },
      { typed: '', says: 'prod console login: ' },
      { typed: '~.', key: true, says: '\r\nrsc> ' },
      { typed: 'break', says: 'rsc> ' },
      { typed: 'console', says: 'Type ~. to exit\r\n' },
    ]);
    const { transport, opened, ends } = access('rsc', peer.port, { password: 'secret-2' });
    await opened;
    await transport.sendBreak();
    expect(peer.lines).toEqual(['admin', 'secret-2', 'console', '~.', 'break', 'console']);
    expect(ends).toEqual([]);
    transport.close();
  });
});

const CONSOLE = 'Serial console started.  To stop, type #.\r\n';

describe('ilom', { timeout: 60_000 }, () => {
  it('starts the console, sends a BREAK, and sees that it was left', async () => {
    const peer = await toldPeer('\r\n-> ', [
      { typed: 'start -script /HOST/console', says: CONSOLE },
      { typed: '#.', key: true, says: '\r\n-> ' },
      {
        typed: 'set /HOST send_break_action=break',
        says: "Set 'send_break_action' to 'break'\r\n\r\n-> ",
      },
      { typed: 'start -script /HOST/console', says: `${CONSOLE}` },
      { typed: 'x', key: true, says: '\r\nSerial console terminated\r\n-> ' },
    ]);
    const { transport, opened, ends } = access('ilom', peer.port, {});
    await opened;
    await transport.sendBreak();
    expect(peer.lines).toHaveLength(4);
    transport.write(Buffer.from('x'));
    await until(() => ends.length > 0);
    expect(ends[0]).toContain('somebody else took the console of here:23');
  });

  it('is a power device: on, off, and nothing but a whole line', async () => {
    const show = (says: string): Rule => ({ typed: 'show /SYS power_state', says });
    const ask = async (says: string) => {
      const peer = await toldPeer('-> ', [show(`${says}\r\n\r\n-> `)]);
      const program = loadLibrary('ilom');
      const patterns = compilePatterns({ matches: program.matches, harmless: [] });
      const power = createAccessPower({
        clock: systemClock,
        ledger: new LoginLedger(systemClock),
        reveal,
        find: () => ({ program, patterns }),
        connect: () => new TcpTransport({ host: '127.0.0.1', port: peer.port }, systemClock),
      });
      const address = { kind: 'tcp', host: '127.0.0.1', port: peer.port } as const;
      const values = valuesOf({ 'reply-limit': '2s' });
      const via = { library: 'ilom', values, span: NOWHERE, address };
      const device: PowerDevice = { agent: 'via ilom', options: [], via };
      return (await power.status(device)).outcome;
    };
    expect(await ask(' /SYS\r\n    Properties:\r\n        power_state = Off')).toBe('off');
    expect(await ask('        power_state = On')).toBe('on');
    expect(await ask('        power_state = Off (verification pending)')).toBe('no-answer');
  });
});
