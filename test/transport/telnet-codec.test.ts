import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANSWERS_MAX,
  encodeSubnegotiation,
  type Side,
  SUBNEGOTIATION_BYTES_MAX,
  TELNET_BINARY,
  TELNET_COM_PORT,
  TELNET_ECHO,
  TELNET_SGA,
  TelnetCodec,
} from '../../src/transport/telnet-codec.ts';

const [IAC, DONT, DO, WONT, WILL, SB, SE, NOP] = [255, 254, 253, 252, 251, 250, 240, 241];
const TIMING_MARK = 6;
const CR = 13;
const LF = 10;

class Record {
  readonly data: number[] = [];
  readonly sent: number[] = [];
  readonly calls: string[] = [];
  readonly codec: TelnetCodec;

  constructor(crNul = true) {
    this.codec = new TelnetCodec(
      {
        data: (bytes) => this.data.push(...bytes),
        send: (bytes) => this.sent.push(...bytes),
        optionLoop: () => this.calls.push('loop'),
        optionChanged: (side, option, on) => this.calls.push(`${side} ${option} ${on}`),
        subnegotiation: (option, payload) => this.calls.push(`sub ${option} [${payload}]`),
        timingMarkAnswered: () => this.calls.push('mark'),
      },
      crNul,
    );
  }

  feed(bytes: readonly number[], cutAfter: (index: number) => boolean = () => false): this {
    let chunk: number[] = [];
    bytes.forEach((byte, index) => {
      chunk.push(byte);
      if (!cutAfter(index)) return;
      this.codec.feed(Uint8Array.from(chunk));
      chunk = [];
    });
    this.codec.feed(Uint8Array.from(chunk));
    return this;
  }
}

const text = (latin1: string): number[] => [...Buffer.from(latin1, 'latin1')];
const all256 = Array.from({ length: 256 }, (_, byte) => byte);

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly data?: readonly number[];
  readonly sent?: readonly number[];
  readonly calls?: readonly string[];
  readonly before?: (codec: TelnetCodec) => void;
  readonly crNul?: boolean;
}

const binaryIn = (codec: TelnetCodec): void => codec.feed(Uint8Array.of(IAC, WILL, TELNET_BINARY));

