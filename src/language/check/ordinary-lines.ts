/**
 * What any console shows on a quiet day: prompts of systems that run, and sentences. A text that
 * one of these satisfies cannot tell a firmware from a system, or trouble from chatter.
 * Used by loose-texts.ts. Nothing in here may be the mark of any firmware.
 */

/** Unfinished last lines of a system that runs. */
export const SYSTEM_PROMPTS: readonly string[] = [
  '# ',
  '$ ',
  '% ',
  'sh-4.2# ',
  'bash-3.2$ ',
  'web1# ',
  'root@web1:~# ',
  '[root@web1 ~]# ',
  'joe@web1:/var/log$ ',
  'joe@web1> ',
  'mysql> ',
  'sqlplus> ',
  'telnet> ',
  'ftp> ',
  'web1 login: ',
  'web1 console login: ',
  'Password: ',
  "root's password: ",
  'Continue? ',
  'Overwrite it (y/n)? ',
  'Proceed [y/N]: ',
  '--More-- ',
  '--More--(50%) ',
  'Enter selection: ',
  'please wait... ',
  'Loading 50% ',
];

/** Lines that only a system prints: as it starts, runs, crashes or shuts down with the disk in use. */
export const SYSTEM_LINES: readonly string[] = [
  'SunOS Release 5.10 Version Generic_147440-01 64-bit',
  'Copyright (c) 1983, 2011, Oracle and/or its affiliates. All rights reserved.',
  'Hostname: web1',
  'The system is ready.',
  'The system is coming up.  Please wait.',
  'The system is down.',
  'syncing file systems... 2 1 done',
  'svc.startd: The system is coming down.  Please wait.',
  'panic[cpu0]/thread=2a100047cc0: BAD TRAP: type=31 rp=2a100047630 addr=8 mmu_fsr=0',
  'dumping to /dev/dsk/c1t0d0s1, offset 429391872, content: kernel',
  '100% done: 34211 pages dumped, compression ratio 3.21, dump succeeded',
  'INIT: New run level: 0',
  'Linux version 5.10.0-8-amd64 (debian-kernel@lists.debian.org) (gcc-10 10.2.1)',
  '[    0.000000] Linux version 5.10.0-8-amd64 (gcc-10 10.2.1)',
  '[   72.159680] Kernel panic - not syncing: Fatal exception in interrupt',
  '[   72.160001] BUG: unable to handle kernel NULL pointer dereference at 0000000000000008',
  'systemd[1]: Reached target Multi-User System.',
  'systemd[1]: Stopped target Local File Systems.',
  'FreeBSD 12.1-RELEASE r354233 GENERIC amd64',
  'panic: page fault',
  'Syncing disks, vnodes remaining... 0 done',
  'Starting standard daemons: cron sshd.',
];

/** Sentences of daemons, users and kernels in which nothing is wrong. */
const SENTENCES: readonly string[] = [
  'Mar  4 10:15:00 web1 cron[411]: (root) CMD (/usr/lib/sa/sa1)',
  'Mar  4 10:15:01 web1 sshd[512]: Accepted publickey for joe from 10.0.0.7 port 51311',
  'Mar  4 10:16:12 web1 su: [ID 366847 auth.notice] su root succeeded for joe on /dev/pts/3',
  'Mar  4 10:17:30 web1 named[302]: zone example.org/IN: loaded serial 2024030401',
  'Mar  4 10:18:44 web1 in.routed[211]: interface bge0 to 10.0.0.1 restored',
  'NFS server files1 not responding still trying',
  'NFS server files1 ok',
  'eth0: link is up, 1000 Mbps, full duplex',
  'The system will be backed up in 5 minutes, please log out.',
  '/dev/dsk/c0t0d0s0: file system full',
  'Filesystem            kbytes    used   avail capacity  Mounted on',
  '/dev/dsk/c0t0d0s0    1015542  612345  342265    65%    /',
  '[   72.159680] usb 1-1: new high-speed USB device number 4 using xhci_hcd',
  'total 48',
  'You have new mail.',
  'Message from joe on web1 at 10:20 ...',
];

/** So common that each of them turns up in somebody's message sooner or later. */
const WORDS: readonly string[] = (
  'a about abort again all an and are at back bad boot booted booting bus busy by change check ' +
  'clean closed code command config connected console core cpu crash current data dead debug ' +
  'device disabled disk down dump end error errors exit fail failed failure fatal fault file ' +
  'for found from go halt halted has host id in init input is it kernel last line link load ' +
  'loading lock log login lost machine main memory message mode monitor mount name net network ' +
  'new no node not of off ok on open or out panic password path ping port power problem process ' +
  'prompt ready reboot rebooting reset restart resume root run running safe sc server service ' +
  'shell shutdown slot start started starting state status stop stopped stopping sync system ' +
  'terminated test the this time to trap type unit up user value version wait waiting warning ' +
  'with write yes'
).split(' ');

/** Finished lines of a quiet day. */
export const QUIET_LINES: readonly string[] = [
  ...SENTENCES,
  ...WORDS.map((word) => `web1: it said ${word} then`),
];

/** The same as the end of a line that is not finished. */
export const QUIET_ENDS: readonly string[] = [
  ...SENTENCES.map((line) => `${line} `),
  ...WORDS.flatMap((word) => [`web1: all ${word} `, `web1: all ${word}: `, `web1: all ${word}? `]),
];
