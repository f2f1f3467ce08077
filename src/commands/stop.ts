/** `clusterd stop`: asks the daemon to end and waits until it has. The nodes stay as they are. */
import type { Clock } from '../clock/clock.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';

const WITHIN_MS = 30_000;
const LOOK_MS = 100;

export const addStop: AddCommand = (program, context) => {
  const { clock, operator, out } = context.terminal;
  withHome(program.command('stop'))
    .description('end the daemon; consoles and nodes stay as they are')
    .action(async (options: HomeOption) => {
      const { socket } = homeOf(options, context);
      const { pid } = (await ask<'ping'>(socket, { kind: 'ping' }, clock)).daemon;
      await ask<'shutdown'>(socket, { kind: 'shutdown', operator }, clock);
      await gone(socket, pid, clock);
      out(`clusterd, process ${pid}, has ended\n`);
    });
};

async function gone(socket: string, pid: number, clock: Clock): Promise<void> {
  const until = clock.now().at + WITHIN_MS;
  while (await answers(socket, clock)) {
    if (clock.now().at > until) {
      throw new DaemonError('timeout', `process ${pid} has not ended in ${WITHIN_MS / 1000} s`, {
        context: { pid },
        hint: `see its logs, or end it now: kill -9 ${pid}`,
      });
    }
    await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
  }
}

async function answers(socket: string, clock: Clock): Promise<boolean> {
  try {
    await ask<'ping'>(socket, { kind: 'ping' }, clock);
    return true;
  } catch (error) {
    if (error instanceof DaemonError && error.code !== 'timeout') return false;
    throw error;
  }
}
