/**
 * The end of every switch over a union in this room: the compiler sees that no kind is left out.
 * Reached at run time only by a fault of the program itself.
 */
export function assertNever(value: never): never {
  throw new Error(`unexpected kind: ${JSON.stringify(value)}`);
}
