/** What broken and hostile telnet peers send under the console: requests without end, and nonsense. */

const IAC = 255;
const SE = 240;
const SB = 250;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const COM_PORT = 44;

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);

/** Every option asked for and taken back, again and again: 20,480 requests. */
const alternation = Array.from({ length: 10 }, () =>
  Array.from({ length: 256 }, (_, option) =>
    [WILL, WONT, DO, DONT, WILL, WILL, DO, DO].flatMap((verb) => [IAC, verb, option]),
  ).flat(),
).flat();

/** In pieces, as a loop comes. */
export const STORM: readonly Buffer[] = Array.from({ length: 40 }, (_, piece) => {
  const length = alternation.length / 40;
  return Buffer.from(alternation.slice(piece * length, (piece + 1) * length));
});

/** So many answers are given to a storm before nothing is answered any more. */
export const STORM_ANSWERS_MAX = 1100;

/** Ends what was not ended: more than any subnegotiation may be long. */
const FILLER = Buffer.alloc(2048, 'x');
const ended = (...payload: readonly number[]): Buffer => bytes(IAC, SB, ...payload, IAC, SE);

export const MALFORMED: readonly Buffer[] = [
  ended(),
  ended(COM_PORT),
  ended(COM_PORT, 107),
  ended(COM_PORT, 106),
  ended(COM_PORT, 106, 255, 255),
  ended(COM_PORT, 99, 1, 2, 3),
  ended(COM_PORT, 105, 77),
  ended(COM_PORT, 101, 0, 0, 0, 0),
  ended(COM_PORT, 101, 255, 255, 255, 255, 255, 255, 255, 255),
  ended(COM_PORT, ...Array.from({ length: 1000 }, (_, index) => index % 250)),
  ended(99, 1, 2, 3),
  bytes(IAC, SB, COM_PORT, IAC, SB, COM_PORT, 107, 0, IAC, SE),
  bytes(IAC, SB, IAC, DO, 0),
  bytes(IAC, SE),
  bytes(IAC, SB, COM_PORT, IAC, 1),
  bytes(IAC, 0, IAC, 1, IAC, 239, IAC, 241, IAC, 249),
  Buffer.concat([bytes(IAC, SB, COM_PORT, 107), FILLER]),
  Buffer.concat([bytes(IAC, SB), Buffer.alloc(64 * 1024, COM_PORT)]),
  Buffer.concat([
    bytes(IAC, SB, COM_PORT, 107),
    Buffer.alloc(64 * 1024, IAC),
    bytes(1, IAC, SE),
    FILLER,
  ]),
];
