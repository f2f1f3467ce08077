/**
 * What the demo's daemon finds under the name `ssh`: shuts the simulated system behind the service
 * address down, as `init 0` over a real ssh would. Run by the daemon for `clusterd switchover`.
 * Must never reach anything but the simulated site.
 */
import { connect } from 'node:net';

const port = Number(process.env.CLUSTERD_DEMO_CONTROL);
const refuse = (why: string) => {
  process.stderr.write(`ssh of the demo: ${why}\n`);
  process.exitCode = 255;
};

const SHUTDOWN = '/usr/sbin/init 0';

if (process.argv.at(-1) !== SHUTDOWN) refuse(`it only knows ${SHUTDOWN}`);
else {
  const socket = connect(port, '127.0.0.1', () => socket.write('status\n'));
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += String(chunk);
    const serving = /^service address answered by: (\S+)$/m.exec(text)?.[1];
    if (!/^ok$/m.test(text) || serving === undefined) return;
    // The answer to what is sent next is not waited for: the system goes down meanwhile.
    socket.removeAllListeners('data').resume();
    if (serving === 'nobody') refuse('nobody answers at the service address');
    socket.end(serving === 'nobody' ? '' : `halt ${serving}\n`);
  });
  socket.on('error', (error) => refuse(error.message));
}
