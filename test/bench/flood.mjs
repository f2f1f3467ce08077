// Floods clusters of the real runner with hostile text on real sockets, all at once, and prints how
// long the event loop stood still. Run: npm run build && node test/bench/flood.mjs [CLUSTERS]
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock } from '../../dist/clock/system.js';
import { ClusterRunner } from '../../dist/cluster/runner.js';
import { TurnShare } from '../../dist/cluster/turn-share.js';
import { compileScript } from '../../dist/language/compile.js';
import { createEngine } from '../../dist/machine/machine.js';
import { compilePatterns } from '../../dist/machine/patterns.js';
import { EMPTY_RECOLLECTION } from '../../dist/machine/protocol.js';
import { Line } from '../../dist/transport/line.js';
import { TcpTransport } from '../../dist/transport/tcp.js';

const CLUSTERS = Number(process.argv[2] ?? 50);
const CHUNK_BYTES = 64 * 1024;
const ROUNDS = 4;
// As costly as check accepts: one without a table that takes nearly all steps, and thirty others.
const worst = [
  'a.{30}c',
  ...Array.from({ length: 30 }, (_, n) => `(?:err${n}|warn).*[0-9]{3} of ${n}`),
];
const script = `identity id /Host ID: ([0-9a-f]{8})/
${worst.map((source, n) => `pattern p${n} /${source}/`).join('\n')}
state start "watches"
  on active ${worst.map((_, n) => `p${n}`).join(', ')} log "seen"
  after 1h -> other "it is late"
  wait
state other "is the other one"
  after 1h -> start "it is late"
  wait
`;
const { program, diagnostics } = compileScript('x.chat', () => script);
const errors = diagnostics.filter(({ severity }) => severity === 'error');
if (program === null) throw new Error(errors.map(({ message }) => message).join('; '));
const patterns = compilePatterns(program);
const random = (letters) =>
  Buffer.from(
    Array.from({ length: CHUNK_BYTES }, () => letters[Math.floor(Math.random() * letters.length)]),
  );
const codes = (text) => [...text].map((char) => char.charCodeAt(0));
const texts = {
  'a and b, one endless line': random(codes('ab')),
  'lines of err0123 warn of': random(codes('err0123456789 warn of a\n')),
  'random bytes': random(Array.from({ length: 256 }, (_, byte) => byte)),
  'empty lines': Buffer.alloc(CHUNK_BYTES, '\n'),
};

const sockets = new Set();
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {});
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address();
const share = new TurnShare(systemClock, setImmediate);
let heard = 0;
const sink = { append: (_r, _w, done) => done?.(true, ''), close: async () => {} };
const log = {
  entry() {},
  alarm() {},
  cleared() {},
  typed() {},
  remark() {},
  flush() {},
  reopen() {},
  close: async () => {},
  received: (_node, _bytes, text) => {
    heard += text.length;
  },
};
const node = (name, id) => ({
  name,
  identity: id,
  bootPaths: ['d'],
  hasPowerDevice: false,
  settings: {},
});
const runners = Array.from({ length: CLUSTERS }, (_, n) => {
  const target = {
    cluster: `c${n}`,
    nodes: [node('a', '83000001'), node('b', '83000002')],
    service: 'none',
    onSilence: 'confirm',
    serviceLost: 'alarm',
    promptQuietMs: 500,
    parkingSurvivedPowerCycle: false,
    settings: {},
    bounds: {},
  };
  return new ClusterRunner({
    cluster: `c${n}`,
    nodes: ['a', 'b'],
    engine: createEngine(program, target, patterns),
    recollection: { ...EMPTY_RECOLLECTION, armed: true },
    clock: systemClock,
    turn: setImmediate,
    share,
    line: (_node, listener) =>
      new Line({
        create: () => new TcpTransport({ host: '127.0.0.1', port }, systemClock),
        clock: systemClock,
        paceMs: 0,
        ...listener,
      }),
    journal: sink,
    log,
    alarms: { raise() {}, clear() {}, close: async () => {} },
    run: () => () => {},
    power: async () => ({ outcome: 'no-device', detail: '' }),
  });
});
for (const runner of runners) runner.start();
while (sockets.size < 2 * CLUSTERS) await new Promise((resolve) => setTimeout(resolve, 20));
// Quiet for so long that everything is believed.
await new Promise((resolve) => setTimeout(resolve, 6_000));

// The CPU time of each turn tells what a turn costs, on a busy machine too; all threads count.
const delay = monitorEventLoopDelay({ resolution: 1 });
const usedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const ms = (value) => value.toFixed(1).padStart(6);
async function measure(name, act) {
  let longest = 0;
  let isOver = false;
  let last = usedMs();
  const probe = () => {
    const now = usedMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(probe);
  };
  delay.reset();
  delay.enable();
  setImmediate(probe);
  await act();
  isOver = true;
  delay.disable();
  console.log(
    `${name.padEnd(28)} longest turn: CPU ${ms(longest)} ms, on the clock ${ms(delay.max / 1e6)} ms`,
  );
}
await measure('nothing at all', () => new Promise((resolve) => setTimeout(resolve, 3_000)));
for (const [name, text] of Object.entries(texts)) {
  for (let round = 0; round < ROUNDS; round++) {
    const until = heard + 2 * CLUSTERS * CHUNK_BYTES;
    await measure(name, async () => {
      for (const socket of sockets) {
        socket.write(text);
        await new Promise((resolve) => setImmediate(resolve));
      }
      while (heard < until) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  }
}
for (const socket of sockets) socket.destroy();
server.close();
process.exit(0);