const CASES: readonly Case[] = [
  { name: 'plain text', input: text('login: '), data: text('login: ') },
  { name: 'a doubled IAC is one byte', input: [65, IAC, IAC, 66], data: [65, IAC, 66] },
  { name: 'CR LF stays', input: [65, CR, LF], data: [65, CR, LF] },
  { name: 'CR NUL is CR', input: [CR, 0, 65], data: [CR, 65] },
  { name: 'only one NUL belongs to a CR', input: [CR, 0, 0, 65], data: [CR, 0, 65] },
  { name: 'a NUL elsewhere stays', input: [0, 65, 0], data: [0, 65, 0] },
  { name: 'CR IAC IAC NUL', input: [CR, IAC, IAC, 0], data: [CR, IAC, 0] },
  { name: 'CR NUL stays where the rule is off', input: [CR, 0], data: [CR, 0], crNul: false },
  { name: 'CR NUL stays in BINARY', input: [CR, 0, 65], data: [CR, 0, 65], before: binaryIn },
  {
    name: 'BINARY that comes between CR and NUL keeps the NUL',
    input: [CR, IAC, WILL, TELNET_BINARY, 0],
    data: [CR, 0],
    sent: [IAC, DO, TELNET_BINARY],
    calls: ['him 0 true'],
  },
  {
    name: 'commands without option vanish',
    input: [65, IAC, NOP, 66, IAC, 249, 67],
    data: text('ABC'),
  },
  { name: 'IAC and a byte that is no command', input: [65, IAC, 66, 67], data: [65, 67] },
  {
    name: 'ECHO and SGA offered by the server are accepted',
    input: [IAC, WILL, TELNET_ECHO, IAC, WILL, TELNET_SGA],
    sent: [IAC, DO, TELNET_ECHO, IAC, DO, TELNET_SGA],
    calls: ['him 1 true', 'him 3 true'],
  },
  {
    name: 'anything else is refused',
    input: [IAC, WILL, 99, IAC, DO, 24, IAC, DO, 31, IAC, DO, TELNET_ECHO],
    sent: [IAC, DONT, 99, IAC, WONT, 24, IAC, WONT, 31, IAC, WONT, TELNET_ECHO],
  },
  {
    name: 'what is in force already is not answered',
    input: [IAC, WILL, 1, IAC, WILL, 1, IAC, WILL, 1],
    sent: [IAC, DO, 1],
    calls: ['him 1 true'],
  },
  {
    name: 'what is off already is not answered',
    input: [IAC, WONT, 1, IAC, DONT, 0, IAC, DONT, 99],
  },
  {
    name: 'switching off is answered once',
    input: [IAC, WILL, 1, IAC, WONT, 1, IAC, WONT, 1],
    sent: [IAC, DO, 1, IAC, DONT, 1],
    calls: ['him 1 true', 'him 1 false'],
  },
  {
    name: 'the answer to our own request is not answered',
    input: [IAC, DO, TELNET_COM_PORT],
    before: (codec) => codec.request('us', TELNET_COM_PORT),
    sent: [IAC, WILL, TELNET_COM_PORT],
    calls: ['us 44 true'],
  },
  {
    name: 'a refused request is told',
    input: [IAC, DONT, TELNET_COM_PORT],
    before: (codec) => codec.request('us', TELNET_COM_PORT),
    sent: [IAC, WILL, TELNET_COM_PORT],
    calls: ['us 44 false'],
  },
  {
    name: 'nothing is requested twice',
    input: [IAC, DO, TELNET_SGA],
    before: (codec) => {
      codec.request('us', TELNET_SGA);
      codec.request('us', TELNET_SGA);
    },
    sent: [IAC, WILL, TELNET_SGA],
    calls: ['us 3 true'],
  },
  {
    name: 'a timing mark is answered by WILL or WONT',
    input: [IAC, WILL, TIMING_MARK, IAC, WONT, TIMING_MARK],
    before: (codec) => {
      codec.sendTimingMark();
      codec.sendTimingMark();
    },
    sent: [IAC, DO, TIMING_MARK, IAC, DO, TIMING_MARK],
    calls: ['mark', 'mark'],
  },
  {
    name: 'a timing mark that nobody asked for is refused, and no answer',
    input: [IAC, WILL, TIMING_MARK, IAC, WONT, TIMING_MARK],
    sent: [IAC, DONT, TIMING_MARK],
  },
  {
    name: 'the peer gets an answer to each of its timing marks',
    input: [IAC, DO, TIMING_MARK, IAC, DO, TIMING_MARK],
    sent: [IAC, WONT, TIMING_MARK, IAC, WONT, TIMING_MARK],
  },
  {
    name: 'a subnegotiation with a doubled IAC',
    input: [65, IAC, SB, TELNET_COM_PORT, 107, IAC, IAC, IAC, SE, 66],
    data: [65, 66],
    calls: ['sub 44 [107,255]'],
  },
  { name: 'an empty subnegotiation', input: [IAC, SB, IAC, SE, 65], data: [65] },
  {
    name: 'a malformed subnegotiation is given up at the command inside',
    input: [IAC, SB, 44, 1, 2, IAC, WILL, TELNET_ECHO, 65],
    data: [65],
    sent: [IAC, DO, TELNET_ECHO],
    calls: ['him 1 true'],
  },
  {
    name: 'a subnegotiation inside another replaces it',
    input: [IAC, SB, 44, 1, IAC, SB, 44, 7, IAC, SE, 65],
    data: [65],
    calls: ['sub 44 [7]'],
  },
  {
    name: 'an unended subnegotiation is given up after a bounded number of bytes',
    input: [IAC, SB, ...Array(SUBNEGOTIATION_BYTES_MAX + 1).fill(120), ...text('ok ')],
    data: text('ok '),
  },
  {
    name: 'the longest subnegotiation is not',
    input: [IAC, SB, 44, ...Array(SUBNEGOTIATION_BYTES_MAX - 1).fill(7), IAC, SE, 65],
    data: [65],
    calls: [`sub 44 [${Array(SUBNEGOTIATION_BYTES_MAX - 1).fill(7)}]`],
  },
];

