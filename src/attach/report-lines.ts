/**
 * What an attached person is told on request (who, info) and what clusterd is doing at the moment.
 * Called by cluster-desk.ts. Text only; reads, changes nothing.
 */
import type { NodeIndex } from '../machine/protocol.ts';
import type { AttachedCluster } from './attached-cluster.ts';
import type { Session } from './session.ts';

interface Person {
  readonly session: Session;
  /** Since the last key; null: only watches. */
  readonly idleForMs: number | null;
}

export function whoLines(
  cluster: AttachedCluster,
  people: readonly Person[],
  me: Session,
  wall: number,
): readonly string[] {
  return people.map(({ session, idleForMs }) => {
    const where = `${cluster.name}/${cluster.nodes[session.node]}`;
    const does =
      idleForMs === null ? 'watches' : `TYPES, last key ${Math.round(idleForMs / 1000)} s ago`;
    const since = formatSince(wall - session.sinceWall);
    const own = session === me ? ' (you)' : '';
    return `${session.operator}${own}: ${where}, ${does}, here for ${since}`;
  });
}

export function infoLines(
  cluster: AttachedCluster,
  node: NodeIndex,
  writers: readonly Session[],
): readonly string[] {
  const status = cluster.status();
  const lines = [`console   ${cluster.name}/${cluster.nodes[node]}`];
  if (status !== null) {
    const one = status.nodes[node];
    const detail = one?.channelDetail === '' ? '' : `: ${one?.channelDetail}`;
    lines.push(
      `node      ${one?.role}, console ${one?.channel}${detail}, ${one?.condition}`,
      `cluster   ${status.state}: ${status.summary}`,
      `disk      ${status.ownerDoubt === null ? `${status.active} owns it` : 'OWNER IN DOUBT'}`,
    );
    if (status.inhibited !== null) lines.push(`NOT ACTING ${status.inhibited}`);
    if (status.doing !== null) lines.push(`doing     ${status.doing}`);
    for (const { name, text } of status.alarms) lines.push(`ALARM     ${name}: ${text}`);
  }
  const types = writers.map((one) => `${one.operator} on ${cluster.nodes[one.node]}`).join(', ');
  lines.push(
    `types     ${types === '' ? 'nobody' : types}`,
    `recorded  ${cluster.transcripts[node]}`,
  );
  return lines;
}

export function typesNow(cluster: AttachedCluster, { operator, node }: Session): string {
  const where = cluster.nodes[node];
  return `${operator} types on ${where}; clusterd sends nothing in ${cluster.name} meanwhile`;
}

export function inTheWay(cluster: AttachedCluster, writer: Session, idleForMs: number): string {
  const where = cluster.nodes[writer.node];
  const idle = Math.round(idleForMs / 1000);
  return `${writer.operator} types on ${where}, last key ${idle} s ago; f takes the lock away`;
}

/** Null: the cluster is at rest, and a person disturbs nothing. */
export function underWay(cluster: AttachedCluster): readonly string[] | null {
  const status = cluster.status();
  // Where nothing is sent anyhow, nothing is disturbed.
  if (status === null || status.inhibited !== null) return null;
  const state = cluster.program.states.find(({ name }) => name === status.state);
  const isIdle = state === undefined || state.ending === 'rest' || state === startOf(cluster);
  if (status.unfinished === 'none' && isIdle) return null;
  const doing = status.doing === null ? '' : `, at this moment: ${status.doing}`;
  const lines = [
    `clusterd is at work in ${cluster.name}: ${status.state}: ${status.summary}${doing}.`,
  ];
  if (status.unfinished !== 'none')
    lines.push(`A ${status.unfinished} was begun and is not finished.`);
  return lines;
}

/** Where it only looks: it does that anew as often as it has to. */
function startOf({ program }: AttachedCluster) {
  return program.states[program.startState];
}

function formatSince(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
