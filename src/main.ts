#!/usr/bin/env node
/** The program `clusterd`. The only place that ends the process. */
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './commands/command-line.ts';
import { processTerminal } from './commands/terminal.ts';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const status = await runCommandLine(words, processTerminal(packageRoot));
// What a pipe has not yet taken would be lost; a daemon that is told to end waits for no reader.
if (words[0] !== 'run') await Promise.all([process.stdout, process.stderr].map(written));
process.exit(status);

/** Resolves when all is written, or the reader is gone. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else
      stream
        .once('close', resolve)
        .once('error', () => resolve())
        .write('', () => resolve());
  });
}
