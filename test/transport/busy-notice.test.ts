import { describe, expect, it } from 'vitest';
import { BusyNotice } from '../../src/transport/busy-notice.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('busy notice', () => {
  it.each([
    'Port already in use\r\n',
    'port is in use by root\r\n',
    '\r\nLine busy, try later\r\n',
    'Sorry, the console is already connected.',
    'Another user is attached',
    '[console is locked]',
    'Too many connections',
  ])('knows %j', (text) => {
    const notice = new BusyNotice(100);
    for (const byte of bytes(text)) notice.see(Uint8Array.of(byte), 200);
    expect(notice.refusal(300)).toBe(text.replace(/[\r\n]+/g, ' ').trim());
  });

  it.each(['', 'console login: ', 'busybox', 'Welcome to the terminal server\r\n'])(
    'takes %j for none',
    (text) => {
      const notice = new BusyNotice(0);
      notice.see(bytes(text), 10);
      expect(notice.refusal(20)).toBeNull();
    },
  );

  it('counts nothing after the first second', () => {
    const late = new BusyNotice(0);
    late.see(bytes('Port already in use'), 1001);
    expect([late.refusal(1002), late.listens]).toEqual([null, false]);
    const stays = new BusyNotice(0);
    stays.see(bytes('Port already in use'), 10);
    expect(stays.refusal(1001)).toBeNull();
  });

  it('keeps little of a flood, and nothing that a terminal would obey', () => {
    const notice = new BusyNotice(0);
    notice.see(bytes(`busy \x1b[2J\x07${'x'.repeat(1e6)}`), 1);
    notice.see(bytes('x'), 2);
    expect(notice.listens).toBe(false);
    const short = new BusyNotice(0);
    short.see(bytes(`in use \x1b[2J\x9b${'y'.repeat(200)}`), 1);
    expect(short.refusal(2)).toMatch(/^[\x20-\x7e]{1,80}$/);
  });
});
