/** What a simulated Solaris prints when it boots, panics and goes down. Texts only. */
import type { Random } from './random.ts';

export const COPYRIGHT =
  'Copyright (c) 1983, 2011, Oracle and/or its affiliates. All rights reserved.';

export const STACK = [
  '000002a10001f9a0 genunix:cv_wait+38 (3000107c2b8, 3000107c2b0, 0, 0, 18b5c00, 0)',
  '  %l0-3: 0000000000000000 0000000001874c00 000000000000000a 0000000000000001',
  '  %l4-7: 0000030001074d50 0000000000000000 0000000000000000 000000000187f000',
];

export const SERVICES = [
  'Hardware watchdog enabled',
  'syslogd: line 24: WARNING: loghost could not be resolved',
];

export const KMDB =
  'Welcome to kmdb\r\nLoaded modules: [ unix krtld genunix specfs dtrace ufs ]\r\n[0]> ';

export const SUN4V_MENU = 'c)ontinue, s)ync, r)eboot, h)alt? ';
export const SUN4V_HALT_MENU = 'r)eboot, o)k prompt, h)alt? ';

const CHATTER: readonly [string, ...string[]] = [
  'sshd[2817]: [ID 800047 auth.info] Accepted publickey for admin from 10.1.4.22 port 51422 ssh2',
  'scsi: [ID 107833 kern.warning] WARNING: /pci@1c,600000/scsi@2/sd@1,0 (sd1):',
  'genunix: [ID 408114 kern.info] /pci@1e,600000/network@2 (hme1) online',
  "su: [ID 810491 auth.crit] 'su root' failed for oracle on /dev/pts/3",
  'ufs: [ID 845546 kern.notice] NOTICE: alloc: /export/home: file system full',
];

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function panicLine(cpu: number, message: string): string {
  return `\n\rpanic[cpu${cpu}]/thread=2a100047cc0: ${message}\r\n\r\n`;
}

/** One line of syslog on the console, with the time of the simulated wall clock. */
export function syslogLine(wall: number, nodename: string, random: Random): string {
  const date = new Date(wall);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${time} ${nodename} ${random.pick(CHATTER)}\r\n`;
}
