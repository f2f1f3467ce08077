// Somebody who may use the control socket and presses it. Run: node control-flooder.mjs SOCKET KIND
// Says `pressing` when it begins; goes on until it is ended.
import { connect } from 'node:net';

const [path, kind] = process.argv.slice(2);
const PING = '{"kind":"ping"}\n';
const STATUS = '{"kind":"status","cluster":null}\n';
const HOLD =
  '{"kind":"operator","cluster":"demo","request":"switchover","node":null,"operator":"mallory"}\n';

/** A connection that is there again as soon as it has ended. */
function keep(use) {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.on('close', () => setImmediate(() => keep(use)));
  use(socket);
}

/** As fast as the other end takes it. */
function pour(socket, text) {
  const block = text.repeat(Math.ceil(32_768 / text.length));
  const more = () => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.resume();
  socket.on('connect', more);
  socket.on('drain', more);
}

const kinds = {
  connects: (socket) => socket.on('connect', () => socket.destroy()),
  silent: () => {},
  half: (socket) => socket.write('{"kind":"pi'),
  garbage: (socket) => socket.write(`${'\u0000\u00ff{]'.repeat(1000)}\n`),
  long: (socket) => pour(socket, 'x'.repeat(10_000)),
  drip: (socket) => {
    const timer = setInterval(() => socket.write(' '), 1000);
    socket.on('close', () => clearInterval(timer));
  },
  deaf: (socket) => {
    socket.pause();
    socket.write(STATUS.repeat(1000));
  },
  pings: (socket) => pour(socket, PING),
  statuses: (socket) => pour(socket, STATUS),
  words: (socket) => pour(socket, HOLD),
};

for (let index = 0; index < 300; index++) keep(kinds[kind]);
console.log('pressing');
