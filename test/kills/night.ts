/**
 * One night: a pair at rest, a stroke against its active node, SIGKILL to the daemon in the middle of
 * the takeover, and what came of it. Without kills it measures how long the takeover takes.
 */
import { systemClock } from '../../src/clock/system.ts';
import { type DaemonProcess, Home, type Watched } from './daemon-process.ts';
import { type Order, obey, orderOf } from './person.ts';
import { type Kill, type Night, STRIKES } from './plan.ts';
import { type SiteLook, SiteProcess } from './site-process.ts';

export interface Outcome {
  readonly night: Night;
  /** The state that the daemon was in at each kill; null: it did not answer yet, or no more. */
  readonly hitIn: readonly (string | null)[];
  /** From the stroke to production, ms; null: it did not come back. */
  readonly backMs: number | null;
  /** What a person had to do. */
  readonly orders: readonly Order[];
  readonly violations: readonly string[];
  /** The node that was struck runs production again: no takeover, but no outage either. */
  readonly isSameNode: boolean;
  /** Everything that was said: remarks, the daemon's log, the site. */
  readonly story: string;
}

export interface Stage {
  /** The folder with dist and chat-scripts. */
  readonly programs: string;
  readonly slot: number;
}

const REST_MS = 120_000;
/** A person is called when production is not back by itself within so long. */
const ALONE_MS = 150_000;
/** A person who is on duty reads an alarm at once. */
const ON_DUTY_MS = 4000;
const AFTER_ORDER_MS = 90_000;
/** Whoever was refused tries again. */
const AFTER_REFUSAL_MS = 8000;
const ORDERS_MAX = 8;
/** A second mount may come late. */
const AFTERMATH_MS = 3000;
const LOOK_MS = 250;

