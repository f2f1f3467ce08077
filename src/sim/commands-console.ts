/** Commands for what lies between the nodes and the monitor: cables, consoles, disks, power. */
import { type ConsoleOptions, LAST_WEEKS_PANIC } from './console-port.ts';
import { SimError } from './sim-error.ts';
import type { Site } from './site.ts';
import { either, onOrOff, type SiteCommand } from './site-command.ts';

const MODES: readonly ConsoleOptions['mode'][] = ['normal', 'busy', 'refuse', 'half-open'];

function rate(word: string | undefined): number {
  const value = Number(word ?? '0.01');
  if (value >= 0 && value < 1) return value;
  throw new SimError('bad-option', `'${word}' is no rate`, 'a number from 0 to below 1: 0.01');
}

function setConsole(site: Site, node: string, what: string, value: string | undefined): string {
  const port = site.console(node);
  const mode = MODES.find((candidate) => candidate === what);
  if (mode !== undefined) {
    port.options.mode = mode;
    if (mode === 'busy' || mode === 'refuse') port.cutAll();
  } else if (what === 'cut') port.cutAll();
  else if (what === 'replay') port.options.replay = { kind: 'text', text: LAST_WEEKS_PANIC };
  else if (what === 'loss') port.options.lossRate = rate(value);
  else if (what === 'corrupt') port.options.corruptRate = rate(value);
  else if (what === 'double') port.options.doubleRate = rate(value);
  else if (what === 'break-loss') port.options.breakLossRate = rate(value);
  else {
    const hint = 'normal, busy, refuse, half-open, cut, replay, loss, corrupt, double, break-loss';
    throw new SimError('bad-option', `a console cannot be '${what}'`, `expected ${hint}`);
  }
  return `console of ${node}: ${[what, value].filter((word) => word !== undefined).join(' ')}`;
}

export const CONSOLE_COMMANDS: readonly SiteCommand[] = [
  {
    words: ['console'],
    takes: 'NODE WHAT [RATE]',
    does: 'normal|busy|refuse|half-open|cut|replay, or loss|corrupt|double|break-loss RATE',
    run: (site, [node = '', what = '', value]) => setConsole(site, node, what, value),
  },
  {
    words: ['swap'],
    takes: '',
    does: 'swaps the console cables of the two nodes',
    run: (site) => {
      site.swapCables();
      return 'console cables swapped';
    },
  },
  {
    words: ['cable'],
    takes: 'out|in NODE',
    does: 'the network cable of a node',
    run: (site, [where = '', node = '']) => {
      site.network.setCable(site.node(node).name, either(where, 'in', 'out'));
      return `network cable of ${node} is ${where}`;
    },
  },
  {
    words: ['address'],
    takes: 'wrong|right',
    does: 'somebody changes the address of the running system, or puts it right',
    run: (site, [state = '']) => {
      site.network.setAddress(either(state, 'right', 'wrong'));
      return `service address is ${state}`;
    },
  },
  {
    words: ['router'],
    takes: 'off|on',
    does: "the monitor's own network: service and reference are unreachable",
    run: (site, [state = '']) => {
      site.network.setRouter(onOrOff(state));
      return `router is ${state}`;
    },
  },
  {
    words: ['disk'],
    takes: 'off|on DISK',
    does: 'power of one disk of the mirror',
    run: (site, [state = '', disk = '']) => {
      site.disk.setPower(disk, onOrOff(state));
      return `disk ${disk} is ${state}`;
    },
  },
  {
    words: ['label'],
    takes: 'DISK [bad|good]',
    does: 'destroys the label of a disk, or restores it',
    run: (site, [disk = '', state = 'bad']) => {
      site.disk.setLabel(disk, either(state, 'good', 'bad'));
      return `label of ${disk} is ${state}`;
    },
  },
  {
    words: ['root'],
    takes: 'broken|good',
    does: 'the system on the disk cannot mount its root; good: repaired from tape',
    run: (site, [state = '']) => {
      if (either(state, 'good', 'broken')) site.disk.repair();
      else site.disk.rootBroken = true;
      return `root is ${state}`;
    },
  },
  {
    words: ['outlet'],
    takes: 'NAME stuck|free',
    does: 'an outlet of the power switch does not switch any more',
    run: (site, [outlet = '', state = '']) => {
      site.power.outlet(outlet).stuck = either(state, 'stuck', 'free');
      return `outlet ${outlet} is ${state}`;
    },
  },
  {
    words: ['switch'],
    takes: 'silent|answers',
    does: 'the power switch itself',
    run: (site, [state = '']) => {
      site.power.answers = either(state, 'answers', 'silent');
      return `power switch: ${state}`;
    },
  },
  {
    words: ['ssh'],
    takes: 'NODE cut [N]|well',
    does: 'its ssh: after N more answers a command is carried out, and cut off before its answer',
    run: (site, [node = '', state = '', count = '0']) => {
      const { ssh } = site.node(node);
      if (!/^\d{1,6}$/.test(count)) {
        throw new SimError('bad-option', `'${count}' is no number`, 'so many commands: 3');
      }
      ssh.cutsAfter = either(state, 'cut', 'well') ? Number(count) : null;
      return `ssh of ${node}: ${ssh.cutsAfter === null ? 'well' : `cut after ${count} answers`}`;
    },
  },
  {
    words: ['worn'],
    takes: 'NODE NAME [good]',
    does: 'a variable keeps its value, whatever is written to it',
    run: (site, [node = '', name = '', state = 'worn']) => {
      const { nvram } = site.node(node);
      if (!nvram.has(name)) {
        throw new SimError('bad-option', `no variable is named '${name}'`, 'auto-boot?, ...');
      }
      if (either(state, 'worn', 'good')) nvram.worn.add(name);
      else nvram.worn.delete(name);
      return `${name} of ${node} is ${state}`;
    },
  },
  {
    words: ['battery'],
    takes: 'dead|good NODE',
    does: 'with a dead battery the variables are gone after the next power-off',
    run: (site, [state = '', node = '']) => {
      site.node(node).machine.options.batteryDead = either(state, 'dead', 'good');
      return `battery of ${node} is ${state}`;
    },
  },
];
