/**
 * A fence agent for the simulated power switch, after the ClusterLabs fence agent API: options as
 * `name=value` lines on stdin, the answer is the exit status. Every switching is verified by asking
 * afterwards; a timeout is a failure. fence-agent.ts makes a program of it.
 */
import { connect } from 'node:net';
import { FENCE_METADATA } from './fence-metadata.ts';
import { readLines } from './socket-server.ts';

export interface FenceResult {
  /** 0: done, or on; 2: off (only `status`); 1: failed. */
  readonly status: 0 | 1 | 2;
  readonly stdout: string;
  readonly stderr: string;
}

interface FenceOptions {
  readonly action: string;
  readonly host: string;
  readonly port: number;
  readonly plug: string;
  readonly timeoutMs: number;
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  '-o': 'action',
  '-a': 'ip',
  '-u': 'ipport',
  '-n': 'plug',
};

/** Older names that callers still use. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  option: 'action',
  ipaddr: 'ip',
  port: 'plug',
};

class FenceFailure extends Error {}

/** `input`: all of stdin; `args`: the command line without program names. */
export async function runFence(input: string, args: readonly string[]): Promise<FenceResult> {
  try {
    const given = new Map([...readArguments(args), ...readInput(input)]);
    const action = given.get('action') ?? 'off';
    if (action === 'metadata') return { status: 0, stdout: FENCE_METADATA, stderr: '' };
    return await act(complete(action, given));
  } catch (error) {
    if (!(error instanceof FenceFailure)) throw error;
    return { status: 1, stdout: '', stderr: `fence-agent: ${error.message}\n` };
  }
}

function readInput(input: string): [string, string][] {
  return input
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/.exec(line) ?? [];
      return [OLD_NAMES[name] ?? name, value];
    });
}

function readArguments(args: readonly string[]): [string, string][] {
  const options: [string, string][] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    const [, long = '', , value] = /^--([a-z-]+)(=(.*))?$/.exec(argument) ?? [];
    const name = LONG_NAMES[argument] ?? long;
    if (name === '') throw new FenceFailure(`unknown option '${argument}'`);
    if (value === undefined) index += 1;
    options.push([name, value ?? args[index] ?? '']);
  }
  return options;
}

function complete(action: string, given: ReadonlyMap<string, string>): FenceOptions {
  const port = Number(given.get('ipport') ?? '');
  const plug = given.get('plug') ?? '';
  if (!Number.isInteger(port) || port <= 0)
    throw new FenceFailure("'ipport' is missing or no port");
  if (plug === '' && !['monitor', 'list'].includes(action)) {
    throw new FenceFailure("'plug' is missing: which outlet?");
  }
  const timeoutMs = Number(given.get('power_timeout') ?? '20') * 1000;
  return { action, host: given.get('ip') ?? '127.0.0.1', port, plug, timeoutMs };
}

async function act(options: FenceOptions): Promise<FenceResult> {
  switch (options.action) {
    case 'on':
    case 'off':
      return turn(options, options.action);
    case 'reboot':
      await turn(options, 'off');
      return turn(options, 'on');
    case 'status':
      return status(options);
    case 'monitor':
    case 'validate-all':
      await ask(options, 'list');
      return { status: 0, stdout: '', stderr: '' };
    case 'list': {
      const outlets = (await ask(options, 'list')).filter((line) => line !== 'end');
      const stdout = outlets.map((line) => `${line.split(' ')[0]},\n`).join('');
      return { status: 0, stdout, stderr: '' };
    }
    default:
      throw new FenceFailure(`unknown action '${options.action}'`);
  }
}

async function status(options: FenceOptions): Promise<FenceResult> {
  const state = await stateOf(options);
  return { status: state === 'on' ? 0 : 2, stdout: `Status: ${state.toUpperCase()}\n`, stderr: '' };
}

async function turn(options: FenceOptions, wanted: 'on' | 'off'): Promise<FenceResult> {
  await ask(options, `${wanted} ${options.plug}`);
  const state = await stateOf(options);
  if (state !== wanted) throw new FenceFailure(`outlet ${options.plug} is still ${state}`);
  return { status: 0, stdout: `Success: Powered ${wanted.toUpperCase()}\n`, stderr: '' };
}

async function stateOf(options: FenceOptions): Promise<'on' | 'off'> {
  const [answer = ''] = await ask(options, `status ${options.plug}`);
  // The whole line, or nothing: never a part of some other text.
  if (answer === `${options.plug} on`) return 'on';
  if (answer === `${options.plug} off`) return 'off';
  throw new FenceFailure(`the power switch answered '${answer}'`);
}

/** One question, one connection; `list` has several lines up to `end`. */
function ask(options: FenceOptions, question: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const socket = connect({ host: options.host, port: options.port });
    const where = `${options.host}:${options.port}`;
    const fail = (message: string) => {
      socket.destroy();
      reject(new FenceFailure(message));
    };
    const timer = setTimeout(() => fail(`no answer from ${where}`), options.timeoutMs);
    socket.on('error', (error) => fail(`cannot reach the power switch: ${error.message}`));
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new FenceFailure(`${where} closed the connection without an answer`));
    });
    readLines(socket, (line) => {
      if (line.startsWith('error ')) return fail(line.slice('error '.length));
      lines.push(line);
      if (question === 'list' && line !== 'end') return;
      resolve(lines);
      socket.destroy();
    });
    socket.write(`${question}\n`);
  });
}
