/**
 * What `clusterd doctor` asks of the daemon: begins to examine a cluster, and tells what was found so
 * far, as often as somebody asks. One examination of a cluster at a time. Made by the daemon.
 */

import { resolveSecret } from '../clist/secrets.ts';
import type { Site } from '../clist/site.ts';
import type { Clock } from '../clock/clock.ts';
import { type DoctorReport, found } from '../doctor/check.ts';
import { Examination } from '../doctor/examine.ts';
import type { RefusedCluster } from '../home/load-home.ts';
import { runOverSsh } from '../transport/ssh-command.ts';
import type { Watched } from './fleet.ts';
import { missingParts } from './missing-parts.ts';
import type { SharedParts } from './shared-parts.ts';

export interface ExaminationsOptions {
  readonly clock: Clock;
  readonly shared: SharedParts;
}

export interface Wish {
  readonly operator: string;
  /** RETURN on the active node although nobody knows what it does. */
  readonly tap: boolean;
  /** False: only what the one that is under way, or was the last, has found. */
  readonly begin: boolean;
}

export class Examinations {
  readonly #options: ExaminationsOptions;
  readonly #byCluster = new Map<string, Examination>();

  constructor(options: ExaminationsOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  take(watched: Watched, site: Site, wish: Wish): DoctorReport {
    const { name } = watched.sound.cluster;
    const known = this.#byCluster.get(name);
    if (known !== undefined && (!known.isDone || !wish.begin)) return known.report;
    const begun = examine(watched, site, wish, this.#options);
    this.#byCluster.set(name, begun);
    return begun.report;
  }
}

/** Of a cluster that is not watched. */
export function reportOfRefused({ name, why }: RefusedCluster): DoctorReport {
  const text = `not watched: ${why}`;
  const checks = [found(name, 'CList', { verdict: 'fail', text, remedy: 'clusterd check' })];
  return { cluster: name, checks, isDone: true };
}

const NO_PARTS = { refused: [], diagnostics: [], scripts: [], clistLines: [] } as const;

export function examine(
  { sound, runner }: Watched,
  site: Site,
  { operator, tap }: Pick<Wish, 'operator' | 'tap'>,
  { clock, shared }: ExaminationsOptions,
): Examination {
  const ssh = {
    clock,
    trustFile: null,
    reveal: (secret: Parameters<typeof resolveSecret>[0]) => resolveSecret(secret).reveal(),
  };
  return new Examination({
    clock,
    sound,
    runner,
    site,
    agents: shared.fenceAgents,
    runOverSsh: (target, command, withinMs) => runOverSsh(target, command, withinMs, ssh).result,
    missing: missingParts({ ...NO_PARTS, site, sound: [sound] }, process.env),
    operator,
    tap,
  });
}
