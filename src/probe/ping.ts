/**
 * Pings with ping(8), one process per question: what is left when there is no fping. Good for about
 * a hundred addresses. Called by fping.ts as its fallback.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';
import type { OnProbeResult, Prober } from './prober.ts';
import { Rounds } from './rounds.ts';

const AT_ONCE_MAX = 20;
const LIMIT_MS = 5_000;
const COMPLAINT_CHARS_MAX = 200;

/** `program`: default `ping`, found in PATH. */
export function createPing(
  clock: Clock,
  onResult: OnProbeResult,
  onTrouble: (text: string) => void,
  program = 'ping',
): Prober {
  let told = '';
  const report = (text: string) => {
    if (text !== told) onTrouble(text);
    told = text;
  };
  return new Rounds(clock, AT_ONCE_MAX, ({ key, host }, done) =>
    pingOnce(clock, program, host, (status, complaint) => {
      // 0: answered. 1: asked, no answer. Everything else: could not be asked.
      if (status === 0) onResult(key, true, 'answered');
      else if (status === 1) onResult(key, false, 'timed out');
      else report(`ping cannot ask ${host}: ${complaint}`);
      done();
    }),
  );
}

/** `finished` is called once, unless the returned function ends it early. */
function pingOnce(
  clock: Clock,
  program: string,
  host: string,
  finished: (status: number | null, complaint: string) => void,
): () => void {
  let child: ChildProcess | null = null;
  let complaint = '';
  const stop = () => {
    cancelLimit();
    child?.kill('SIGKILL');
  };
  let isOver = false;
  const finish = (status: number | null, why: string) => {
    if (isOver) return;
    isOver = true;
    cancelLimit();
    finished(status, why);
  };
  const cancelLimit = clock.after(LIMIT_MS, () => child?.kill('SIGKILL'));
  try {
    child = spawn(program, ['-n', '-q', '-c', '1', '-W', '2', '--', host], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    child.stderr?.setEncoding('latin1').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, COMPLAINT_CHARS_MAX);
    });
    child.on('error', (error) => finish(null, error.message));
    child.on('close', (status) => finish(status, complaint.trim() || `status ${status}`));
  } catch (error) {
    // Some errors are thrown and not emitted.
    finish(null, error instanceof Error ? error.message : String(error));
  }
  return () => {
    isOver = true;
    stop();
  };
}
