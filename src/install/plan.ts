/**
 * Everything that makes clusterd part of a host, in order: user, directories, files, commands. Called
 * by `clusterd install`; looks at the package and at the host, and changes nothing.
 * One directory holds all of a site, /var/lib/clusterd: CList, scripts, logs and journals belong
 * together, are copied to another monitoring host together, and every command takes that one name.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { filesNeeded } from '../daemon/file-limit.ts';
import { groupExists } from './accounts.ts';
import { defaultsFile, launcher, type Places } from './places.ts';
import type { FileStep, Rights, Step } from './step.ts';

/** Who may open serial ports: Debian and most others, Arch. */
const SERIAL_GROUPS = ['dialout', 'uucp'];
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Room for growth, without an edit of the unit. */
const FILES_MIN = 16_384;
const LOGROTATE_IGNORES = '.dpkg-dist';

/** Texts that are made by the program itself: manual pages and completion. */
export interface MadeTexts {
  readonly manual: string;
  readonly scriptManual: string;
  readonly completion: string;
}

export function planInstall(places: Places, texts: MadeTexts): Step[] {
  return [
    ...planUser(places),
    ...planHome(places),
    ...planSystemFiles(places, texts),
    ...(places.prefix === '' ? planCommands() : []),
  ];
}

function planUser({ prefix, user, home }: Places): Step[] {
  if (prefix !== '') return [];
  const groups = SERIAL_GROUPS.filter(groupExists).slice(0, 1);
  return [{ kind: 'user', name: user, home, groups }];
}

// ---- CLUSTER_HOME --------------------------------------------------------------------------------

function planHome(places: Places): Step[] {
  const { home, user, group, admin, packageRoot } = places;
  const closed: Rights = { mode: 0o750, user: admin.user, group };
  const own: Rights = { mode: 0o750, user, group };
  const readable: Rights = { mode: 0o640, user: admin.user, group };
  const scripts = filesBelow(join(packageRoot, 'chat-scripts'));
  const directories = [...new Set(scripts.map((name) => dirname(name)))].sort();
  const wayTo: Rights = { mode: 0o755, user: admin.user, group: admin.group };
  return [
    ...above(dirname(home)).map((path): Step => ({ kind: 'directory', path, ...wayTo })),
    { kind: 'directory', path: home, ...closed },
    { kind: 'directory', path: join(home, 'Logs'), ...own },
    { kind: 'directory', path: join(home, 'state'), ...own },
    ...directories.map(
      (name): Step => ({ kind: 'directory', path: join(home, 'chat-scripts', name), ...closed }),
    ),
    ...scripts.map((name) =>
      file(
        join(home, 'chat-scripts', name),
        readFileSync(join(packageRoot, 'chat-scripts', name), 'utf8'),
        readable,
      ),
    ),
    {
      ...file(join(home, 'CList'), readFileSync(join(packageRoot, 'CList'), 'utf8'), readable),
      onlyIfMissing: true,
    },
  ];
}

/** Relative to the directory, sorted. */
function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

// ---- files of the system -------------------------------------------------------------------------

function planSystemFiles(places: Places, texts: MadeTexts): Step[] {
  const { prefix, packageRoot, admin } = places;
  const text = (name: string) =>
    fill(readFileSync(join(packageRoot, 'share', name), 'utf8'), places);
  const plain: Rights = { mode: 0o644, user: admin.user, group: admin.group };
  const program: Rights = { ...plain, mode: 0o755 };
  const man = `${prefix}/usr/local/share/man`;
  const files = [
    file(launcher(places), text('bin/clusterd'), program),
    file(`${prefix}/etc/init.d/clusterd`, text('init.d/clusterd'), program),
    file(`${prefix}/etc/systemd/system/clusterd.service`, text('systemd/clusterd.service'), plain),
    file(
      `${prefix}/etc/systemd/system/clusterd@.service`,
      text('systemd/clusterd@.service'),
      plain,
    ),
    {
      ...file(`${prefix}/etc/logrotate.d/clusterd`, text('logrotate.d/clusterd'), plain),
      besideEnding: LOGROTATE_IGNORES,
    },
    file(defaultsFile(places), text('default/clusterd'), plain),
    file(
      `${prefix}/usr/local/share/bash-completion/completions/clusterd`,
      fill(texts.completion, places),
      plain,
    ),
    file(`${man}/man8/clusterd.8`, fill(texts.manual, places), plain),
    file(`${man}/man5/clist.5`, text('man/clist.5'), plain),
    file(`${man}/man5/chat-script.5`, fill(texts.scriptManual, places), plain),
  ];
  const isOurs = ({ path }: FileStep) => path !== launcher(places) || !isSameProgram(places);
  const wanted = files.filter(isOurs);
  const directories = [...new Set(wanted.flatMap(({ path }) => above(dirname(path))))];
  return [...directories.map((path): Step => ({ kind: 'directory', path, ...program })), ...wanted];
}

/** npm may have put the program there itself. */
function isSameProgram(places: Places): boolean {
  const path = launcher(places);
  return existsSync(path) && !readFileSync(path, 'utf8').startsWith('#!/bin/sh');
}

/** The directories on the way to it and itself, the outermost first. */
function above(directory: string): string[] {
  return directory === '/' ? [] : [...above(dirname(directory)), directory];
}

function file(path: string, content: string, rights: Rights): FileStep {
  return { kind: 'file', path, content, besideEnding: '.new', onlyIfMissing: false, ...rights };
}

function fill(text: string, places: Places): string {
  const values: Readonly<Record<string, string>> = {
    PREFIX: places.prefix,
    HOME: places.home,
    USER: places.user,
    GROUP: places.group,
    NODE: places.node,
    MAIN: places.main,
    DEFAULTS: defaultsFile(places),
    PATH: [dirname(places.node), ...SYSTEM_PATH.split(delimiter)]
      .filter((one, at, all) => all.indexOf(one) === at)
      .join(delimiter),
    FILES: `${fileLimit(places.home)}`,
  };
  return text.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole);
}

/** For twice as many clusters as CList has now, and never less than what a small site grows to. */
function fileLimit(home: string): number {
  const clist = join(home, 'CList');
  const text = existsSync(clist) ? readFileSync(clist, 'utf8') : '';
  const clusters = text.match(/^\s*cluster\s/gm)?.length ?? 0;
  const needed = filesNeeded(2 * clusters);
  return needed <= FILES_MIN ? FILES_MIN : 2 ** Math.ceil(Math.log2(needed));
}

// ---- commands ------------------------------------------------------------------------------------

const SYSTEMD_RUNS = '/run/systemd/system';

/** They make init and systemd start it when the host starts. */
function planCommands(): Step[] {
  const steps: Step[] = [];
  const hasSystemctl = ['/usr/bin/systemctl', '/bin/systemctl'].some((path) => existsSync(path));
  const add = (when: 'first' | 'unit-placed', ...argv: string[]) =>
    steps.push({ kind: 'command', argv, when });
  if (existsSync('/usr/sbin/update-rc.d')) add('first', 'update-rc.d', 'clusterd', 'defaults');
  if (hasSystemctl) add('first', 'systemctl', 'enable', '--quiet', 'clusterd.service');
  if (hasSystemctl && existsSync(SYSTEMD_RUNS)) add('unit-placed', 'systemctl', 'daemon-reload');
  return steps;
}
