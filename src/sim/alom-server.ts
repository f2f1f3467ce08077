/** Puts a simulated ALOM on TCP by telnet. One that is dead accepts and never says a word. */
import type { Alom, AlomSession } from './alom.ts';
import { SocketServer } from './socket-server.ts';
import { TelnetServer } from './telnet-server.ts';

export function alomServer(alom: Alom): SocketServer {
  return new SocketServer((socket) => {
    if (alom.isDead) {
      socket.resume();
      return;
    }
    let session: AlomSession | null = null;
    const telnet = new TelnetServer(
      {
        send: (bytes) => socket.write(bytes),
        typed: (text) => session?.receive(text),
        breakSignal: () => {},
      },
      { comPort: false, iacBreak: false },
    );
    telnet.start();
    session = alom.connect({
      print: (text) => telnet.print(text),
      hangUp: () => socket.end(),
    });
    const own = session;
    socket.on('data', (bytes: Buffer) => {
      if (!alom.isDead) telnet.feed(bytes);
    });
    socket.on('close', () => own.end());
  });
}
