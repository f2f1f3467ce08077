/** `clusterd demo`: a takeover to look at, on simulated machines; needs nothing, touches nothing. */
import { Option } from 'commander';
import type { OnSilence } from '../clist/cluster.ts';
import { runDemo } from '../demo/demo.ts';
import type { AddCommand } from './command.ts';

const HELP = `
Two simulated SPARC machines on one disk, behind real telnet sockets on 127.0.0.1; the real daemon
with the shipped script, in a temporary CLUSTER_HOME. Takes about a minute. Ends with 0 when the
takeover happened, the disk was mounted by one node at a time and nothing acknowledged was lost.

  npm run demo                          the active node panics under load
  npm run demo -- --silence confirm     its power fails; an operator is asked
  npm run demo -- --keep                afterwards the pair is yours: panic, power off, hang ...`;

interface Options {
  readonly silence?: OnSilence;
  readonly keep?: boolean;
}

export const addDemo: AddCommand = (program, context) => {
  program
    .command('demo')
    .description('show a takeover on two simulated machines')
    .addOption(
      new Option(
        '--silence <policy>',
        'the power of the active node fails; what then makes up for proof',
      ).choices(['power', 'confirm', 'trust']),
    )
    .option('--keep', 'leave it running, to play with')
    .addHelpText('after', HELP)
    .action(async ({ silence, keep }: Options) => {
      const options = { silence: silence ?? null, keep: keep === true };
      context.exitStatus = await runDemo(options, context.terminal);
    });
};
