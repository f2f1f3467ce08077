/**
 * The few words of RFC 2217 (telnet COM-PORT-OPTION) that a console client needs: BREAK on and off,
 * what the modem lines do, and what is wrong with the bytes. Used by transport/telnet.ts. Must never change the settings of the
 * port at the other end: speed and parity belong to the terminal server's own configuration.
 */
import type { LineFault } from './line-fault.ts';
import { encodeSubnegotiation, TELNET_COM_PORT } from './telnet-codec.ts';

const SET_CONTROL = 5;
const SET_LINESTATE_MASK = 10;
const SET_MODEMSTATE_MASK = 11;
/** What servers send is the command plus 100; NOTIFY-MODEMSTATE is 7 for the client. */
const NOTIFY_MODEMSTATE = 107;
const NOTIFY_LINESTATE = 106;

export const BREAK_ON = encodeSubnegotiation(TELNET_COM_PORT, [SET_CONTROL, 5]);
export const BREAK_OFF = encodeSubnegotiation(TELNET_COM_PORT, [SET_CONTROL, 6]);

const DCD = 0x80;
const DSR = 0x20;
const CTS = 0x10;

/** Asks to be told of DCD, DSR and CTS; servers differ in what they tell unasked. */
export const ASK_FOR_MODEM_STATE = encodeSubnegotiation(TELNET_COM_PORT, [
  SET_MODEMSTATE_MASK,
  DCD | DSR | CTS,
]);

export interface ModemState {
  readonly dcd: boolean;
  readonly dsr: boolean;
  readonly cts: boolean;
}

/** The modem lines of a COM-PORT-OPTION subnegotiation, or null if it says something else. */
export function parseModemState(payload: Uint8Array): ModemState | null {
  const [command, bits] = payload;
  if (command !== NOTIFY_MODEMSTATE || bits === undefined) return null;
  return { dcd: (bits & DCD) !== 0, dsr: (bits & DSR) !== 0, cts: (bits & CTS) !== 0 };
}

/** In the order of the bits of a line state. */
const FAULTS: readonly (readonly [number, LineFault])[] = [
  [0x02, 'overrun'],
  [0x04, 'parity'],
  [0x08, 'framing'],
  [0x10, 'break'],
];

/** Asks to be told of BREAKs and damaged bytes, and of nothing that happens with each byte. */
export const ASK_FOR_LINE_STATE = encodeSubnegotiation(TELNET_COM_PORT, [
  SET_LINESTATE_MASK,
  FAULTS.reduce((mask, [bit]) => mask | bit, 0),
]);

/** What a COM-PORT-OPTION subnegotiation says is wrong with the line; mostly nothing. */
export function parseLineState(payload: Uint8Array): readonly LineFault[] {
  const [command, bits] = payload;
  if (command !== NOTIFY_LINESTATE || bits === undefined) return [];
  return FAULTS.filter(([bit]) => (bits & bit) !== 0).map(([, fault]) => fault);
}
