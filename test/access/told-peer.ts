/**
 * The other end of a login, told line by line: what it prints first, and what it answers to each line
 * typed. Raw TCP on a free port; echoes what is typed, but for lines that a rule hides. For libraries
 * of machines that the simulator does not have.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Rule {
  /** The whole line typed, or a key sequence that needs no RETURN. */
  readonly typed: string | RegExp;
  readonly says: string;
  /** What was typed is not echoed. */
  readonly hidden?: boolean;
  readonly key?: boolean;
}

export interface ToldPeer {
  readonly port: number;
  /** Every line that was typed, in order, over all connections. */
  readonly lines: string[];
}

/** Rules are used from top to bottom, each once for each connection; `*` at the end: again. */
export async function toldPeer(greeting: string, rules: readonly Rule[]): Promise<ToldPeer> {
  const lines: string[] = [];
  const server = createServer((socket) => converse(socket, greeting, [...rules], lines));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, lines };
}

function converse(socket: Socket, greeting: string, rules: Rule[], lines: string[]): void {
  let line = '';
  socket.on('error', () => socket.destroy());
  socket.write(greeting);
  const fits = ({ typed }: Rule) => (typeof typed === 'string' ? typed === line : typed.test(line));
  const take = (end: string): void => {
    const rule = rules[0];
    if (rule === undefined || !fits(rule)) {
      socket.write(`${end}what is "${line}"?\r\n`);
    } else {
      rules.shift();
      socket.write(`${end}${rule.says}`);
    }
    if (line !== '') lines.push(line);
    line = '';
  };
  socket.on('data', (bytes: Buffer) => {
    for (const char of bytes.toString('latin1')) {
      if (char === '\r') take('\r\n');
      else {
        line += char;
        const next = rules[0];
        if (next?.hidden !== true && next?.key !== true) socket.write(char, 'latin1');
        if (next?.key === true && fits(next)) take('');
      }
    }
  });
}
