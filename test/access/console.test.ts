/** A console behind a service processor with a login, over real sockets. */
import { describe, expect, it } from 'vitest';
import { LoginLedger } from '../../src/access/login-ledger.ts';
import { systemClock } from '../../src/clock/system.ts';
import { until } from '../transport/until.ts';
import { Console, openAlomSite, PASSWORD } from './alom-site.ts';

const LONG = 20_000;

describe('a console behind an ALOM', { timeout: 60_000 }, () => {
  it('is connected when the login is done, and not before', async () => {
    const { address, alom, node } = await openAlomSite();
    const console = new Console(address);
    await until(() => console.status === 'connected', LONG);
    expect(console.statuses).toEqual(['connected']);
    expect(alom.logins).toMatchObject([{ user: 'admin', accepted: true }]);
    expect(alom.writer?.user).toBe('admin');
    console.line.type('\r');
    await until(() => console.received.includes('login: '), LONG);
    expect(console.received).not.toContain('sc>');
    expect(console.notes).toEqual([
      `logged in at ${address.host}:${address.port} as admin with alom.chat`,
    ]);
    expect(node.machine.isMultiUser).toBe(true);
  });

  it('sends a BREAK through the processor and comes back', async () => {
    const { address, node } = await openAlomSite();
    const console = new Console(address);
    await until(() => console.status === 'connected', LONG);
    console.line.sendBreak();
    await until(() => node.machine.isHeld || console.notes.length > 1, LONG);
    expect([console.statuses, console.notes.slice(1)]).toEqual([['connected'], []]);
    console.line.type('\r');
    await until(() => console.received.includes('ok '), LONG);
    expect(console.received).not.toContain('break -y');
    expect(console.statuses).toEqual(['connected']);
  });

  it('counts as lost when the prompt of the processor appears, and is made anew', async () => {
    const { address, alom } = await openAlomSite();
    const console = new Console(address);
    await until(() => console.status === 'connected', LONG);
    // Sooner it would count as a password that was refused late.
    await new Promise((resolve) => setTimeout(resolve, 10_500));
    console.line.type('#.');
    await until(() => console.status === 'lost', LONG);
    expect(console.statuses.at(-1)).toBe(
      `lost: logged out by ${address.host}:${address.port}: it said "sc>"`,
    );
    await until(() => console.status === 'connected', LONG);
    expect(alom.logins).toHaveLength(2);
  }, 60_000);

  it('is busy when somebody else takes it, and is left to them', async () => {
    const { address, alom } = await openAlomSite();
    const console = new Console(address);
    await until(() => console.status === 'connected', LONG);
    alom.writer?.kick('anna');
    await until(() => console.status === 'busy', LONG);
    expect(console.statuses.at(-1)).toMatch(
      /^busy: somebody else took the console of .*: it said "Console session closed by anna"; left/,
    );
  });

  it('is busy when somebody has it; force=yes takes it and says so', async () => {
    const { address, alom } = await openAlomSite();
    const first = new Console(address);
    await until(() => first.status === 'connected', LONG);
    const second = new Console(address);
    await until(() => second.status === 'busy', LONG);
    expect(second.statuses[0]).toMatch(
      /^busy: the console of .* is in use: it said "Console session/,
    );
    const third = new Console(address, { force: 'yes' });
    await until(() => third.status === 'connected', LONG);
    expect(third.notes[0]).toContain('force=yes: taken from whoever had it');
    await until(() => first.status === 'busy', LONG);
    expect(alom.writer?.hasConsole).toBe(true);
  });

  it.each(['clear', 'stars', 'none'] as const)('never shows its password (%s)', async (echo) => {
    const { address } = await openAlomSite({ passwordEcho: echo });
    const right = new Console(address);
    await until(() => right.status === 'connected', LONG);
    expect(right.told).not.toContain(PASSWORD);
  });

  it('tries a wrong password once, and says what to do', async () => {
    const { address, alom } = await openAlomSite({ passwordEcho: 'clear' });
    const ledger = new LoginLedger(systemClock);
    const console = new Console(address, { password: 'wrong-and-secret' }, ledger);
    await until(() => console.status === 'lost', LONG);
    expect(console.statuses[0]).toMatch(
      /^lost: login refused by 127\.0\.0\.1:\d+: it said "Invalid login" \(refused, line \d+ of alom\.chat\); not tried again for 1 min, or until its secret is another$/,
    );
    // The line itself tries again after a second, and is kept from the account.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(alom.logins).toHaveLength(1);
    expect(console.statuses).toHaveLength(1);
    expect(console.told).not.toContain('wrong-and-secret');
    // Somebody writes the right one into the file: it is tried at once.
    const mended = new Console(address, {}, ledger);
    await until(() => mended.status === 'connected', LONG);
  });

  it('types nothing on the node when it is given up', async () => {
    const { address, alom, node } = await openAlomSite();
    let typed = '';
    const { connect } = node.console;
    node.console.connect = (client) => {
      const made = connect.call(node.console, client);
      if (typeof made === 'string') return made;
      return {
        write: (text) => {
          typed += text;
          made.write(text);
        },
        sendBreak: () => made.sendBreak(),
        close: () => made.close(),
      };
    };
    const console = new Console(address);
    await until(() => console.status === 'connected', LONG);
    console.line.type('\r');
    await until(() => console.received.includes('login: '), LONG);
    console.line.stop();
    await until(() => alom.writer === null, LONG);
    expect(typed).toBe('\r');
  });

  it('is lost, and says where, when the processor falls silent', async () => {
    const { address, alom } = await openAlomSite();
    alom.die();
    const console = new Console(address, { 'reply-limit': '1s' });
    await until(() => console.status === 'lost', LONG);
    expect(console.statuses[0]).toMatch(
      /^lost: login failed at .*: it said nothing \(silent, line \d+ of alom\.chat\)$/,
    );
  });
});
