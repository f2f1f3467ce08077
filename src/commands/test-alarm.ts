/** `clusterd test-alarm`: does an alarm reach everybody whom CList names? Says so of each. */
import { ask } from '../control/client.ts';
import { socketsOfHome } from '../control/daemons-of-home.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';

interface Options extends HomeOption {
  readonly json?: boolean;
}

const FAILED = 1;

export const addTestAlarm: AddCommand = (program, context) => {
  const { terminal } = context;
  withHome(program.command('test-alarm'))
    .description('send a test alarm to all who get alarms, and say whether it arrived')
    .option('--json', 'for programs')
    .action(async (options: Options) => {
      const home = homeOf(options, context);
      // Where clusters have a process each, all have the same sinks: the first one is asked.
      const [first = home.socket] = socketsOfHome(home.state);
      const { operator, clock } = terminal;
      const { sinks } = await ask<'test-alarm'>(first, { kind: 'test-alarm', operator }, clock);
      if (options.json === true) terminal.out(`${JSON.stringify({ sinks }, null, 2)}\n`);
      else terminal.out(formatSinks(sinks));
      const isGood = sinks.length > 0 && sinks.every(({ why }) => why === null);
      context.exitStatus = isGood ? 0 : FAILED;
    });
};

function formatSinks(sinks: readonly { sink: string; why: string | null }[]): string {
  if (sinks.length === 0) {
    return 'nobody gets alarms: CList has no alarm-mail, alarm-syslog, alarm-webhook, alarm-command\n';
  }
  return sinks
    .map(({ sink, why }) =>
      why === null ? `delivered  ${sink}\n` : `FAILED     ${sink}: ${why}\n`,
    )
    .join('');
}
