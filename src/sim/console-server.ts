/** Puts a port of the simulated terminal server on TCP: telnet, or the bare bytes. */
import type { Socket } from 'node:net';
import type { ConsoleConnection, ConsolePort } from './console-port.ts';
import { SocketServer } from './socket-server.ts';
import { type TelnetOptions, TelnetServer } from './telnet-server.ts';

/** What a real terminal server prints before it closes a second connection. */
const BUSY = 'Port already in use\r\n';

export function telnetConsole(port: ConsolePort, options: Partial<TelnetOptions>): SocketServer {
  return new SocketServer((socket) => {
    let connection: ConsoleConnection | null = null;
    const telnet = new TelnetServer(
      {
        send: (bytes) => socket.write(bytes),
        typed: (text) => connection?.write(text),
        breakSignal: () => connection?.sendBreak(),
      },
      options,
    );
    connection = serve(socket, port, {
      start: () => telnet.start(),
      print: (text) => telnet.print(text),
      modem: (on) => telnet.modem(on),
    });
    if (connection === null) return;
    socket.on('data', (bytes: Buffer) => {
      // Half-open: nobody at the other end, not even to answer a timing mark.
      if (port.options.mode !== 'half-open') telnet.feed(bytes);
    });
  });
}

export function rawConsole(port: ConsolePort): SocketServer {
  return new SocketServer((socket) => {
    const connection = serve(socket, port, {
      start: () => {},
      print: (text) => socket.write(text, 'latin1'),
      modem: () => {},
    });
    socket.on('data', (bytes: Buffer) => connection?.write(bytes.toString('latin1')));
  });
}

interface Side {
  start(): void;
  print(text: string): void;
  modem(on: boolean): void;
}

/** Connects a socket to the port; null: it was turned away. */
function serve(socket: Socket, port: ConsolePort, side: Side): ConsoleConnection | null {
  if (port.options.mode === 'half-open') {
    socket.resume();
    return null;
  }
  if (port.options.mode === 'refuse') {
    socket.resetAndDestroy();
    return null;
  }
  side.start();
  const connection = port.connect({
    data: (text) => side.print(text),
    modem: (on) => side.modem(on),
    closed: () => socket.destroy(),
  });
  if (typeof connection === 'string') {
    side.print(BUSY);
    socket.end();
    socket.resume();
    return null;
  }
  socket.on('close', () => connection.close());
  return connection;
}
