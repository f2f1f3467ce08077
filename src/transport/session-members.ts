/**
 * The processes of one terminal session, as the kernel lists them in /proc: what a program has started
 * and left behind, whatever process group that went into. Used by PtyProgram to leave nothing running.
 * A process that has made a session of its own is not among them.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface Member {
  readonly pid: number;
  /** With the pid it names one process for all time: pids are used again. */
  readonly startedAt: string;
}

/** Behind the name in brackets: state, parent, group, session; the start time is the 20th. */
const SESSION_FIELD = 3;
const START_FIELD = 19;

/** Living members. Empty where there is no /proc. */
export async function membersOf(session: number): Promise<Member[]> {
  const names = await readdir('/proc').catch(() => []);
  const members: Member[] = [];
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const fields = await statOf(name);
    const isDead = fields[0] === 'Z' || fields[0] === 'X';
    if (isDead || fields[SESSION_FIELD] !== String(session)) continue;
    members.push({ pid: Number(name), startedAt: fields[START_FIELD] ?? '' });
  }
  return members;
}

/** Only if it is still the same process. */
export async function signalMember(member: Member, signal: NodeJS.Signals): Promise<void> {
  const fields = await statOf(String(member.pid));
  if (fields[START_FIELD] !== member.startedAt) return;
  try {
    process.kill(member.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function statOf(pid: string): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const afterName = text.slice(text.lastIndexOf(')') + 2);
  return afterName.split(' ');
}
