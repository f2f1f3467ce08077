#!/usr/bin/env node
/** The program `clusterd`. The only place that ends the process. */
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './commands/command-line.ts';
import { processTerminal } from './commands/terminal.ts';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
process.exit(await runCommandLine(process.argv.slice(2), processTerminal(packageRoot)));
