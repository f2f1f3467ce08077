/**
 * The power switch on TCP: lines `status OUTLET`, `on OUTLET`, `off OUTLET`, `list`. Answers
 * `OUTLET on|off`, or `error ...`. The answer to on and off is the state found afterwards.
 */
import type { Socket } from 'node:net';
import type { PowerSwitch } from './power.ts';
import { SimError } from './sim-error.ts';
import { readLines, SocketServer } from './socket-server.ts';

export function powerServer(power: PowerSwitch): SocketServer {
  return new SocketServer((socket) => {
    readLines(socket, (line) => {
      if (!power.answers || line.trim() === '') return;
      try {
        answer(power, socket, line.trim());
      } catch (error) {
        if (!(error instanceof SimError)) throw error;
        socket.write(`error ${error.message}; ${error.hint}\n`);
      }
    });
  });
}

function answer(power: PowerSwitch, socket: Socket, line: string): void {
  const [verb = '', name = ''] = line.split(/\s+/);
  if (verb === 'list') {
    for (const outlet of power.outlets) socket.write(`${outlet.name} ${stateOf(outlet)}\n`);
    socket.write('end\n');
    return;
  }
  const tell = () => {
    if (!socket.destroyed) socket.write(`${name} ${stateOf(power.outlet(name))}\n`);
  };
  if (verb === 'status') tell();
  else if (verb === 'on' || verb === 'off') power.turn(name, verb === 'on', tell);
  else socket.write(`error unknown command '${verb}'; there are status, on, off and list\n`);
}

function stateOf(outlet: { readonly on: boolean }): 'on' | 'off' {
  return outlet.on ? 'on' : 'off';
}
