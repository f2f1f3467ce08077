/** A service processor as a power device: off is believed only when it says so, by a whole line. */
import { describe, expect, it } from 'vitest';
import { createAccessPower } from '../../src/access/access-power.ts';
import { LoginLedger } from '../../src/access/login-ledger.ts';
import { systemClock } from '../../src/clock/system.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import { TcpTransport } from '../../src/transport/tcp.ts';
import { TelnetTransport } from '../../src/transport/telnet.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { until } from '../transport/until.ts';
import { Console, loadLibrary, openAlomSite, PASSWORD, reveal, viaDevice } from './alom-site.ts';
import { toldPeer } from './told-peer.ts';

function power(
  ledger = new LoginLedger(systemClock),
  connectFirst: (() => Transport | null) | null = null,
) {
  const program = loadLibrary('alom');
  const patterns = compilePatterns({ matches: program.matches, harmless: [] });
  return createAccessPower({
    clock: systemClock,
    ledger,
    reveal,
    find: (library) => (library === 'alom' ? { program, patterns } : null),
    connect: ({ via }) => {
      const first = connectFirst?.() ?? null;
      if (first !== null) return first;
      if (via?.address.kind !== 'telnet') throw new Error('telnet only');
      const { host, port } = via.address;
      return new TelnetTransport({ host, port, forceBreak: null, breakMs: 250 }, systemClock);
    },
  });
}

describe('power via an ALOM', { timeout: 60_000 }, () => {
  it('switches off, waits until it is, and says so when asked', async () => {
    const { address, node } = await openAlomSite();
    const device = viaDevice(address);
    const switches = power();
    expect(await switches.status(device)).toEqual({ outcome: 'on', detail: 'ask-power: on' });
    expect(await switches.off(device)).toEqual({ outcome: 'off', detail: 'switch-off: done' });
    expect(node.machine.hasPower).toBe(false);
    expect(await switches.status(device)).toEqual({ outcome: 'off', detail: 'ask-power: off' });
  });

  it('works beside the console, and ends that with the power', async () => {
    const { address, node } = await openAlomSite();
    const console = new Console(address);
    await until(() => console.status === 'connected', 20_000);
    const answer = await power().off(viaDevice(address));
    expect(answer.outcome).toBe('off');
    expect(node.machine.hasPower).toBe(false);
    expect(console.status).toBe('connected');
  });

  it('does not believe one that says it did', async () => {
    const { address } = await openAlomSite({ lies: true });
    const switches = power();
    const answer = await switches.off(viaDevice(address));
    expect(answer.outcome).toBe('no-answer');
    expect(answer.detail).toMatch(/^switch-off: .*\(still-on, line \d+ of alom\.chat\)$/);
    expect((await switches.status(viaDevice(address))).outcome).toBe('on');
  });

  it('knows nothing of one that has lost its power with its machine', async () => {
    const { address, node } = await openAlomSite();
    node.powerOff();
    const answer = await power().status(viaDevice(address));
    expect(answer.outcome).toBe('no-answer');
    expect(answer.detail).toMatch(/^ask-power: it said nothing \(silent/);
  });

  it('asks a wrong password once', async () => {
    const { address, alom } = await openAlomSite();
    const switches = power();
    const device = viaDevice(address, 'wrong-and-secret');
    const first = await switches.status(device);
    const second = await switches.status(device);
    expect(first.detail).toMatch(/^ask-power: login refused by .*"Invalid login"/);
    expect(second).toEqual(first);
    expect(alom.logins).toHaveLength(1);
    expect(JSON.stringify([first, second])).not.toContain('wrong-and-secret');
  });

  it('gives way to whoever fences', async () => {
    const { address } = await openAlomSite();
    const switches = power();
    const checked = switches.check(viaDevice(address), false);
    const off = switches.off(viaDevice(address));
    expect((await off).outcome).toBe('off');
    expect((await checked).outcome).toBe('put-off');
  });

  it('gives way to whoever fences also while it still connects', async () => {
    const { address } = await openAlomSite();
    const silent = new TelnetTransport(
      { host: '127.0.0.1', port: 1, forceBreak: null, breakMs: 250 },
      systemClock,
    );
    silent.open = () => new Promise(() => {});
    const wires = [silent];
    const switches = power(new LoginLedger(systemClock), () => wires.shift() ?? null);
    const checked = switches.check(viaDevice(address), false);
    const off = await switches.off(viaDevice(address));
    expect(off.outcome).toBe('off');
    expect((await checked).outcome).toBe('put-off');
  });

  it('is not kept from its account by a console that the account may not have', async () => {
    const { address } = await openAlomSite();
    const peer = await toldPeer('Please login: ', [
      { typed: 'admin', says: 'Please Enter password: ' },
      { typed: PASSWORD, hidden: true, says: 'sc> ' },
      { typed: 'console', says: 'Permission denied\r\nsc> ' },
    ]);
    const ledger = new LoginLedger(systemClock);
    const console = new Console(address, {}, ledger, loadLibrary('alom'), () => {
      return new TcpTransport({ host: '127.0.0.1', port: peer.port }, systemClock);
    });
    await until(() => console.status === 'lost', 20_000);
    expect(console.statuses[0]).toMatch(/not-allowed.*not tried again for 1 min/);
    expect((await power(ledger).status(viaDevice(address))).outcome).toBe('on');
  });

  it.each([
    'n1  Standby\r\nn1  OS Running\r\nsc> ', // it says both
    'n1  Powered off\r\nn2  Powered off\r\nsc> ', // of which one?
    'n1  Powered off\r\n', // the answer was cut off
  ])('does not believe %j', async (says) => {
    const peer = await toldPeer('Please login: ', [
      { typed: 'admin', says: 'Please Enter password: ' },
      { typed: PASSWORD, hidden: true, says: 'sc> ' },
      { typed: 'showplatform', says },
    ]);
    const wire = () => new TcpTransport({ host: '127.0.0.1', port: peer.port }, systemClock);
    const switches = power(new LoginLedger(systemClock), wire);
    const answer = await switches.status(viaDevice({ host: '127.0.0.1', port: peer.port }));
    expect(answer.outcome).toBe('no-answer');
    expect(answer.detail).toMatch(/contradicted|unclear/);
  });

  it('tells nothing when nobody listens', async () => {
    const { address } = await openAlomSite();
    const device = viaDevice({ host: address.host, port: 1 }, PASSWORD);
    const answer = await power().status(device);
    expect(answer).toMatchObject({ outcome: 'no-answer' });
    expect(answer.detail).toMatch(/^ask-power: /);
  });
});
