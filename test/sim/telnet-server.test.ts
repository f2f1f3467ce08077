import { describe, expect, it } from 'vitest';
import { type TelnetOptions, TelnetServer } from '../../src/sim/telnet-server.ts';

function server(options: Partial<TelnetOptions> = {}) {
  const sent: number[] = [];
  const machine: string[] = [];
  const telnet = new TelnetServer(
    {
      send: (bytes) => sent.push(...bytes),
      typed: (text) => machine.push(text),
      breakSignal: () => machine.push('<break>'),
    },
    options,
  );
  return {
    telnet,
    /** Everything sent since the last call. */
    sent: () => sent.splice(0),
    machine: () => machine.join(''),
    feed: (...bytes: number[]) => telnet.feed(Uint8Array.from(bytes)),
  };
}

const bytesOf = (text: string) => [...Buffer.from(text, 'latin1')];

describe('bytes from the client', () => {
  const cases: [string, number[], string][] = [
    ['text', bytesOf('abc'), 'abc'],
    ['CR NUL is RETURN', [97, 13, 0, 98], 'a\rb'],
    ['CR LF is RETURN', [97, 13, 10, 98], 'a\rb'],
    ['CR and more', [13, 97], '\ra'],
    ['two RETURNs', [13, 0, 13, 0], '\r\r'],
    ['CR LF LF', [13, 10, 10], '\r\n'],
    ['IAC IAC', [97, 255, 255, 98], 'a\xffb'],
    ['BREAK in its place', [97, 255, 243, 98], 'a<break>b'],
    ['NOP', [97, 255, 241, 98], 'ab'],
    ['a subnegotiation is no text', [97, 255, 250, 31, 0, 80, 0, 24, 255, 240, 98], 'ab'],
    ['IAC IAC in a subnegotiation', [255, 250, 31, 255, 255, 65, 255, 240, 98], 'b'],
    ['options are no text', [97, 255, 253, 1, 255, 252, 3, 98], 'ab'],
    ['binary leaves CR alone', [255, 251, 0, 13, 0, 13, 10], '\r\0\r\n'],
  ];
  it.each(cases)('%s', (_name, bytes, expected) => {
    const whole = server();
    whole.telnet.start();
    whole.feed(...bytes);
    expect(whole.machine()).toBe(expected);
    const answers = whole.sent();
    for (let cut = 1; cut < bytes.length; cut++) {
      const split = server();
      split.telnet.start();
      split.feed(...bytes.slice(0, cut));
      split.feed(...bytes.slice(cut));
      expect(split.machine()).toBe(expected);
      expect(split.sent()).toEqual(answers);
    }
  });

  it('IAC BRK does nothing where it is switched off', () => {
    const { feed, machine } = server({ iacBreak: false });
    feed(97, 255, 243, 98);
    expect(machine()).toBe('ab');
  });
});

describe('output', () => {
  const cases: [string, string, number[]][] = [
    ['CR LF as it is', 'a\r\nb', bytesOf('a\r\nb')],
    ['a bare CR gets NUL', '\r 42%', [13, 0, 32, 52, 50, 37]],
    ['LF CR gets NUL', '\n\rp', [10, 13, 0, 112]],
    ['0xff is doubled', 'a\xffb', [97, 255, 255, 98]],
  ];
  it.each(cases)('%s', (_name, text, bytes) => {
    const { telnet, sent } = server();
    telnet.print(text);
    expect(sent()).toEqual(bytes);
  });

  it('is left alone in binary, but for 0xff', () => {
    const { telnet, feed, sent } = server();
    feed(255, 253, 0);
    expect(sent()).toEqual([255, 251, 0]);
    telnet.print('\r\xff');
    expect(sent()).toEqual([13, 255, 255]);
  });
});

