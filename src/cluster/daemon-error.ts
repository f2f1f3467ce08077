/**
 * What the daemon and its commands refuse or cannot do. Thrown by cluster/, control/ and commands/;
 * main prints message and hint and exits with 1. Callers match on `code`, never on the text.
 * A message must never hold a secret.
 */
export type DaemonErrorCode =
  | 'no-home'
  | 'no-clusters'
  | 'already-running'
  | 'not-running'
  | 'state-directory'
  | 'journal'
  | 'socket-path'
  | 'socket'
  | 'protocol'
  | 'timeout'
  | 'unknown-cluster'
  | 'unknown-node'
  | 'refused'
  | 'log';

export interface DaemonErrorDetail {
  /** What the error is about: paths, names, numbers. */
  readonly context?: Readonly<Record<string, string | number>>;
  /** What to do now; one clause, may be a command to type. */
  readonly hint: string;
  readonly cause?: unknown;
}

export class DaemonError extends Error {
  readonly code: DaemonErrorCode;
  readonly context: Readonly<Record<string, string | number>>;
  readonly hint: string;

  constructor(code: DaemonErrorCode, message: string, detail: DaemonErrorDetail) {
    super(message, { cause: detail.cause });
    this.name = 'DaemonError';
    this.code = code;
    this.context = detail.context ?? {};
    this.hint = detail.hint;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The operating system's code (`ENOENT`), or '' when the error has none. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}
