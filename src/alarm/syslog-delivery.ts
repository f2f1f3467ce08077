/**
 * Writes alarms to a syslog: this host's own through logger(1), since Node cannot write to /dev/log,
 * or another host's by UDP (RFC 5424 in RFC 5426 datagrams). Called by an outbox. UDP gives no
 * receipt: that nothing listens is noticed where the host says so, a lost datagram is not.
 */
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { formatHostPort } from '../clist/values.ts';
import type { Clock } from '../clock/clock.ts';
import type { AlarmEvent } from './alarm-event.ts';
import type { RunAlarmCommand } from './command-delivery.ts';
import { DELIVERED, type Delivery, unreachable } from './delivery.ts';
import { formatOneLine } from './event-text.ts';
import { findAddresses } from './find-address.ts';

/** RFC 5424: the facility of daemons. */
const FACILITY = 3;
const SEVERITIES = {
  raised: { code: 1, word: 'alert' },
  repeated: { code: 1, word: 'alert' },
  acknowledged: { code: 5, word: 'notice' },
  cleared: { code: 5, word: 'notice' },
  test: { code: 6, word: 'info' },
} as const;
/** RFC 5426: each receiver takes 480 bytes, nearly all take 2048. All of it is ASCII. */
const DATAGRAM_BYTES_MAX = 2_048;
/** So long a host has to say that nothing listens there. */
const REFUSAL_MS = 500;
const RUN_MS_MAX = 10_000;

/** `socket`: where this host's syslog listens. */
export function localSyslogDelivery(run: RunAlarmCommand, socket = '/dev/log'): Delivery {
  return {
    name: "this host's syslog",
    async deliver(event, signal) {
      if (!existsSync(socket)) return unreachable(`no syslog listens on ${socket}`);
      const priority = `daemon.${SEVERITIES[event.kind].word}`;
      const words = ['--socket-errors=on', '-u', socket, '-t', 'clusterd', '-p', priority, '--'];
      const argv = ['logger', ...words, formatOneLine(event)];
      const command = run({ argv, withinMs: RUN_MS_MAX, environment: {} });
      signal.addEventListener('abort', () => command.kill(), { once: true });
      const { outcome, status, output } = await command.result;
      if (outcome === 'exited' && status === 0) return DELIVERED;
      const end = outcome === 'exited' ? `ended with status ${status}` : outcome;
      return unreachable(`logger ${end}: ${output}`);
    },
  };
}

export function udpSyslogDelivery(host: string, port: number, clock: Clock): Delivery {
  return {
    name: `syslog ${formatHostPort(host, port)}`,
    async deliver(event, signal) {
      const [found] = await findAddresses(host, signal);
      if (found === undefined) return unreachable(`the name ${host} has no address`);
      const bytes = Buffer.from(formatDatagram(event)).subarray(0, DATAGRAM_BYTES_MAX);
      await send(bytes, port, found.address, found.family, clock);
      return DELIVERED;
    },
  };
}

/** Connected, so that the answer 'nothing listens here' comes back. */
function send(
  bytes: Buffer,
  port: number,
  address: string,
  family: number,
  clock: Clock,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const end = (settle: () => void) => {
      cancel();
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      settle();
    };
    const cancel = clock.after(REFUSAL_MS, () => end(resolve));
    socket.on('error', (error) => end(() => reject(error)));
    socket.connect(port, address, () => socket.send(bytes));
  });
}

/** No structured data: what it would say stands in the text, for people and for grep. */
export function formatDatagram(event: AlarmEvent, host = hostname()): string {
  const priority = FACILITY * 8 + SEVERITIES[event.kind].code;
  const time = new Date(event.wall).toISOString();
  const head = `<${priority}>1 ${time} ${host.slice(0, 255)} clusterd ${process.pid} ${event.kind}`;
  return `${head} - ${formatOneLine(event)}`;
}
