/**
 * The control port of clusterd-sim: one command per line, as on stdin. An answer ends with a line
 * `ok` or `failed`. `watch` shows what happens from then on.
 */
import { runCommand } from './commands.ts';
import { formatHappening } from './happening.ts';
import type { Site } from './site.ts';
import { readLines, SocketServer } from './socket-server.ts';

export function controlServer(site: Site, quit: () => void): SocketServer {
  return new SocketServer((socket) => {
    readLines(socket, (line) => {
      if (line.trim() === 'watch') {
        const stop = site.onEvent((happening) => socket.write(`${formatHappening(happening)}\n`));
        socket.on('close', stop);
        return;
      }
      const answer = runCommand(site, line);
      const text = answer.text === '' ? '' : `${answer.text}\n`;
      socket.write(`${text}${answer.ok ? 'ok' : 'failed'}\n`);
      if (answer.quit) quit();
    });
  });
}
