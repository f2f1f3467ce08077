/** `clusterd status [CLUSTER]`: what the running daemon sees, as text or as JSON. */
import { ask } from '../control/client.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';
import { formatDaemon, formatList, formatPage } from './status-text.ts';

interface Options extends HomeOption {
  readonly json?: boolean;
}

export const addStatus: AddCommand = (program, context) => {
  const { terminal } = context;
  withHome(program.command('status'))
    .description('one line per cluster, or everything about one')
    .argument('[cluster]', 'its name in CList')
    .option('--json', 'for programs')
    .action(async (cluster: string | undefined, options: Options) => {
      const { socket } = homeOf(options, context);
      const request = { kind: 'status', cluster: cluster ?? null } as const;
      const reply = await ask<'status'>(socket, request, terminal.clock);
      const { daemon, wall, clusters } = reply;
      if (options.json === true) {
        terminal.out(`${JSON.stringify({ daemon, wall, clusters }, null, 2)}\n`);
      } else if (cluster === undefined) {
        terminal.out(formatDaemon(daemon, wall) + formatList(clusters, wall));
      } else {
        terminal.out(clusters.map((one) => formatPage(one, wall)).join('\n'));
      }
    });
};
