/**
 * A TCP port that answers nothing: a frozen program whose queue of connections is full, so that the
 * kernel drops what else comes. As near to a host that is gone as one gets on loopback.
 */
import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';

const SERVER = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
  function () { console.log(this.address().port) })`;

export async function startUnreachable(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) => {
    child.stdout.once('data', (bytes) => resolve(Number(bytes)));
  });
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let i = 0; i < 8; i++) {
    const filler = connect({ host: '127.0.0.1', port });
    filler.on('error', () => {});
    fillers.push(filler);
  }
  await new Promise((resolve) => setTimeout(resolve, 100)); // two of them get in, nothing tells which
  return {
    port,
    stop: () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
    },
  };
}
