#!/usr/bin/env node
/**
 * The program clusterd-sim: a simulated site for people who write chat scripts. Prints where the
 * consoles are and what happens; reads commands from stdin and from its control port.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../clock/system.ts';
import { runCommand } from './commands.ts';
import { controlServer } from './control-server.ts';
import { formatHappening } from './happening.ts';
import { type MainOptions, readMainOptions, USAGE } from './main-options.ts';
import { openPty, type Pty } from './pty.ts';
import { SimError } from './sim-error.ts';
import { Site } from './site.ts';
import type { SiteListening } from './site-sockets.ts';
import type { Address } from './socket-server.ts';
import { writeSshFiles } from './ssh-files.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const show = ({ host, port }: Address) => `${host} ${port}`;

async function run(options: MainOptions): Promise<void> {
  const site = new Site(options.site, systemClock);
  const [first = 0, second = 0, powerPort = 0, servicePort = 0, routerPort = 0, controlPort = 0] =
    options.ports;
  const consolePorts = [first, second];
  const ssh = options.sshFolder === null ? {} : { ssh: await sshOf(options.ports.slice(6)) };
  const ports = { consolePorts, powerPort, servicePort, routerPort };
  const alom = options.alom ? { alom: {} } : {};
  const listening = await site.listen({ ...ports, ...ssh, ...alom });
  let quit = () => {};
  const ended = new Promise<void>((resolve) => {
    quit = resolve;
  });
  const control = controlServer(site, () => quit());
  const ptys: Pty[] = [];
  try {
    const controlAddress = await control.open(controlPort);
    announce(listening, controlAddress);
    if (options.sshFolder !== null && ssh.ssh !== undefined) {
      const lines = writeSshFiles(options.sshFolder, ssh.ssh.keys, Object.values(listening.ssh));
      for (const line of lines) say(line);
    }
    ptys.push(...(await openPtys(listening, options.ptyFolder)));
    site.onEvent((happening) => say(formatHappening(happening)));
    readCommands(site, () => quit());
    process.once('SIGINT', () => quit());
    process.once('SIGTERM', () => quit());
    say('ready');
    await ended;
  } finally {
    process.stdin.destroy();
    await Promise.all(ptys.map((pty) => pty.close()));
    await control.close();
    await listening.close();
    site.powerDown();
  }
}

async function sshOf(ports: readonly number[]) {
  const { makeSshKeys } = await import('./ssh-server.ts');
  return { keys: makeSshKeys(), ports };
}

function announce(listening: SiteListening, control: Address): void {
  for (const [name, address] of Object.entries(listening.consoles)) {
    say(`console ${name}: telnet ${show(address)}`);
  }
  for (const [name, address] of Object.entries(listening.ssh)) say(`ssh ${name}: ${show(address)}`);
  say(`power switch: ${show(listening.power)}`);
  say(`service address: ${show(listening.service)}`);
  say(`router: ${show(listening.router)}`);
  say(`control: ${show(control)}`);
}

async function openPtys(listening: SiteListening, folder: string | null): Promise<Pty[]> {
  if (folder === null) return [];
  const consoles = Object.entries(listening.rawConsoles);
  const ptys = await Promise.all(
    consoles.map(([name, address]) => openPty(join(folder, name), address)),
  );
  for (const pty of ptys) say(`serial console: ${pty.path}`);
  return ptys;
}

/** The end of stdin ends nothing: the simulator may run in the background. */
function readCommands(site: Site, quit: () => void): void {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const answer = runCommand(site, line);
    if (answer.text !== '') say(answer.text);
    if (answer.quit) quit();
  });
}

try {
  const options = readMainOptions(process.argv.slice(2));
  if (options.help) say(USAGE);
  else await run(options);
} catch (error) {
  if (!(error instanceof SimError)) throw error;
  process.stderr.write(`clusterd-sim: ${error.message}\n  hint: ${error.hint}\n`);
  process.exitCode = 1;
}
