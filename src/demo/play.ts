/**
 * `clusterd demo --keep`: what can be done with the pair that keeps running. The panel that says so,
 * and the commands typed below it, which are those of clusterd-sim. Called by the demo.
 */
import { help, runCommand } from '../sim/commands.ts';
import type { Site } from '../sim/site.ts';
import { DEMO_CLUSTER, type DemoPorts } from './demo-clist.ts';
import { type Look, paint } from './timeline-text.ts';

export interface Panel {
  readonly site: Site;
  readonly ports: DemoPorts;
  /** The nodes as they are now. */
  readonly active: string;
  readonly standby: string;
  /** How the program is called here, with a blank between the words. */
  readonly program: string;
  readonly home: string;
}

export function formatPanel(panel: Panel, look: Look): string {
  const { site, ports, active, standby, program, home } = panel;
  const consoles = site.nodes.map(({ name }, index) => {
    const role =
      name === active ? 'active: login root, password secret' : 'standby, parked: try boot';
    return [`telnet 127.0.0.1 ${ports.consoles[index]}`, `console of ${name}, ${role}`];
  });
  const home_ = `--home ${home}`;
  return [
    '',
    paint('The pair keeps running. Play with it:', 'bold', look),
    '',
    'Type here, below:',
    ...rows([
      [`panic ${active}`, 'the active node crashes'],
      [`power off ${active}`, `its cords are pulled; later: power on ${active}`],
      [`hang ${active}`, 'no answer, no message'],
      [`reset ${active}`, 'somebody presses the reset button'],
      [`type ${standby} boot shared`, 'somebody boots the standby: the worst that can happen'],
      ['status, referee, mounts, load', 'how it looks; was the disk ever mounted twice?'],
      ['help, quit', 'all commands; the end (also ^C)'],
    ]),
    '',
    'In other terminals (the daemon holds both consoles; you may watch and type beside it):',
    ...rows(consoles),
    `  ${program} status ${DEMO_CLUSTER} ${home_}`,
    `  ${program} log -f ${DEMO_CLUSTER} ${home_}`,
    `  ${program} switchover ${DEMO_CLUSTER} ${home_}`,
    'Not every end is a takeover: an alarm says what to type, with the same --home.',
    '',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function rows(pairs: readonly (readonly string[])[]): string[] {
  return pairs.map(([left = '', right = '']) => `  ${left.padEnd(34)} ${right}`);
}

/** Runs one typed line. `quit`: it was the end. */
export function playLine(
  site: Site,
  line: string,
): { readonly text: string; readonly quit: boolean } {
  const word = line.trim();
  if (word === 'quit' || word === 'exit') return { text: '', quit: true };
  if (word === 'help') return { text: `${help()}\n`, quit: false };
  const { text } = runCommand(site, line);
  return { text: text === '' ? '' : `${text}\n`, quit: false };
}
