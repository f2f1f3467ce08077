/**
 * How an operator's command shows whose it is, since Node cannot ask the kernel who stands at the
 * other end of a unix socket (SO_PEERCRED): the daemon sends two random words; the command makes a
 * file in `state/who`, named by the first, that holds the second and the very request it is going to
 * send. The kernel marks the file with its maker. Used by both ends: identity-desk.ts, show-user.ts.
 * The first word goes to nobody else and the directory cannot be listed, so nobody else can make the
 * file; the second keeps out files that were made before and moved there; the request keeps the
 * proof from being used for another one.
 */
import { basename, dirname, join } from 'node:path';

export interface Challenge {
  /** Name of the file to make. */
  readonly file: string;
  /** What its first line must be. */
  readonly word: string;
}

/** 128 random bits in hexadecimal; anything else is no name for a file. */
export const WORD_PATTERN = /^[0-9a-f]{32}$/;

/** Nobody may write it any more, its maker included; the daemon may be another user, and reads it. */
export const PROOF_MODE = 0o444;

/** `socket`: the path of the control socket; each daemon of a CLUSTER_HOME has a place of its own. */
export function whoDirectory(socket: string): string {
  const own = /^control\.(.+)\.sock$/.exec(basename(socket))?.[1];
  return join(dirname(socket), own === undefined ? 'who' : `who.${own}`);
}

/** `line`: the request as it goes over the socket, without its end. */
export function proofText({ word }: Challenge, line: string): string {
  return `${word}\n${line}\n`;
}
