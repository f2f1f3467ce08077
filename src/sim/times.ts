/** How long things take on a simulated site. All in milliseconds, all > 0 unless said otherwise. */
export interface SimTimes {
  /** Reset until the banner. */
  readonly postMs: number;
  /** The same with `diag-switch?` true. */
  readonly diagPostMs: number;
  /** Banner until the firmware boots or shows its prompt. */
  readonly settleMs: number;
  /** `Boot device:` until the login prompt. */
  readonly bootMs: number;
  /** `Boot device:` until the root file system is mounted; at most `bootMs`. */
  readonly mountAfterMs: number;
  /** `Boot device:` until the network is up; at most `bootMs`. */
  readonly networkAfterMs: number;
  /** Added to a boot that checks the file system. */
  readonly fsckMs: number;
  /** `syncing file systems...` during a panic. */
  readonly syncMs: number;
  /** `dumping to` until its end. */
  readonly dumpMs: number;
  /** Shutdown of an orderly reboot or halt. */
  readonly shutdownMs: number;
  /** One try of a network boot that nobody answers. */
  readonly netBootMs: number;
  /** Between two transactions of the load; 0: no load. */
  readonly loadEveryMs: number;
  /** Between two lines of a chatty syslog. */
  readonly chattyEveryMs: number;
  /** `Password:` without an answer until the login prompt is back. */
  readonly passwordMs: number;
  /** A mirror half that was away is equal again after so long. */
  readonly resyncMs: number;
  /** The power switch needs so long to switch. 0 allowed. */
  readonly switchMs: number;
}

/** Quick enough to watch. */
export const QUICK_TIMES: SimTimes = {
  postMs: 1500,
  diagPostMs: 6000,
  settleMs: 200,
  bootMs: 2500,
  mountAfterMs: 1000,
  networkAfterMs: 2000,
  fsckMs: 1500,
  syncMs: 400,
  dumpMs: 2000,
  shutdownMs: 800,
  netBootMs: 1000,
  loadEveryMs: 200,
  chattyEveryMs: 700,
  passwordMs: 60_000,
  resyncMs: 1000,
  switchMs: 100,
};

/** Times of a Sun Fire V240 with a full root, for simulated clocks. */
export const REAL_TIMES: SimTimes = {
  postMs: 45_000,
  diagPostMs: 600_000,
  settleMs: 3000,
  bootMs: 120_000,
  mountAfterMs: 30_000,
  networkAfterMs: 90_000,
  fsckMs: 300_000,
  syncMs: 10_000,
  dumpMs: 90_000,
  shutdownMs: 45_000,
  netBootMs: 20_000,
  loadEveryMs: 1000,
  chattyEveryMs: 700,
  passwordMs: 60_000,
  resyncMs: 600_000,
  switchMs: 5000,
};
