/** `clusterd ack CLUSTER ALARM [TEXT]`: you know of an alarm; it is not repeated any more. */
import { ask } from '../control/client.ts';
import { type AddCommand, type HomeOption, homeOf, withHome } from './command.ts';

export const addAck: AddCommand = (program, context) => {
  const { terminal } = context;
  withHome(program.command('ack'))
    .description('you know of an alarm: it is not repeated until its text changes')
    .argument('<cluster>', 'its name in CList; `site` for alarms of clusterd itself')
    .argument('<alarm>', 'its name, as status shows it')
    .argument('[text...]', 'what you do about it; the others are told')
    .action(
      async (cluster: string, alarm: string, text: readonly string[], options: HomeOption) => {
        const { socket } = homeOf(options, context);
        const { operator, clock } = terminal;
        const note = text.join(' ');
        const request = { kind: 'acknowledge', cluster, alarm, note, operator } as const;
        const reply = await ask<'acknowledge'>(socket, request, clock);
        terminal.out(`${reply.text}\n`);
      },
    );
};
