/**
 * `clusterd reopen`: every log and transcript is closed and opened anew under its name. Called by
 * logrotate after it has renamed them; SIGHUP does it, too. No daemon: nothing to do, and no error.
 */
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { socketsOfHome } from '../control/daemons-of-home.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';

export const addReopen: AddCommand = (program, context) => {
  const { clock, operator, out } = context.terminal;
  withHome(program.command('reopen'))
    .description('open all logs anew, after they were renamed')
    .action(async (options: HomeOption) => {
      let isRunning = false;
      for (const socket of socketsOfHome(homeOf(options, context).state)) {
        try {
          const { text } = await ask<'reopen'>(socket, { kind: 'reopen', operator }, clock);
          out(`${text}\n`);
          isRunning = true;
        } catch (error) {
          if (!(error instanceof DaemonError) || error.code !== 'not-running') throw error;
        }
      }
      if (!isRunning) out('no daemon runs for this CLUSTER_HOME: there is nothing to open anew\n');
    });
};
