/**
 * What the shipped texts make of lines that Solaris and OpenBoot really print, and of lines that only
 * look like them. Each line stands alone in a recording; `unfinished` is the end of one.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scanner } from '../../src/corpus/scan.ts';
import { compileScript } from '../../src/language/compile.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import { readRecording } from '../../src/replay/read-recording.ts';

const SHIPPED = new URL('../../chat-scripts/', import.meta.url);
const { program } = compileScript('sun-obp.chat', (name) =>
  readFileSync(new URL(name, SHIPPED), 'utf8'),
);
if (program === null) throw new Error('the shipped script has errors');
const scanner = new Scanner(program, compilePatterns(program));
const pace = { paceMs: 10, isPrompt: () => false, promptPauseMs: 0 };

function textsIn(recorded: string): string {
  const { sightings } = scanner.scan(readRecording('x', recorded, pace));
  return [...new Set(sightings.map(({ text }) => program?.texts[text]?.name))].join(' ');
}

describe('a finished line', () => {
  it.each([
    ['panic', '\n\rpanic[cpu0]/thread=2a100047cc0: BAD TRAP: type=31 rp=2a100047630'],
    ['panic', '\n\rpanic[cpu13]/thread=30001234560: '],
    ['panic', 'panic[cpu0]/thread=0x70b5ee60: zero'],
    ['panic', 'prod console login: panic[cpu1]/thread=2a100047cc0: sync initiated'],
    ['panic', 'panic[cpu0]/thread=180e000: vfs_mountroot: cannot mount root', 'broken-root'],
    ['debugger', 'panic: entering debugger (continue to save dump)'],
    ['dumping', 'dumping to /dev/dsk/c1t0d0s1, offset 429391872, content: kernel'],
    ['dump-over', '100% done: 34211 pages dumped, compression ratio 3.21, dump succeeded'],
    ['dump-over', 'dump failed: error 5'],
    ['dump-over', 'skipping system dump - no dump device configured'],
    ['rebooting', 'rebooting...'],
    ['terminated', 'Program terminated'],
    ['stopped-by-break', "Type  'go' to resume"],
    ['banner', 'OpenBoot 4.16.1, 2048 MB memory installed, Serial #61164999.'],
    ['banner', 'Ethernet address 0:3:ba:a5:4d:c7, Host ID: 83a54dc7.'],
    ['boot-begins', 'Rebooting with command: boot'],
    ['boot-begins', 'Boot device: /pci@1c,600000/scsi@2/disk@0,0:a  File and args:'],
    ['kernel-begins', 'SunOS Release 5.10 Version Generic_147440-01 64-bit'],
    ['broken-root', 'Cannot mount root on /pci@1c,600000/scsi@2/disk@0,0:a fstype ufs'],
    ['', 'syncing file systems... 2 1 done'],
    ['', '#012#015panic[cpu7]/thread=ffffff09083790c0: '],
    ['', 'kern.panic_reboot_wait_time: 15'],
    ['', 'no panic here, boot args were panic=30'],
    ['', 'NOTICE: the dump succeeds without a device'],
    ['', 'ok '],
  ])('%s in %j', (first, line, ...others) => {
    expect(textsIn(`${line}\n`)).toBe([first, ...others].join(' '));
  });
});

describe('an unfinished line', () => {
  it.each([
    ['ok', 'ok '],
    ['ok', '{1f} ok '],
    ['ok', 'ok> '],
    ['login', 'prod console login: '],
    ['shell', '# '],
    ['shell', 'root@prod # '],
    ['shell', 'bash-3.00# '],
    ['shell', '$ '],
    ['shell', 'prod% '],
    ['', 'dump 42% '],
    ['', 'job 7 # '],
    ['shell', 'Password: '],
    ['secured', '> '],
    ['kmdb', '[14]> '],
    ['sun4v-menu', 'c)ontinue, s)ync, r)eboot, h)alt? '],
    ['maintenance', 'Type control-d to proceed with normal startup, '],
    ['', 'is that ok '],
    ['', 'mysql> '],
    ['', '42% '],
  ])('%s in %j', (text, line) => {
    expect(textsIn(line)).toBe(text);
  });
});
