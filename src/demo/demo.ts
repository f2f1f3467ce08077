/**
 * `clusterd demo`: shows a takeover by the real daemon on two simulated machines, live, and ends with
 * a summary. Called by the command. The demo plays the fate and, where the policy wants one, the
 * operator; what the daemon does is its own doing.
 */
import type { OnSilence } from '../clist/cluster.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import type { ExitStatus } from '../commands/command.ts';
import type { Terminal } from '../commands/terminal.ts';
import { runClusterd } from './daemon-process.ts';
import { DEMO_CLUSTER } from './demo-clist.ts';
import { type Fault, findMilestones, takeoverSteps } from './milestones.ts';
import { formatPanel, playLine } from './play.ts';
import { Screen } from './screen.ts';
import { Stage } from './stage.ts';
import { type Findings, formatSummary, isSuccess } from './summary.ts';
import { formatTimelineEntry, paint } from './timeline-text.ts';

export interface DemoOptions {
  /** Null: a panic; else the active node's power fails, and this is the policy. */
  readonly silence: OnSilence | null;
  /** Go on running afterwards. */
  readonly keep: boolean;
}

const UP_WITHIN_MS = 60_000;
const ARMED_WITHIN_MS = 15_000;
const TAKEOVER_WITHIN_MS = 90_000;
const LOAD_MS = 3_000;
/** Production runs on, for everybody to see. */
const AFTERWARDS_MS = 2_000;
/** The operator's way to the machine. */
const WALK_MS_MIN = 3_000;
/** The daemon does not believe that a node is off which wrote to its console half a minute ago. */
const BELIEVED_AFTER_MS = 32_000;
const CONFIRMS_MAX = 5;
const FAILED = 1;
const INTERRUPTED = 130;

/** ^C, or the end of the terminal. */
class Interrupted extends Error {}

export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<ExitStatus> {
  const screen = new Screen(terminal.out, terminal.environment);
  const stage: Stage = await Stage.open({
    terminal,
    onSilence: options.silence ?? 'power',
    unbounded: options.keep,
    print: (entry) => screen.print(formatTimelineEntry(entry, stage.start.wall, screen.look)),
  });
  const interrupt = () => stage.timeline.fail(new Interrupted());
  const signals = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) =>
    terminal.onSignal(signal, interrupt),
  );
  const demo = new Demo(options, stage, screen, interrupt);
  try {
    return await demo.run();
  } finally {
    screen.stopPrompt();
    await demo.end();
    for (const stop of signals) stop();
  }
}

class Demo {
  readonly #options: DemoOptions;
  readonly #stage: Stage;
  readonly #screen: Screen;
  readonly #interrupt: () => void;
  readonly #active: string;
  readonly #standby: string;
  #keepHome = true;

  constructor(options: DemoOptions, stage: Stage, screen: Screen, interrupt: () => void) {
    this.#options = options;
    this.#stage = stage;
    this.#screen = screen;
    this.#interrupt = interrupt;
    this.#active = stage.list.cluster.nodes[0].name;
    this.#standby = stage.list.cluster.nodes[1].name;
  }

