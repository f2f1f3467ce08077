/** The command line of clusterd-sim. */
import { parseArgs } from 'node:util';
import { parseDuration } from './duration.ts';
import { SimError } from './sim-error.ts';
import type { SiteOptions } from './site-options.ts';
import { DISK_PATHS } from './site-options.ts';
import { QUICK_TIMES, REAL_TIMES, type SimTimes } from './times.ts';

export interface MainOptions {
  readonly site: SiteOptions;
  /** n1, n2, power, service, router, control, ssh of n1 and n2; 0: any free port. */
  readonly ports: readonly number[];
  readonly ptyFolder: string | null;
  /** The consoles stand behind simulated ALOMs. */
  readonly alom: boolean;
  /** Where the keys for ssh are put; null: no ssh. */
  readonly sshFolder: string | null;
  /** Show the usage and end. */
  readonly help: boolean;
}

export const USAGE = `clusterd-sim: two simulated SPARC machines with one shared disk
usage: clusterd-sim [options]      (or: npm run sim -- [options])
  --ports LIST     consoles n1 and n2, power, service, router, control, ssh of n1 and n2
                   default 7001,7002,7003,7004,7005,7006,7007,7008; 0: any free port
  --post D --boot D --dump D       how long these take; default 1.5s, 2.5s, 2s
  --load D         one transaction every D; default 200ms
  --real-times     times as on real machines: POST 45 s, boot 2 min, dump 90 s
  --seed N         the same seed gives the same machines
  --new            machines as delivered, never parked; n1 runs
  --cold           nothing has power
  --one-disk       no mirror
  --cpus N         CPUs per machine; with several the prompt is {n} ok
  --chatty         syslog writes to the console all the time
  --shell          a root shell is left open on the console
  --sun4v          the system answers BREAK with a menu
  --shared         several clients may be connected to one console
  --ssh FOLDER     sshd on each node, while its system runs; key and known_hosts in FOLDER
  --alom           the consoles stand behind ALOMs: login admin, password clusterd-alom
  --pty FOLDER     the consoles as FOLDER/n1 and FOLDER/n2 too (needs socat)
Consoles are plain telnet: telnet 127.0.0.1 7001.  'help' shows the commands.`;

const DEFAULT_PORTS = [7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008];

const FLAGS = {
  ports: { type: 'string' },
  post: { type: 'string' },
  boot: { type: 'string' },
  dump: { type: 'string' },
  load: { type: 'string' },
  seed: { type: 'string' },
  cpus: { type: 'string' },
  pty: { type: 'string' },
  ssh: { type: 'string' },
  'real-times': { type: 'boolean' },
  new: { type: 'boolean' },
  cold: { type: 'boolean' },
  'one-disk': { type: 'boolean' },
  chatty: { type: 'boolean' },
  shell: { type: 'boolean' },
  sun4v: { type: 'boolean' },
  shared: { type: 'boolean' },
  alom: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `bad-option`. */
export function readMainOptions(args: readonly string[]): MainOptions {
  const values = parse(args);
  const number = (name: 'seed' | 'cpus', fallback: number) => {
    const text = values[name] ?? String(fallback);
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw wrong(name, text, 'a whole number above 0');
  };
  const nodes = nodeOptions(values, number('cpus', 1));
  const disks = values['one-disk'] === true ? { disks: [ONE_DISK] } : {};
  return {
    site: {
      seed: number('seed', 1),
      times: readTimes(values),
      nodes,
      ...disks,
      solaris: {
        chatty: values.chatty === true,
        openShell: values.shell === true,
        monitor: values.sun4v === true ? 'sun4v' : 'none',
      },
    },
    ports: readPorts(values.ports),
    ptyFolder: values.pty ?? null,
    alom: values.alom === true,
    sshFolder: values.ssh ?? null,
    help: values.help === true,
  };
}

type Values = ReturnType<typeof parse>;

const ONE_DISK = { name: 'd1', paths: [DISK_PATHS.d1] };

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SimError('bad-option', message, "'clusterd-sim --help' shows all options", cause);
  }
}

function nodeOptions(values: Values, cpus: number): NonNullable<SiteOptions['nodes']> {
  const console = { shared: values.shared === true };
  const first = values.new === true ? 'new-running' : values.cold === true ? 'off' : 'running';
  const second = values.new === true ? 'new' : values.cold === true ? 'off' : 'parked';
  return [
    { name: 'n1', start: first, cpus, console },
    { name: 'n2', start: second, cpus, console },
  ];
}

function readTimes(values: Values): SimTimes {
  const base = values['real-times'] === true ? REAL_TIMES : QUICK_TIMES;
  const take = (name: 'post' | 'boot' | 'dump' | 'load', fallback: number) => {
    const text = values[name];
    if (text === undefined) return fallback;
    const parsed = parseDuration(text);
    if (parsed === null) throw wrong(name, text, 'a duration such as 1500ms, 2s or 1m');
    return parsed;
  };
  const bootMs = take('boot', base.bootMs);
  return {
    ...base,
    bootMs,
    mountAfterMs: (base.mountAfterMs / base.bootMs) * bootMs,
    networkAfterMs: (base.networkAfterMs / base.bootMs) * bootMs,
    postMs: take('post', base.postMs),
    dumpMs: take('dump', base.dumpMs),
    loadEveryMs: take('load', base.loadEveryMs),
  };
}

function readPorts(text: string | undefined): readonly number[] {
  if (text === undefined) return DEFAULT_PORTS;
  const given = text.split(',').map(Number);
  const good = given.every((port) => Number.isInteger(port) && port >= 0 && port < 65_536);
  if (!good || given.length > DEFAULT_PORTS.length) {
    throw wrong('ports', text, 'up to eight port numbers with commas between: 7001,7002,7003');
  }
  return DEFAULT_PORTS.map((_, index) => given[index] ?? 0);
}

function wrong(name: string, text: string, expected: string): SimError {
  return new SimError('bad-option', `--${name} is '${text}'`, `expected ${expected}`);
}
