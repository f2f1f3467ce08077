/** The one error class of the simulator. `hint` says what to do about it. */
export class SimError extends Error {
  readonly code:
    | 'bad-option'
    | 'no-such-node'
    | 'no-such-disk'
    | 'no-such-outlet'
    | 'not-possible-now'
    | 'port-in-use'
    | 'socat-missing'
    | 'broken-promise';
  readonly hint: string;

  constructor(code: SimError['code'], message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SimError';
    this.code = code;
    this.hint = hint;
  }
}

/** For the default of a switch over a union: does not compile unless every kind is handled. */
export function assertNever(value: never): never {
  throw new SimError(
    'broken-promise',
    `unhandled kind ${JSON.stringify(value)}`,
    'a simulator bug',
  );
}
