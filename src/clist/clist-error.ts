/**
 * What goes wrong with a cluster's data after CList was read: a secret that cannot be fetched, a
 * fence agent that is not there. Callers match on `code`. The message never holds a secret.
 */
export type ClistErrorCode =
  | 'unchecked'
  | 'secret-missing'
  | 'secret-readable'
  | 'secret-owner'
  | 'secret-not-a-file'
  | 'secret-empty'
  | 'secret-unreadable'
  | 'no-agent';

export class ClistError extends Error {
  readonly code: ClistErrorCode;
  readonly hint: string;
  readonly context: Readonly<Record<string, string>>;

  constructor(
    code: ClistErrorCode,
    message: string,
    hint: string,
    context: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'ClistError';
    this.code = code;
    this.hint = hint;
    this.context = context;
  }
}
