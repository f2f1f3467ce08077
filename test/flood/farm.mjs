// Consoles that flood or talk nonsense, in a process of their own so that they cost the daemon nothing.
// Run by the tests: node farm.mjs SCENARIO CONSOLES [BYTES_PER_SECOND]. Prints its ports as JSON, then a
// line of figures for each line that comes in; ends with its standard input.
import { randomFillSync } from 'node:crypto';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [scenario = 'random', count = '2', rate = '100000'] = process.argv.slice(2);
const [IAC, SE, NOP, SB, WILL, WONT, DO, DONT] = [255, 240, 241, 250, 251, 252, 253, 254];
const COM_PORT = 44;
const BLOCK = 64 * 1024;
const figures = { connections: 0, bytes: 0 };

const repeated = (...values) =>
  Buffer.from(Array.from({ length: BLOCK }, (_, index) => values[index % values.length]));
const random = () => randomFillSync(Buffer.allocUnsafe(BLOCK));
const every = (make) => Buffer.concat(Array.from({ length: 256 }, (_, byte) => make(byte)));

/** What is said without end; `first` once before it. */
const streams = {
  'endless subnegotiation': { first: Buffer.of(IAC, SB, COM_PORT), next: () => repeated(1, 2, 3) },
  'option storm': {
    next: () => every((option) => Buffer.of(IAC, DO, option, IAC, WILL, option, IAC, DONT, option)),
  },
  'DO and DONT in turn': { next: () => repeated(IAC, DO, 0, IAC, DONT, 0) },
  'commands that mean nothing': { next: () => repeated(IAC, NOP) },
  'subnegotiations of 64 KiB': {
    next: () =>
      Buffer.concat([Buffer.of(IAC, SB, COM_PORT), Buffer.alloc(BLOCK, 7), Buffer.of(IAC, SE)]),
  },
  'RFC 2217 values without sense': {
    first: Buffer.of(IAC, DO, COM_PORT),
    next: () =>
      every((byte) =>
        Buffer.of(IAC, SB, COM_PORT, byte === IAC ? 0 : byte, 250 - (byte % 250), IAC, SE),
      ),
  },
  'modem lines that flap': {
    first: Buffer.of(IAC, DO, COM_PORT),
    next: () => repeated(IAC, SB, COM_PORT, 107, 0xb0, IAC, SE, IAC, SB, COM_PORT, 107, 0, IAC, SE),
  },
  'a banner of 1 GB without a line end': { next: () => repeated(0x41), limit: 1 << 30 },
  'random bytes at full speed': { next: random },
};

/** As fast as the other end takes them. */
function pour(socket, { first = Buffer.alloc(0), next, limit = Number.POSITIVE_INFINITY }) {
  const block = next();
  let said = 0;
  const more = () => {
    while (!socket.destroyed && said < limit) {
      said += block.length;
      figures.bytes += block.length;
      if (!socket.write(scenario.startsWith('random') ? next() : block)) return;
    }
  };
  socket.on('drain', more);
  socket.write(first);
  more();
}

/** So many bytes a second, in ten pieces. */
function drip(socket, bytesPerSecond) {
  const timer = setInterval(() => {
    if (socket.writableLength > BLOCK) return;
    const piece = randomFillSync(Buffer.allocUnsafe(Math.round(bytesPerSecond / 10)));
    figures.bytes += piece.length;
    socket.write(piece);
  }, 100);
  socket.once('close', () => clearInterval(timer));
}

/** One byte at a time, each in a packet of its own, with a command begun at every cut. */
function cut(socket) {
  const bytes = [
    IAC,
    IAC,
    IAC,
    WILL,
    1,
    IAC,
    SB,
    COM_PORT,
    107,
    IAC,
    IAC,
    IAC,
    SE,
    65,
    IAC,
    NOP,
    13,
    0,
  ];
  let at = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 20 && !socket.destroyed; i++)
      socket.write(Buffer.of(bytes[at++ % bytes.length]));
    figures.bytes += 20;
  }, 1);
  socket.once('close', () => clearInterval(timer));
}

/** Whatever is asked, the opposite is wanted. */
function oppose(socket) {
  const opposite = { [WILL]: DONT, [WONT]: DO, [DO]: WONT, [DONT]: WILL };
  socket.write(Buffer.of(IAC, DO, 0, IAC, WILL, 0, IAC, DO, 3, IAC, WILL, 99));
  socket.on('data', (bytes) => {
    for (let i = 0; i + 2 < bytes.length; i++) {
      const back = bytes[i] === IAC ? opposite[bytes[i + 1]] : undefined;
      if (back !== undefined) socket.write(Buffer.of(IAC, back, bytes[i + 2]));
    }
  });
}

function play(socket) {
  if (scenario === 'random') return drip(socket, Number(rate));
  if (scenario === 'IAC at every cut') return cut(socket);
  if (scenario === 'the opposite of everything') return oppose(socket);
  if (scenario === 'connects and closes') return socket.destroy();
  pour(socket, streams[scenario]);
}

const servers = await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const server = createServer((socket) => {
      figures.connections += 1;
      socket
        .setNoDelay(true)
        .on('error', () => {})
        .resume();
      play(socket);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);
console.log(JSON.stringify(servers.map((server) => server.address().port)));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify(figures)))
  .on('close', () => process.exit(0));
