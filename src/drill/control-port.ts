/**
 * The control port of clusterd-sim: one command a line, an answer that ends with `ok` or `failed`.
 * Called by the simulated fault source and its witness. It shares no code with the simulator.
 */
import { connect } from 'node:net';
import type { Clock } from '../clock/clock.ts';

const ANSWER_MS = 5_000;

/** The text of the answer. Rejects when it failed, or none came within 5 s. */
export function tellSimulator(port: number, command: string, clock: Clock): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\n`));
    let text = '';
    const settle = (finish: () => void) => {
      cancel();
      socket.destroy();
      finish();
    };
    const fail = (why: string) =>
      settle(() => reject(new Error(`the simulator did not '${command}': ${why}`)));
    const cancel = clock.after(ANSWER_MS, () => fail(`no answer within ${ANSWER_MS / 1000} s`));
    socket.setEncoding('latin1');
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection ended'));
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = /(?:^|\n)(ok|failed)\n$/.exec(text);
      if (end === null) return;
      const answer = text.slice(0, end.index).trim();
      if (end[1] === 'ok') settle(() => resolve(answer));
      else fail(answer);
    });
  });
}
