/**
 * Loaded into the demo's daemon before its own program (`node --import`): when the demo is gone, even
 * by kill -9, the pipe on stdin ends and the daemon is asked to end as by its init script.
 * Not in its threads, which load it, too: their stdin has ended from the beginning.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.on('error', () => {});
  process.stdin.resume();
}