describe('options', () => {
  it('offers ECHO and SGA and asks for SGA, and does not answer the answers', () => {
    const { telnet, feed, sent } = server();
    telnet.start();
    expect(sent()).toEqual([255, 251, 1, 255, 251, 3, 255, 253, 3]);
    feed(255, 253, 1, 255, 253, 3, 255, 251, 3);
    expect(sent()).toEqual([]);
    feed(255, 253, 1, 255, 251, 3);
    expect(sent()).toEqual([]);
  });

  it('takes no for an answer, and a late request after it', () => {
    const { telnet, feed, sent } = server();
    telnet.start();
    sent();
    feed(255, 254, 1, 255, 252, 3);
    expect(sent()).toEqual([]);
    feed(255, 253, 1);
    expect(sent()).toEqual([255, 251, 1]);
    feed(255, 254, 1);
    expect(sent()).toEqual([255, 252, 1]);
  });

  it.each([
    ['WILL ECHO', [255, 251, 1], [255, 254, 1]],
    ['WILL NAWS', [255, 251, 31], [255, 254, 31]],
    ['DO NAWS', [255, 253, 31], [255, 252, 31]],
    ['DO COM-PORT', [255, 253, 44], [255, 252, 44]],
    ['WILL BINARY', [255, 251, 0], [255, 253, 0]],
    ['DO TIMING-MARK', [255, 253, 6], [255, 251, 6]],
    ['WONT something', [255, 252, 31], []],
    ['DONT something', [255, 254, 31], []],
  ])('answers %s', (_name, asked, answer) => {
    const { feed, sent } = server();
    feed(...asked);
    expect(sent()).toEqual(answer);
  });

  it('answers every DO TIMING-MARK, and refuses where told to', () => {
    const willing = server();
    willing.feed(255, 253, 6, 255, 253, 6);
    expect(willing.sent()).toEqual([255, 251, 6, 255, 251, 6]);
    const unwilling = server({ timingMark: false });
    unwilling.feed(255, 253, 6);
    expect(unwilling.sent()).toEqual([255, 252, 6]);
  });
});

describe('the COM port', () => {
  const sub = (...payload: number[]) => [255, 250, 44, ...payload, 255, 240];

  it('is agreed to only if wanted, and does nothing before', () => {
    const off = server({ comPort: false });
    off.feed(255, 251, 44);
    expect(off.sent()).toEqual([255, 254, 44]);
    const early = server();
    early.feed(...sub(5, 5), ...sub(5, 6));
    expect(early.sent()).toEqual([]);
    expect(early.machine()).toBe('');
  });

  it('breaks when BREAK goes off after on, and not before or else', () => {
    const { feed, sent, machine } = server();
    feed(255, 251, 44);
    expect(sent()).toEqual([255, 253, 44, ...sub(107, 0)]);
    feed(...sub(5, 6));
    expect(machine()).toBe('');
    feed(...sub(5, 5));
    feed(...sub(5, 4));
    expect(machine()).toBe('');
    feed(...sub(5, 6));
    expect(machine()).toBe('<break>');
    expect(sent()).toEqual([...sub(105, 6), ...sub(105, 5), ...sub(105, 5), ...sub(105, 6)]);
  });

  it('replies to settings and tells its signature', () => {
    const { feed, sent } = server();
    feed(255, 251, 44);
    sent();
    feed(...sub(1, 0, 0, 37, 128));
    feed(...sub(0));
    expect(sent()).toEqual([...sub(101, 0, 0, 37, 128), ...sub(100, ...bytesOf('clusterd-sim'))]);
  });

  it('doubles 0xff in what it sends', () => {
    const { feed, sent } = server();
    feed(255, 251, 44);
    sent();
    feed(...sub(11, 255, 255));
    expect(sent()).toEqual(sub(111, 255, 255));
  });

  it('tells when the machine loses power', () => {
    const { telnet, feed, sent } = server();
    telnet.modem(true);
    expect(sent()).toEqual([]);
    feed(255, 251, 44);
    expect(sent()).toEqual([255, 253, 44, ...sub(107, 0xb0)]);
    telnet.modem(true);
    expect(sent()).toEqual([]);
    telnet.modem(false);
    expect(sent()).toEqual(sub(107, 0x0b));
  });
});
