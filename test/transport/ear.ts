/** One connection of a test and all that came over it. */
import type { CloseReason, TransportHandlers } from '../../src/transport/transport.ts';

export class Ear implements TransportHandlers {
  heard: Buffer[] = [];
  bytes = 0;
  readonly modems: string[] = [];
  readonly faults: string[] = [];
  readonly closes: CloseReason[] = [];

  data(bytes: Uint8Array): void {
    this.heard.push(Buffer.from(bytes)); // only valid during the call
    this.bytes += bytes.length;
  }

  modem(line: string, on: boolean): void {
    this.modems.push(`${line} ${on}`);
  }

  noticed(fault: string): void {
    this.faults.push(fault);
  }

  closed(reason: CloseReason): void {
    this.closes.push(reason);
  }

  /** What came so far is not asked for. */
  forget(): void {
    this.heard = [];
    this.bytes = 0;
  }

  get all(): Buffer {
    return Buffer.concat(this.heard);
  }
}
