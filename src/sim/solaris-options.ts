/** How a simulated Solaris behaves. All can be changed while it runs; most count from the next boot. */
export interface SolarisOptions {
  /** Shown in the login prompt; the same on both nodes, since they boot one root. */
  nodename: string;
  release: string;
  /** Name to password, for the console login. */
  accounts: Record<string, string>;
  /** Somebody left a root shell open on the console: no login prompt after a boot. */
  openShell: boolean;
  /** Syslog lines come to the console all the time. */
  chatty: boolean;
  /** Added to the boot, ms. */
  extraBootMs: number;
  /** `checks`: fsck runs after a crash; `asks`: it gives up and asks for the root password. */
  fsck: 'none' | 'checks' | 'asks';
  /** `kbd -a alternate`: a plain BREAK does nothing while the system runs; CR ~ CTRL-B does. */
  kbdAlternate: boolean;
  /** The kernel debugger is loaded: panics and BREAK end at its prompt. */
  debugger: boolean;
  /** `sun4v`: the system answers BREAK itself with a menu of single keys. */
  monitor: 'none' | 'sun4v';
  /** What the crash dump does, unless `panic` says otherwise. */
  dump: 'succeeds' | 'fails' | 'none';
  /** Without the disk: only warns, or panics. */
  onDiskLoss: 'warns' | 'panics';
  /** Before Solaris 10: `The system is ready.` */
  readyLine: boolean;
  /** A mirrored root with half of its state databases gone does not boot multi-user by itself. */
  mirrorNeedsQuorum: boolean;
  /** What `cat /var/adm/messages` shows; usually an old panic. */
  messages: readonly string[];
}

export const SOLARIS_DEFAULTS: SolarisOptions = {
  nodename: 'prod',
  release: 'SunOS Release 5.10 Version Generic_147440-01 64-bit',
  accounts: { root: 'secret' },
  openShell: false,
  chatty: false,
  extraBootMs: 0,
  fsck: 'none',
  kbdAlternate: false,
  debugger: false,
  monitor: 'none',
  dump: 'succeeds',
  onDiskLoss: 'warns',
  readyLine: false,
  mirrorNeedsQuorum: false,
  messages: [
    'Jun  3 04:12:01 prod unix: [ID 836849 kern.notice] #012#015panic[cpu7]/thread=2a10001fcc0: ',
    'panic[cpu0]/thread=2a100047cc0: BAD TRAP: type=31 rp=2a100047630 addr=8 mmu_fsr=0',
    'Jun  3 04:16:40 prod genunix: [ID 100000 kern.notice] dump succeeded',
  ],
};

/** What a panic is like; everything has a default. */
export interface PanicOptions {
  readonly message?: string;
  readonly dump?: SolarisOptions['dump'];
  readonly dumpMs?: number;
  /** The dump stops for good at this percentage. */
  readonly stallsAtPercent?: number;
  /** A second panic while the first is being handled. */
  readonly nested?: boolean;
}

/** What a hang is like. */
export interface HangOptions {
  /** `silent`: nothing runs; `kernel`: echo, network and flushing go on, no program does. */
  readonly kind?: 'silent' | 'kernel';
  /** Stuck where BREAK is not looked at. */
  readonly ignoresBreak?: boolean;
  /** It comes to itself after so long, as if nothing had been, and writes. */
  readonly wakesAfterMs?: number;
}
