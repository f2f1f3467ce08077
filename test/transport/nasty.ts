/** Bytes that a careless wire changes, and bytes without a pattern. */
import { createHash } from 'node:crypto';

const ALL_256 = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** Everything that a careless wire changes, at the end and in pairs. */
export const NASTY = Buffer.concat([
  ALL_256,
  Buffer.from([13, 10, 13, 0, 13, 13, 255, 255, 13, 255, 0, 255, 240, 255, 250, 17, 19, 3, 4, 26]),
  ALL_256.toReversed(),
  Buffer.from([255, 13, 255]),
  Buffer.from([13]),
]);

/** The same bytes on each run, and no pattern in them. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = createHash('sha512').update('noise').digest();
  for (let at = 0; at < length; at += state.length) {
    state.copy(bytes, at);
    state = createHash('sha512').update(state).digest();
  }
  return bytes;
}
