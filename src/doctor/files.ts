/**
 * What a cluster needs beside its wires: programs, secrets, alarm sinks, who runs commands on a node.
 * Nothing is sent to anybody. Called by examine.ts.
 */

import { ClistError } from '../clist/clist-error.ts';
import type { Cluster, ClusterNode, Secret, SshTarget } from '../clist/cluster.ts';
import { formatSecretPlace, resolveSecret } from '../clist/secrets.ts';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import type { CommandResult } from '../transport/command.ts';
import { type DoctorCheck, type Finding, found, timed } from './check.ts';

type Tell = (check: DoctorCheck) => void;

export interface MissingPart {
  readonly where: string;
  readonly what: string;
  readonly hint: string;
}

/** Programs and files that are not there, as the daemon finds them at its start. */
export function tellMissing(cluster: string, missing: readonly MissingPart[], tell: Tell): void {
  for (const { where, what, hint } of missing) {
    const place = where.startsWith(`${cluster}: `) ? where.slice(cluster.length + 2) : where;
    tell(found(place, 'needed', { verdict: 'fail', text: what, remedy: hint }));
  }
  if (missing.length > 0) return;
  const text = 'programs, fence agents, secret files and serial lines that CList names are there';
  tell(found(cluster, 'needed', { verdict: 'ok', text }));
}

/** Each secret is fetched, and shown by its place only. */
export function tellSecrets({ nodes }: Cluster, tell: Tell): void {
  for (const node of nodes) {
    for (const secret of secretsOf(node)) tell(found(node.name, 'secret', judgeSecret(secret)));
  }
}

/** Those of its console, its login, its power devices and of who runs commands on it. */
function secretsOf({ console, login, power, admin }: ClusterNode): readonly Secret[] {
  const targets = [admin, console.kind === 'ssh' ? console : null];
  const all = [
    ...targets.flatMap((target) => [target?.password ?? '', target?.passphrase ?? '']),
    ...[login, ...power.map(({ via }) => via)].flatMap((one) => one?.values ?? []).map(valueOf),
    ...power.flatMap(({ options }) => options.map(valueOf)),
  ];
  return all.filter((one): one is Secret => typeof one !== 'string');
}

function valueOf({ value }: { readonly value: string | Secret }): string | Secret {
  return value;
}

function judgeSecret(secret: Secret): Finding {
  const place = formatSecretPlace(secret);
  try {
    resolveSecret(secret);
    return { verdict: 'ok', text: `${place} can be read, by nobody else` };
  } catch (error) {
    if (!(error instanceof ClistError)) throw error;
    return { verdict: 'fail', text: `${place}: ${error.message}`, remedy: error.hint };
  }
}

export function tellAlarms({ name, alarmCommand }: Cluster, site: Site, tell: Tell): void {
  const sinks = [
    ...site.alarmMail.map(({ to, host, port }) => `mail to ${to.join(', ')} by ${host}:${port}`),
    ...site.alarmSyslog.map((one) => (one.kind === 'local' ? 'syslog' : `syslog ${one.host}`)),
    ...site.alarmWebhook.map(() => 'webhook'),
    ...[alarmCommand[0] ?? site.alarmCommand[0]].flatMap((one) => (one === undefined ? [] : [one])),
  ];
  if (sinks.length === 0) {
    const text = 'nobody gets alarms of this cluster: they stand in its log and in status alone';
    const remedy = 'add alarm-mail, alarm-syslog, alarm-webhook or alarm-command to CList';
    return tell(found(name, 'alarms', { verdict: 'warn', text, remedy }));
  }
  const text = `go to ${sinks.join('; ')}; whether they arrive was not tried`;
  tell(found(name, 'alarms', { verdict: 'ok', text, remedy: 'clusterd test-alarm' }));
}

const ADMIN_MS = 15_000;
/** Does nothing, everywhere. */
const ADMIN_COMMAND = 'true';

export type RunOverSsh = (
  target: SshTarget,
  command: string,
  withinMs: number,
) => Promise<CommandResult>;

/** Who runs commands on a node: logs in and does nothing. Only a system that runs can be asked. */
export async function lookAtAdmin(
  { nodes }: Cluster,
  active: string,
  clock: Clock,
  runOverSsh: RunOverSsh,
  tell: Tell,
): Promise<void> {
  const asked = nodes.map(async ({ name, admin }) => {
    if (admin === null) return;
    if (name !== active) {
      const text = 'a parked node has no system that could be asked';
      return tell(found(name, 'admin ssh', { verdict: 'not-tried', text }));
    }
    const place = `${admin.user}@${admin.host}:${admin.port}`;
    const remedy = `by hand: ssh -p ${admin.port} ${admin.user}@${admin.host} true`;
    tell(
      await timed(clock, name, 'admin ssh', async (): Promise<Finding> => {
        const { outcome, status, output } = await runOverSsh(admin, ADMIN_COMMAND, ADMIN_MS);
        if (outcome === 'exited' && status === 0)
          return { verdict: 'ok', text: `${place} logs in` };
        const why = outcome === 'timeout' ? `no end within ${ADMIN_MS / 1000} s` : output.trim();
        const text = `${place}: ${why === '' ? `status ${status}` : why.slice(-200)}`;
        return { verdict: 'fail', text, remedy };
      }),
    );
  });
  await Promise.all(asked);
}
