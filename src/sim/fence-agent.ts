#!/usr/bin/env node
/**
 * The program `fence-agent`: options on stdin, answer in the exit status. See fence.ts.
 * `printf 'action=off\nipport=7003\nplug=n1\n' | node dist/sim/fence-agent.js`
 */
import { text } from 'node:stream/consumers';
import { runFence } from './fence.ts';

const args = process.argv.slice(2);
const input = args.length > 0 || process.stdin.isTTY ? '' : await text(process.stdin);
const { status, stdout, stderr } = await runFence(input, args);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;
