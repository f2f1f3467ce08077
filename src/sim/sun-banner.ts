/** The banner of OpenBoot, whose Host ID says which physical machine is on a line. */

export interface MachineModel {
  /** First line: `Sun Fire V240, No Keyboard`. */
  readonly title: string;
  readonly copyright: string;
  /** `OpenBoot 4.16.1, 2048 MB memory installed` */
  readonly firmware: string;
  /** Eight hexadecimal digits, lower case. */
  readonly hostId: string;
}

export const V240: Omit<MachineModel, 'hostId'> = {
  title: 'Sun Fire V240, No Keyboard',
  copyright: 'Copyright 1998-2004 Sun Microsystems, Inc.  All rights reserved.',
  firmware: 'OpenBoot 4.16.1, 2048 MB memory installed',
};

/** The Ethernet address and the serial number belong to the Host ID, as on the real machine. */
export function formatBanner(model: MachineModel, lostIdentity: boolean): string {
  const hostId = lostIdentity ? 'ffffffff' : model.hostId;
  const low = [hostId.slice(2, 4), hostId.slice(4, 6), hostId.slice(6, 8)];
  const short = (pair: string) => Number.parseInt(pair, 16).toString(16);
  const ethernet = lostIdentity
    ? 'ff:ff:ff:ff:ff:ff'
    : ['0', '3', 'ba', ...low.map(short)].join(':');
  const serial = Number.parseInt(hostId.slice(1), 16);
  return [
    '',
    model.title,
    model.copyright,
    `${model.firmware}, Serial #${serial}.`,
    `Ethernet address ${ethernet}, Host ID: ${hostId}.`,
    '',
    '',
    '',
  ].join('\r\n');
}
