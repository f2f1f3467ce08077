/**
 * A console as a serial device: socat joins a pty to a console's port of bare bytes. A pty cannot
 * carry a BREAK. Used by clusterd-sim with --pty.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { SimError } from './sim-error.ts';
import type { Address } from './socket-server.ts';

export interface Pty {
  readonly path: string;
  close(): Promise<void>;
}

/** Resolves when `path` can be opened. Throws `socat-missing`. `socat`: name of the program. */
export function openPty(path: string, console: Address, socat = 'socat'): Promise<Pty> {
  const child = spawn(
    socat,
    [
      '-d',
      '-d',
      // The device stays although whoever had it open closes it.
      `pty,link=${path},raw,echo=0,ignoreeof`,
      `tcp:${console.host}:${console.port},nodelay`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', (cause) => reject(missing(socat, cause)));
    child.once('exit', (status) => {
      const message = `socat ended with status ${status}: ${said.trim()}`;
      reject(new SimError('not-possible-now', message, `is ${path} free and its folder writable?`));
    });
    child.stderr.setEncoding('latin1');
    child.stderr.on('data', (text) => {
      said += String(text);
      if (/starting data transfer/.test(said)) resolve({ path, close: () => end(child) });
    });
  });
}

function missing(socat: string, cause: Error): SimError {
  const hint = 'install it (Debian: apt install socat), or use the telnet consoles';
  return new SimError('socat-missing', `cannot start ${socat}: ${cause.message}`, hint, cause);
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