  async run(): Promise<ExitStatus> {
    try {
      this.#announce();
      await this.#stage.begin();
      await this.#bringUp();
      const faultWall = await this.#strike();
      const why = await this.#watchTakeover(faultWall);
      const findings = await this.#find(faultWall, why);
      this.#stage.timeline.flush();
      this.#screen.print(formatSummary(findings, this.#screen.look));
      const status = isSuccess(findings) ? 0 : FAILED;
      if (this.#options.keep) await this.#play();
      else this.#suggest(status);
      this.#keepHome = this.#options.keep || status !== 0;
      return status;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      this.#keepHome = this.#options.keep;
      return INTERRUPTED;
    }
  }

  /** Ends everything and says what is left behind. */
  async end(): Promise<void> {
    const { timeline, home } = this.#stage;
    timeline.flush();
    await this.#stage.close();
    timeline.flush();
    if (!this.#keepHome) return home.remove();
    this.#screen.print(`\nkept: ${home.directory}\n  the log: ${home.log}\n`);
  }

  #announce(): void {
    const { site, home, list } = this.#stage;
    const [first, second] = site.ports.consoles;
    const moved = site.portsAreListed ? '' : ' (others than in CList: one of those is taken)';
    const policy = this.#options.silence;
    const what =
      policy === null
        ? `${this.#active} will panic under load`
        : `the power of ${this.#active} will fail; CList says on-silence ${policy}`;
    const lines = [
      paint(`clusterd demo: ${what}, ${this.#standby} takes over`, 'bold', this.#screen.look),
      'Two simulated SPARC machines share one disk; the real daemon sees only their consoles.',
      `  consoles: telnet 127.0.0.1 ${first} (${list.cluster.nodes[0].name}),` +
        ` ${second} (${list.cluster.nodes[1].name})${moved}`,
      `  CLUSTER_HOME: ${home.directory}`,
      "Seconds since the start; `site` is what happens in the machines, `clusterd` the daemon's log.",
      '',
    ];
    this.#screen.print(lines.map((line) => `${line}\n`).join(''));
  }

  // ---- the acts ----

  /** A cluster that the daemon sees for the first time is in shadow mode. */
  async #arm(): Promise<void> {
    const { timeline, place } = this.#stage;
    const armed = timeline.next(
      ({ mark, text }) => mark === 'operator' && text.includes('armed by'),
      ARMED_WITHIN_MS,
      () => tooLate('the cluster was not armed', ARMED_WITHIN_MS),
    );
    armed.catch(() => {});
    const words = ['arm', DEMO_CLUSTER];
    this.#stage.say('you', `clusterd ${words.join(' ')}`);
    const { output } = await runClusterd(place, words);
    this.#stage.say('you', output.trim());
    await armed;
  }

  /** Two machines as delivered: the daemon parks both and boots the first. */
  async #bringUp(): Promise<void> {
    const { timeline, load } = this.#stage;
    await this.#arm();
    this.#stage.say('demo', 'both machines stand at their prompts, as delivered, never parked');
    await timeline.next(
      ({ mark }) => mark === 'state watch',
      UP_WITHIN_MS,
      () => tooLate(`${this.#active} was not brought up`, UP_WITHIN_MS),
    );
    await timeline.pause(LOAD_MS);
    this.#stage.say('demo', `production runs under load: ${load.count} transactions so far`);
  }

  /** When it happened. */
  async #strike(): Promise<number> {
    const { site, timeline } = this.#stage;
    const fault = this.#fault();
    const node = site.site.node(this.#active);
    const what =
      fault === 'panic' ? `${this.#active} shall panic` : `pulls the plug of ${this.#active}`;
    this.#stage.say('demo', what);
    await timeline.pause(100);
    const seen = timeline.next(
      ({ mark, tone }) => mark === `site ${this.#active}` && tone === 'fault',
      1_000,
      () => tooLate('the fault was not seen', 1_000),
    );
    seen.catch(() => {});
    if (fault === 'panic') node.panic();
    else node.powerOff();
    return (await seen).wall;
  }

  /** Null: the other node runs production and the daemon says so; else what is missing. */
  async #watchTakeover(faultWall: number): Promise<string | null> {
    const { timeline, site } = this.#stage;
    const confirming =
      this.#options.silence === 'confirm' ? this.#confirm(faultWall) : Promise.resolve();
    let booted = false;
    const over = timeline.next(
      ({ mark }) => {
        booted ||= mark === 'state taking-over';
        return booted && mark === 'state watch';
      },
      TAKEOVER_WITHIN_MS,
      () => tooLate('no takeover', TAKEOVER_WITHIN_MS),
    );
    try {
      await Promise.all([over, confirming]);
      await timeline.pause(AFTERWARDS_MS);
    } catch (error) {
      if (error instanceof TooLate) return error.message;
      throw error;
    }
    const { serving } = site.site.network;
    if (serving !== this.#standby) return `the service is answered by ${serving ?? 'nobody'}`;
    return this.#askDaemon();
  }

