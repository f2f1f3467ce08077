/**
 * `clusterd reload`: what stands in CList and the scripts comes into effect, in each cluster when it
 * is at rest; where anything is wrong, nothing does. Each daemon of the CLUSTER_HOME is asked.
 */
import { DaemonError } from '../cluster/daemon-error.ts';
import { ask } from '../control/client.ts';
import { socketsOfHome } from '../control/daemons-of-home.ts';
import { visible } from '../log/visible.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';

export const addReload: AddCommand = (program, context) => {
  const { clock, operator, out, err } = context.terminal;
  withHome(program.command('reload'))
    .description('apply CList and scripts as they are now; a cluster that is busy: when it rests')
    .action(async (options: HomeOption) => {
      const answers: boolean[] = [];
      for (const socket of socketsOfHome(homeOf(options, context).state)) {
        try {
          const request = { kind: 'reload', operator } as const;
          const { accepted, lines } = await ask<'reload'>(socket, request, clock);
          const say = accepted ? out : err;
          for (const line of lines) say(`${visible(line)}\n`);
          answers.push(accepted);
        } catch (error) {
          if (!(error instanceof DaemonError) || error.code !== 'not-running') throw error;
        }
      }
      if (answers.length === 0) {
        const hint = 'clusterd start begins with CList as it is';
        throw new DaemonError('not-running', 'no daemon runs for this CLUSTER_HOME', { hint });
      }
      context.exitStatus = answers.every((accepted) => accepted) ? 0 : 1;
    });
};