describe('telnet codec', () => {
  describe.each(CASES)('$name', ({ input, before, crNul, ...expected }) => {
    const run = (cutAfter: (index: number) => boolean): Record => {
      const record = new Record(crNul);
      before?.(record.codec);
      if (before === binaryIn) record.sent.length = record.calls.length = 0;
      return record.feed(input, cutAfter);
    };
    const check = (record: Record): void => {
      expect(record.data).toEqual(expected.data ?? []);
      expect(record.sent).toEqual(expected.sent ?? []);
      expect(record.calls).toEqual(expected.calls ?? []);
    };
    it('whole', () => check(run(() => false)));
    it('byte by byte', () => check(run(() => true)));
    it('cut once, everywhere', () => {
      for (let cut = 0; cut < Math.min(input.length, 64); cut++) check(run((i) => i === cut));
    });
  });

  it('gives clean data on as it came, without a copy', () => {
    const chunk = Uint8Array.from(text('syncing file systems...\r\n'));
    let seen: Uint8Array | null = null;
    const nothing = (): void => {};
    const codec = new TelnetCodec({
      data: (bytes) => {
        seen = bytes;
      },
      send: nothing,
      optionLoop: nothing,
      optionChanged: nothing,
      subnegotiation: nothing,
      timingMarkAnswered: nothing,
    });
    codec.feed(chunk);
    expect(seen).toBe(chunk);
    expect(codec.encode(chunk)).not.toBe(chunk);
    const typed = Uint8Array.from(text('boot disk'));
    expect(codec.encode(typed)).toBe(typed);
  });

  it.each([
    { name: 'a CR gets its NUL', typed: [65, CR, LF, CR], wire: [65, CR, 0, LF, CR, 0] },
    { name: 'an IAC is doubled', typed: [IAC, 65, IAC], wire: [IAC, IAC, 65, IAC, IAC] },
  ])('encodes: $name', ({ typed, wire }) => {
    const { codec } = new Record();
    expect([...codec.encode(Uint8Array.from(typed))]).toEqual(wire);
  });

  it('encodes no NUL in BINARY, nor where the rule is off', () => {
    const binary = new Record();
    binary.feed([IAC, DO, TELNET_BINARY]);
    const off = new Record(false);
    for (const { codec } of [binary, off]) {
      expect([...codec.encode(Uint8Array.of(CR, IAC))]).toEqual([CR, IAC, IAC]);
    }
  });

  it.each([{ peerBinary: false }, { peerBinary: true }])(
    'carries every byte from encoder to decoder, however cut (BINARY $peerBinary)',
    ({ peerBinary }) => {
      const tail = [CR, 0, CR, CR, LF, IAC, IAC, CR, IAC, CR];
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...all256, ...tail, ...tail, ...tail), { maxLength: 200 }),
          fc.infiniteStream(fc.boolean()),
          fc.infiniteStream(fc.boolean()),
          (bytes, cutsOut, cutsIn) => {
            const [sender, receiver] = [new Record(), new Record()];
            if (peerBinary) {
              sender.feed([IAC, DO, TELNET_BINARY]);
              receiver.feed([IAC, WILL, TELNET_BINARY]);
            }
            const wire: number[] = [];
            let chunk: number[] = [];
            for (const byte of [...bytes, ...all256, ...tail]) {
              chunk.push(byte);
              if (cutsOut.next().value !== true) continue;
              wire.push(...sender.codec.encode(Uint8Array.from(chunk)));
              chunk = [];
            }
            wire.push(...sender.codec.encode(Uint8Array.from(chunk)));
            receiver.feed(wire, () => cutsIn.next().value === true);
            expect(receiver.data).toEqual([...bytes, ...all256, ...tail]);
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  it('never talks for ever with a peer that answers like itself, or repeats everything', () => {
    const options = fc.constantFrom(0, 1, 3, 6, 24, 44, 99);
    const side = fc.constantFrom<Side>('us', 'him');
    fc.assert(
      fc.property(fc.array(fc.tuple(side, options)), fc.array(fc.tuple(side, options)), (a, b) => {
        const [one, other] = [new Record(), new Record()];
        for (const [whose, option] of a) one.codec.request(whose, option);
        for (const [whose, option] of b) other.codec.request(whose, option);
        let rounds = 0;
        while (one.sent.length + other.sent.length > 0) {
          const [toOther, toOne] = [one.sent.splice(0), other.sent.splice(0)];
          other.feed(toOther);
          one.feed(toOne);
          expect(++rounds).toBeLessThan(8);
        }
      }),
    );
  });

  it('survives any bytes and answers no more than it was asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(IAC, SB, SE, WILL, WONT, DO, DONT, 0, 1, 6, 44, CR)),
        (b) => {
          const whole = new Record().feed(b);
          const bytewise = new Record().feed(b, () => true);
          expect(whole.sent.length).toBeLessThanOrEqual(b.length);
          expect([bytewise.data, bytewise.sent, bytewise.calls]).toEqual([
            whole.data,
            whole.sent,
            whole.calls,
          ]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('doubles an IAC in a subnegotiation', () => {
    expect([...encodeSubnegotiation(44, [5, IAC])]).toEqual([IAC, SB, 44, 5, IAC, IAC, IAC, SE]);
  });
});

describe('a loop of requests', () => {
  const DO_99 = [IAC, DO, 99];

  it('is answered a thousand times, then passed over until it may be again', () => {
    const record = new Record();
    for (let i = 0; i < ANSWERS_MAX + 50; i++) record.feed(DO_99);
    expect(record.sent.length).toBe(3 * ANSWERS_MAX);
    expect(record.calls).toEqual(['loop']);
    record.codec.answerAgain();
    record.feed(DO_99);
    expect(record.sent.slice(3 * ANSWERS_MAX)).toEqual([IAC, WONT, 99]);
  });

  it('changes nothing while it is passed over, but what we asked for is still taken', () => {
    const record = new Record();
    record.codec.request('us', TELNET_BINARY);
    for (let i = 0; i < ANSWERS_MAX; i++) record.feed(DO_99);
    record.feed([IAC, WILL, TELNET_BINARY, IAC, DO, TELNET_BINARY]);
    expect(record.codec.isOn('him', TELNET_BINARY)).toBe(false);
    expect(record.codec.isOn('us', TELNET_BINARY)).toBe(true);
    expect(record.codec.protocolBytes).toBe(2 * (ANSWERS_MAX + 2));
  });
});
