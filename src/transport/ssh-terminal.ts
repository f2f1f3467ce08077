/**
 * The terminal that the other end is asked for, as every session of ours has it: raw, so that all
 * 256 bytes pass both ways and nothing is echoed. Used by transport/ssh-pool.ts and ssh-command.ts.
 * With a terminal the system there ends what runs on it when the session is gone.
 */
import type { PseudoTtyOptions, TerminalModes } from 'ssh2';

const OFF = [
  ...['IGNPAR', 'PARMRK', 'INPCK', 'ISTRIP', 'INLCR', 'IGNCR', 'ICRNL', 'IUCLC', 'IXON', 'IXANY'],
  ...['IXOFF', 'IMAXBEL', 'ISIG', 'ICANON', 'XCASE', 'ECHO', 'ECHOE', 'ECHOK', 'ECHONL', 'IEXTEN'],
  ...[
    'ECHOCTL',
    'ECHOKE',
    'PENDIN',
    'OPOST',
    'OLCUC',
    'ONLCR',
    'OCRNL',
    'ONOCR',
    'ONLRET',
    'PARENB',
  ],
];
const MODES: TerminalModes = {
  ...Object.fromEntries(OFF.map((name) => [name, 0])),
  CS8: 1,
  TTY_OP_ISPEED: 38_400,
  TTY_OP_OSPEED: 38_400,
};

export const RAW_TERMINAL: PseudoTtyOptions = { term: 'vt100', rows: 24, cols: 80, modes: MODES };
