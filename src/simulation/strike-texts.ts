/** What systems and people write on a console in the middle of trouble. For strikes.ts. */

export const KERNEL_LINE =
  '\r\nWARNING: /pci@1f,700000/scsi@2 (glm0):\r\n\tconnected command timeout\r\n';

/** Whole lines of a running system, none of them what it seems. */
export const LOOKALIKES: readonly string[] = [
  'ok 14 of 15 tests passed',
  '{0} ok is what the firmware says',
  'console login: is what it asks for',
  '# a comment',
  'Nov 12 03:12:44 n1 panic[cpu0]/thread=2a100047cc0: BAD TRAP',
];

/** What people type. Half lines have no RETURN. */
export const TYPED: readonly string[] = [
  '\r',
  'banner\r',
  'printenv\r',
  'setenv auto-boot? true\r',
  'setenv boot-device disk\r',
  'setenv boot-dev',
  'boot',
  'boot shared\r',
  'boot shared -s\r',
  'go\r',
  'sync\r',
  'reset-all\r',
  'root\r',
  'setenv auto-boot? true\rsetenv boot-device shared\r',
  'set-defaults\r',
];
