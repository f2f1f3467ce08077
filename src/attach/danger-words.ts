/**
 * Words that start, resume or reset a system, or destroy data, when a person types them: data for
 * danger.ts. What a script's library does with a machine is added to them there.
 */

/** Any word of a line at a firmware prompt: there a line may have several commands. */
export const FIRMWARE_WORDS: ReadonlyMap<string, string> = new Map([
  ...each(['boot', 'b', 'boot-read', 'dload', 'load'], 'starts an operating system'),
  ...each(['go', 'c', 'n', 'continue'], 'lets the stopped system go on, writing to the disk'),
  ...each(['sync', 's'], 'makes the stopped system panic, write to the disk and reboot'),
  ...each(['reset', 'reset-all', 'r', 'reboot'], 'resets the machine; it may boot by itself'),
  ...each(['power-off', 'poweroff'], 'switches the machine off'),
  ...each(['set-default', 'set-defaults'], 'wipes firmware variables: parked no more'),
  ...each([':c', '::cont', '$q', '::quit'], 'lets the stopped system go on, or ends it'),
]);

/** The command of a line at a shell or at the prompt of a service processor. */
export const SHELL_WORDS: ReadonlyMap<string, string> = new Map([
  ...each(['reboot', 'fastboot', 'luactivate'], 'reboots the system'),
  ...each(['halt', 'fasthalt', 'poweroff', 'shutdown', 'uadmin'], 'stops the system'),
  ...each(['init', 'telinit', 'inittab'], 'changes the run level: may stop or reboot the system'),
  ...each(['poweron', 'powercycle', 'reset', 'start', 'bootmode'], 'starts or resets the machine'),
  ...each(['break', 'stop'], 'stops the system'),
  ...each(['mkfs', 'newfs', 'mke2fs', 'mkswap'], 'makes a new file system: data is lost'),
  ...each(['format', 'fdisk', 'fmthard', 'parted', 'dd', 'wipefs'], 'can destroy a disk'),
  ...each(
    ['mount', 'mountall', 'fsck', 'zpool', 'metaimport', 'vxdg', 'swap'],
    'touches a disk that the other node may be writing to',
  ),
  ...each(['eeprom'], 'changes what the machine does at its next reset'),
]);

/** They run what stands behind them, here or elsewhere: every word of the line counts. */
export const CARRIERS: ReadonlySet<string> = new Set(
  'sudo su ssh rsh sh ksh bash csh tcsh zsh exec nohup time env xargs find eval command nice'.split(
    ' ',
  ),
);

export const REMOVES_TREES = 'removes whole directories';

function each(words: readonly string[], what: string): readonly (readonly [string, string])[] {
  return words.map((word) => [word, what]);
}