/** `takeoverMs`: the measured length of this kind of takeover. */
export async function playNight(night: Night, takeoverMs: number, stage: Stage): Promise<Outcome> {
  // Trust demands that clusterd itself has parked and booted the node.
  const isCold = night.policy === 'trust';
  const site = await SiteProcess.start(stage.programs, stage.slot, night.number + 1, isCold);
  const home = new Home(stage.programs, site.ports, night.policy);
  const play = new Play(night, site, home);
  try {
    return await play.run(takeoverMs);
  } finally {
    await play.daemon.end('SIGKILL');
    await site.end();
    home.remove();
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => systemClock.after(ms, resolve));

class Play {
  daemon: DaemonProcess;
  readonly #night: Night;
  readonly #site: SiteProcess;
  readonly #home: Home;
  readonly #hitIn: (string | null)[] = [];
  readonly #orders: Order[] = [];
  readonly #remarks: string[] = [];
  #struckAt = 0;
  #struck = '';

  constructor(night: Night, site: SiteProcess, home: Home) {
    this.#night = night;
    this.#site = site;
    this.#home = home;
    this.daemon = home.start();
  }

  async run(takeoverMs: number): Promise<Outcome> {
    await this.#arm();
    const rested = await this.#until(REST_MS, isAtRest);
    if (rested === null) throw new Error(`the pair does not come to rest:\n${this.#story()}`);
    this.#struck = rested.status?.active ?? '';
    await this.#site.command(STRIKES[this.#night.strike].replace('ACTIVE', this.#struck));
    this.#struckAt = performance.now();
    for (const kill of this.#night.kills) await this.#kill(kill, takeoverMs);
    const backMs = await this.#production();
    await sleep(AFTERMATH_MS);
    const look = await this.#site.look();
    return {
      night: this.#night,
      hitIn: this.#hitIn,
      backMs,
      orders: this.#orders,
      violations: look.violations,
      isSameNode: look.serving === this.#struck,
      story: this.#story(),
    };
  }

  /** As soon as the daemon listens; a cluster that is seen for the first time does nothing. */
  async #arm(): Promise<void> {
    const end = performance.now() + REST_MS;
    for (;;) {
      const { status, text } = await this.#home.command(['arm', 'demo']);
      if (status === 0) return;
      if (performance.now() > end) throw new Error(`it cannot be armed: ${text}`);
      await sleep(200);
    }
  }

  // ---- kills -------------------------------------------------------------------------------------

  async #kill({ at, restartMs }: Kill, takeoverMs: number): Promise<void> {
    if (at.kind === 'start-up') await sleep(at.seconds * 1000);
    else await sleep(at.share * takeoverMs);
    const watched = at.kind === 'start-up' ? null : await this.daemon.look();
    await this.daemon.end('SIGKILL');
    this.#hitIn.push(watched?.status?.state ?? null);
    this.#remark(`killed in ${watched?.status?.state ?? 'start-up'}; starts again`);
    await sleep(restartMs);
    this.daemon = this.#home.start();
  }

  // ---- waiting for production --------------------------------------------------------------------

  /** ms since the stroke, or null. A person helps only after a time, unless the policy wants one. */
  async #production(): Promise<number | null> {
    const patience = this.#night.isAttended ? ON_DUTY_MS : ALONE_MS;
    for (let round = 0; round <= ORDERS_MAX; round++) {
      const waitMs = round === 0 ? patience : this.#afterOrderMs;
      const served = await this.#until(waitMs, isServed);
      if (served !== null) return performance.now() - this.#struckAt;
      if (round === ORDERS_MAX || !(await this.#callPerson())) return null;
    }
    return null;
  }

  get #afterOrderMs(): number {
    return this.#orders.at(-1)?.isAccepted === true ? AFTER_ORDER_MS : AFTER_REFUSAL_MS;
  }

  /** False: nothing tells a person what to do. */
  async #callPerson(): Promise<boolean> {
    const order = await this.#awaitOrder();
    if (order === null) return false;
    const obeyed = await obey(order, this.#home, this.#site);
    this.#orders.push(obeyed);
    this.#remark(`a person reads "${order.text}" and does: ${obeyed.done}`);
    return true;
  }

  async #awaitOrder(): Promise<Order | null> {
    const end = performance.now() + AFTER_ORDER_MS;
    while (performance.now() < end) {
      const watched = await this.daemon.look();
      const order = watched === null ? null : orderOf(watched);
      if (order !== null) return order;
      if (watched !== null && isServed(watched, await this.#site.look())) return null;
      await sleep(LOOK_MS);
    }
    return null;
  }

  /** What the daemon said when it was so; null: not within that time. */
  async #until(
    withinMs: number,
    isSo: (watched: Watched, look: SiteLook) => boolean,
  ): Promise<Watched | null> {
    const end = performance.now() + withinMs;
    while (performance.now() < end) {
      const watched = await this.daemon.look();
      if (watched !== null && isSo(watched, await this.#site.look())) return watched;
      if (this.daemon.hasEnded) {
        this.#remark(`THE DAEMON ENDED BY ITSELF: ${this.daemon.said}`);
        return null;
      }
      await sleep(LOOK_MS);
    }
    return null;
  }

  #remark(text: string): void {
    const seconds = ((performance.now() - this.#struckAt) / 1000).toFixed(1);
    this.#remarks.push(`${seconds} s after the stroke: ${text}`);
  }

  #story(): string {
    const parts = [
      JSON.stringify(this.#night),
      this.#remarks.join('\n'),
      this.daemon.said,
      this.#home.log,
      this.#site.story,
    ];
    return parts.join('\n---\n');
  }
}

function isAtRest({ status }: Watched, look: SiteLook): boolean {
  if (status === null || status.state !== 'watch' || look.serving === null) return false;
  const standby = status.nodes.find(({ role }) => role === 'standby');
  const isParked = standby?.evidence.some(({ grade }) => grade === 'parked') === true;
  return isParked && status.net.level === 'alive' && status.alarms.length === 0;
}

/** The daemon watches the node that really serves. */
function isServed({ status, fault }: Watched, look: SiteLook): boolean {
  if (status === null || fault !== null || look.serving === null) return false;
  const isCalm = status.state === 'watch' && status.unfinished === 'none';
  return isCalm && status.active === look.serving && !hasProductionAlarm(status.alarms);
}

function hasProductionAlarm(alarms: readonly { readonly name: string }[]): boolean {
  return alarms.some(({ name }) => name === 'production' || name === 'stopped');
}
