/**
 * What clusters need beside CList and scripts, and what of it is not there: programs, fence agents,
 * secrets, serial lines, alarm commands. Called by `run` at every start, before any console is
 * opened. Looks and never touches: a serial line is not opened, a program not run. What is missing
 * is told and does not keep a cluster from being watched: half a guard is better than none.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ClistError } from '../clist/clist-error.ts';
import type { Cluster, ClusterNode } from '../clist/cluster.ts';
import { resolveFenceAgent } from '../clist/fence-agent.ts';
import { resolveSecret } from '../clist/secrets.ts';
import type { Site } from '../clist/site.ts';
import type { LoadedHome, SoundCluster } from '../home/load-home.ts';
import type { Program, Step, Template } from '../language/program.ts';
import { consoleTrouble } from './missing-console.ts';
import { sshTroubles } from './missing-ssh.ts';

export interface MissingPart {
  /** `demo`, `demo: n1`. */
  readonly where: string;
  /** One clause that names it. */
  readonly what: string;
  /** What to do. */
  readonly hint: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function missingParts(loaded: LoadedHome, environment: Environment): MissingPart[] {
  const path = environment.PATH ?? '';
  const ofClusters = loaded.sound.flatMap((sound) => missingOf(sound, path, environment));
  const { alarmCommand, heartbeat } = loaded.site;
  return [
    ...missingProgram('site', 'alarm command', alarmCommand[0], path),
    ...missingProgram('site', 'heartbeat command', heartbeat?.argv[0], path),
    ...missingOfSinks(loaded.site, path, environment),
    ...missingPing(loaded, path),
    ...ofClusters,
  ];
}

function missingOfSinks(site: Site, path: string, environment: Environment): MissingPart[] {
  const secrets = [
    ...site.alarmMail.map(({ login }) => login?.password),
    ...site.alarmWebhook.flatMap(({ url, token }) => [url, token]),
  ];
  const isLocal = site.alarmSyslog.some(({ kind }) => kind === 'local');
  const programs = isLocal ? missingProgram('site', 'program for the syslog,', 'logger', path) : [];
  const unread = secrets.flatMap((value) => {
    if (value === undefined || value === null || typeof value === 'string') return [];
    return trouble(() => resolveSecret(value, environment)) ?? [];
  });
  return [...programs, ...unread.map((one) => ({ where: 'site', ...one }))];
}

export function formatMissing({ where, what, hint }: MissingPart): string {
  return `missing: ${where}: ${what}\n  ${hint}\n`;
}

function missingOf(sound: SoundCluster, path: string, environment: Environment): MissingPart[] {
  const { cluster, program } = sound;
  const where = cluster.name;
  return [
    ...programsOf(program).flatMap((name) =>
      missingProgram(where, 'program', name, path, `, which ${cluster.script}.chat runs,`),
    ),
    ...missingProgram(where, 'alarm command', cluster.alarmCommand[0], path),
    ...cluster.nodes.flatMap((node) => missingOfNode(`${where}: ${node.name}`, node, environment)),
  ];
}

function missingOfNode(where: string, node: ClusterNode, environment: Environment): MissingPart[] {
  const wire = consoleTrouble(node.console);
  const power = node.power.flatMap(({ agent, options, via }) => [
    via === undefined ? trouble(() => resolveFenceAgent(agent, environment.PATH)) : null,
    ...[...options, ...(via?.values ?? [])].map(({ value }) =>
      typeof value === 'string' ? null : trouble(() => resolveSecret(value, environment)),
    ),
  ]);
  const login = (node.login?.values ?? []).map(({ value }) =>
    typeof value === 'string' ? null : trouble(() => resolveSecret(value, environment)),
  );
  return [wire, ...login, ...sshTroubles(node, environment), ...power].flatMap((one) =>
    one === null ? [] : [{ where, ...one }],
  );
}

type Trouble = Omit<MissingPart, 'where'> | null;

function trouble(look: () => unknown): Trouble {
  try {
    look();
    return null;
  } catch (error) {
    if (error instanceof ClistError) return { what: error.message, hint: error.hint };
    throw error;
  }
}

// ---- programs ------------------------------------------------------------------------------------

/** Either will do. Nobody is asked by ping: neither is needed. */
function missingPing({ sound }: LoadedHome, path: string): MissingPart[] {
  const users = sound.filter(({ cluster }) => isPinging(cluster));
  if (users.length === 0 || isThere('fping', path) || isThere('ping', path)) return [];
  const where = users.map(({ cluster }) => cluster.name).join(', ');
  const what = 'neither fping nor ping is in PATH: service and references are not asked';
  return [{ where, what, hint: 'install the package fping' }];
}

function isPinging({ service, references }: Cluster): boolean {
  return [service, ...references].some((target) => target?.kind === 'ping');
}

/** Programs that a script runs by a name that stands in it, each once. */
function programsOf({ dialogues, states }: Program): string[] {
  const steps: readonly Step[] = dialogues.flatMap((dialogue) => dialogue.steps);
  const ofSteps = steps.flatMap((step) => (step.kind === 'run' ? [step.argv] : []));
  const actions = states.flatMap((state) => state.actions);
  const ofStates = actions.flatMap((action) =>
    action.kind === 'run' && action.on === null ? [action.argv] : [],
  );
  const names = [...ofSteps, ...ofStates].map(([first]) => fixedText(first));
  return [...new Set(names.filter((name) => name !== ''))];
}

/** '' when a part of it is known only later. */
function fixedText(template: Template | undefined): string {
  const parts = template ?? [];
  return parts.every((part) => part.kind === 'text')
    ? parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    : '';
}

function missingProgram(
  where: string,
  role: string,
  name: string | undefined,
  path: string,
  remark = '',
): MissingPart[] {
  if (name === undefined || isThere(name, path)) return [];
  const what = `the ${role} ${name}${remark} ${whyNot(name)}`;
  return [{ where, what, hint: hintForProgram(name) }];
}

function isThere(program: string, path: string): boolean {
  if (program.includes('/')) return isProgram(program);
  return path
    .split(delimiter)
    .some((directory) => directory !== '' && isProgram(join(directory, program)));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function whyNot(program: string): string {
  return program.includes('/') ? 'is no program that may be run' : 'is not in PATH';
}

function hintForProgram(program: string): string {
  return program.includes('/')
    ? `look at its path and mode: ls -l ${program}`
    : 'install it, or put its directory into the PATH of the daemon';
}