  /** The operator's part where CList says `confirm`: looks, and says what is the case. */
  async #confirm(faultWall: number): Promise<void> {
    const { timeline, place } = this.#stage;
    const asked = await timeline.next(
      ({ mark }) => mark === 'state ask',
      TAKEOVER_WITHIN_MS,
      () => tooLate('clusterd did not ask for a person', TAKEOVER_WITHIN_MS),
    );
    this.#stage.say('demo', `an operator reads the alarm and goes to look at ${this.#active}`);
    await timeline.pause(Math.max(WALK_MS_MIN, faultWall + BELIEVED_AFTER_MS - asked.wall));
    this.#stage.say('demo', `it is dark; the operator types what the alarm says`);
    const words = ['confirm', DEMO_CLUSTER, this.#active, '--yes', this.#active];
    for (let attempt = 1; attempt <= CONFIRMS_MAX; attempt++) {
      this.#stage.say('you', `clusterd ${words.join(' ')}`);
      const { status, output } = await runClusterd(place, words);
      this.#stage.say('you', output.trim(), status === 0 ? 'plain' : 'warning');
      if (status === 0) return;
      await timeline.pause(WALK_MS_MIN);
    }
  }

  /** The daemon's own view, by the command that people use; null: it agrees. */
  async #askDaemon(): Promise<string | null> {
    const { status, output } = await runClusterd(this.#stage.place, [
      'status',
      DEMO_CLUSTER,
      '--json',
    ]);
    const active = /"active": "([^"]*)"/.exec(output)?.[1];
    if (status === 0 && active === this.#standby) return null;
    return `clusterd status says that ${active ?? 'nobody'} is active (exit status ${status})`;
  }

  // ---- the end ----

  async #find(faultWall: number, notTakenOver: string | null): Promise<Findings> {
    const { start, site, timeline, load, outageMs } = this.#stage;
    const { referee, disk } = site.site;
    const wallOf = (at: number) => start.wall + (at - start.at);
    const onSilence = this.#options.silence ?? 'power';
    const steps = takeoverSteps(this.#fault(), onSilence, this.#active, this.#standby);
    return {
      startWall: start.wall,
      faultWall,
      fault: this.#fault() === 'panic' ? 'the panic' : 'the power failure',
      milestones: findMilestones(timeline.entries, faultWall, steps),
      mounts: disk.mounts.map(({ node, from, to }) => ({
        node,
        fromWall: wallOf(from),
        toWall: to === null ? null : wallOf(to),
      })),
      violations: referee.violations.map(({ what }) => what),
      acknowledged: Math.max(referee.acknowledged, load.acknowledged),
      onDisk: disk.records,
      losses: referee.losses.map(
        ({ node, acknowledged, found }) =>
          `${node} found transaction ${found}, ${acknowledged} was acknowledged`,
      ),
      outageMs,
      notTakenOver,
    };
  }

  #suggest(status: ExitStatus): void {
    if (status !== 0) return;
    const { silence } = this.#options;
    const others = (['power', 'confirm', 'trust'] as const).filter((policy) => policy !== silence);
    const lines = [
      '',
      'Next:  npm run demo -- --keep                  the same, and then play with the pair',
      ...others.map(
        (policy) => `       npm run demo -- --silence ${policy.padEnd(14)}${MEANINGS[policy]}`,
      ),
      '       less chat-scripts/sun-obp.chat          what you saw, as the operator wrote it',
      '',
    ];
    this.#screen.print(lines.map((line) => `${line}\n`).join(''));
  }

  /** Resolves when the person has had enough. */
  async #play(): Promise<void> {
    const { site, home, place, timeline } = this.#stage;
    const active = site.site.network.serving ?? this.#standby;
    const standby = active === this.#active ? this.#standby : this.#active;
    const program = `node ${place.program}`;
    const panel = { site: site.site, ports: site.ports, active, standby, program };
    const text = formatPanel({ ...panel, home: home.directory }, this.#screen.look);
    this.#screen.print(text);
    this.#screen.startPrompt((line) => {
      const answer = playLine(site.site, line);
      this.#screen.print(answer.text);
      if (answer.quit) this.#interrupt();
    }, this.#interrupt);
    try {
      for (;;) await timeline.pause(60_000);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }

  #fault(): Fault {
    return this.#options.silence === null ? 'panic' : 'power-off';
  }
}

const MEANINGS: Readonly<Record<OnSilence, string>> = {
  power: 'power failure; the power switch is asked',
  confirm: 'power failure; an operator is asked',
  trust: 'power failure; silence is believed, as in 2001',
};

/** Something was waited for in vain: a finding, not a fault of ours. */
class TooLate extends DaemonError {}

function tooLate(what: string, withinMs: number): TooLate {
  return new TooLate('timeout', `${what} within ${withinMs / 1000} s`, {
    hint: 'look into the log that is named below',
  });
}
