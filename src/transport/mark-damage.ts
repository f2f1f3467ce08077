/**
 * Has the kernel mark damaged bytes and BREAKs of a serial port that is open. The package that opens it
 * cannot ask for that, `stty` can. Called by transport/serial.ts before the port is read.
 */
import { spawn } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';

const WITHIN_MS = 2000;
const WORDS = ['parmrk', 'inpck', '-ignpar', '-ignbrk', '-brkint', '-istrip'];

/** False: this port or this host cannot; then damaged bytes are dropped unseen, a BREAK is a NUL. */
export function markDamage(path: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('stty', ['-F', path, ...WORDS], { stdio: 'ignore' });
    const cancel = clock.after(WITHIN_MS, () => child.kill('SIGKILL'));
    const settle = (isMarked: boolean): void => {
      cancel();
      resolve(isMarked);
    };
    child.once('error', () => settle(false));
    child.once('close', (status) => settle(status === 0));
  });
}
