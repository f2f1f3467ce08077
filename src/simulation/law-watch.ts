/**
 * Judges every boot that the daemon types by the truth of the site at the moment its RETURN goes
 * out, and every cry of the referee by who started the system that did it. Believes neither the
 * daemon's evidence nor its journal, except to find out on which named rule it acted.
 */
import type { JournalRecord, NodeIndex } from '../machine/protocol.ts';
import type { Violation as RefereeViolation } from '../sim/referee.ts';
import type { Site } from '../sim/site.ts';
import type { SiteNode } from '../sim/site-node.ts';
import { whyItCouldRun } from './site-truth.ts';
import type { Excuse, ViolationKind } from './verdicts.ts';

type Starter = 'daemon' | 'person';

const BOOT_LINE = /^boot\b/;
const GO_LINE = /^(go|sync)\b/;
const CTRL_U = '\x15';
const RETURN = '\r';
/** The longest line that matters; what is typed is bounded anyway. */
const LINE_MAX = 200;
const RECABLED = 'console cables swapped';
const OFF_MS = 30_000;
const ATTESTED_MS = 15 * 60_000;
/** A key that was pressed goes out after the pace of those before it: longer it cannot take. */
const PACED_MS = 5;

interface Pressed {
  readonly at: number;
  /** Machines that could not run at that moment. */
  readonly still: readonly SiteNode[];
}

const NEVER: Pressed = { at: Number.NEGATIVE_INFINITY, still: [] };

export interface LawWatchOptions {
  readonly site: Site;
  /** The labels of the ports, in CList order. */
  readonly nodes: readonly [string, string];
  /** When the console of this node last showed which machine it is; null: never. */
  readonly shownAt: (node: NodeIndex) => number | null;
  /** The power device said off of a node that was on. */
  readonly deviceLies: () => boolean;
  readonly violated: (kind: ViolationKind, what: string) => void;
  readonly excused: (excuse: Excuse, what: string) => void;
}

export class LawWatch {
  readonly #options: LawWatchOptions;
  readonly #lines: [string, string] = ['', ''];
  /** Who last told this machine to boot, and who last let it go on; absent: nobody, or used up. */
  readonly #bootsBy = new Map<string, Starter>();
  readonly #runsBy = new Map<string, Starter | 'itself'>();
  readonly #goesBy = new Map<string, Starter>();
  /** Excuses that were used in this run: what follows from a boot is excused as that boot was. */
  readonly #excuses = new Set<Excuse>();
  /** On what evidence the daemon last ordered a boot. */
  #evidence = '';
  /** When each machine last got its power back, ms. */
  readonly #poweredAt = new Map<string, number>();

  /** When somebody last changed the console cables. */
  #recabledAt = Number.NEGATIVE_INFINITY;
  /** When the daemon last pressed RETURN there, and who could not run then. */
  readonly #pressed: [Pressed, Pressed] = [NEVER, NEVER];

  constructor(options: LawWatchOptions) {
    this.#options = options;
    options.site.referee.subscribe((violation) => this.#judge(violation));
  }

  /** The daemon presses keys at the console of this node; they go out one after the other. */
  pressed(node: NodeIndex, text: string): void {
    if (!text.endsWith(RETURN)) return;
    const { site } = this.#options;
    const still = site.nodes.filter((machine) => whyItCouldRun(machine) === null);
    this.#pressed[node] = { at: site.clock.now().at, still };
  }

  /** The daemon's typing at the port of this node, before the machine there gets it. */
  typed(node: NodeIndex, text: string): void {
    for (const char of text) {
      if (char === RETURN) this.#entered(node);
      else if (char === CTRL_U) this.#lines[node] = '';
      else this.#lines[node] = (this.#lines[node] + char).slice(-LINE_MAX);
    }
  }

  personTyped(machine: string, line: string): void {
    if (BOOT_LINE.test(line)) this.#bootsBy.set(machine, 'person');
    if (GO_LINE.test(line)) this.#goesBy.set(machine, 'person');
  }

  recorded(record: JournalRecord): void {
    if (record.kind === 'intent' && record.verb === 'boot') this.#evidence = record.evidence ?? '';
  }

  /** Something happened on the site. */
  saw(node: string | null, what: string): void {
    if (what === RECABLED) this.#recabledAt = this.#options.site.clock.now().at;
    if (node === null) return;
    if (what === 'power on') {
      this.#poweredAt.set(node, this.#options.site.clock.now().at);
      // A boot that was typed before came to nothing: what follows is not its doing.
      this.#bootsBy.delete(node);
    }
    if (!what.startsWith('boots from')) return;
    this.#runsBy.set(node, this.#bootsBy.get(node) ?? 'itself');
    this.#bootsBy.delete(node);
  }

  #entered(node: NodeIndex): void {
    const line = this.#lines[node].trim();
    this.#lines[node] = '';
    const { site, nodes } = this.#options;
    const machine = site.machineOn(site.console(nodes[node]));
    if (machine === null) return;
    if (GO_LINE.test(line)) this.#goesBy.set(machine.name, 'daemon');
    if (!BOOT_LINE.test(line)) return;
    this.#bootsBy.set(machine.name, 'daemon');
    for (const other of site.nodes) {
      if (other !== machine) this.#judgeBoot(machine, other, line, node);
    }
  }

  #judgeBoot(machine: SiteNode, other: SiteNode, line: string, node: NodeIndex): void {
    const why = whyItCouldRun(other);
    if (why === null) return;
    const what = `'${line}' was typed at ${machine.name} while ${other.name} could run: ${why}`;
    const excuse = this.#excuseOfKey(machine, other, node) ?? this.#excuseOfBoot(other);
    if (excuse === null) this.#options.violated('law', what);
    else this.#excuse(excuse, what);
  }

  /** What happened between the daemon's last look and its key. */
  #excuseOfKey(machine: SiteNode, other: SiteNode, node: NodeIndex): Excuse | null {
    const { site, nodes, shownAt } = this.#options;
    const pressed = this.#pressed[node];
    const isPressed = site.clock.now().at - pressed.at <= PACED_MS;
    if (isPressed && pressed.still.includes(other)) return 'just-pressed';
    const shown = shownAt(node);
    const isUnseen = shown !== null && this.#recabledAt > shown;
    const isMeant = other.name === nodes[node] && whyItCouldRun(machine) === null;
    return isUnseen && isMeant ? 'recabled' : null;
  }

  #excuseOfBoot(other: SiteNode): Excuse | null {
    // Its self-test writes nothing; the banner shows the loss, and its boot is stopped then.
    if (other.condition === 'post' && other.machine.options.batteryDead) return 'silent-loss';
    if (this.#options.site.portOf(other.name)?.isOnItsWay === true) return 'on-its-way';
    if (this.#evidence.includes('TRUSTED')) return 'trusted';
    if (this.#evidence.includes('out-of-service')) return 'out-of-service';
    if (this.#options.deviceLies()) return 'device-lied';
    return this.#cameBackUnseen(other) ? 'power-returned' : null;
  }

  /** A proof that it is off outlives a lost connection: for 30 s a device's, for 15 min a person's. */
  #cameBackUnseen(other: SiteNode): boolean {
    const grade = / is (off|attested): /.exec(this.#evidence)?.[1];
    const port = this.#options.site.portOf(other.name);
    if (grade === undefined || port?.isSeen === true || other.condition.startsWith('system')) {
      return false;
    }
    const lasts = grade === 'off' ? OFF_MS : ATTESTED_MS;
    const poweredAt = this.#poweredAt.get(other.name) ?? Number.NEGATIVE_INFINITY;
    return this.#options.site.clock.now().at - poweredAt <= lasts;
  }

  #judge({ kind, nodes, what }: RefereeViolation): void {
    const [doer] = nodes;
    const excuse = kind === 'write-while-other-mounted' ? null : this.#excuseOf(kind, doer);
    if (excuse !== null) return this.#excuse(excuse, what);
    // What follows from a double mount follows from what led to it.
    const [known] = this.#excuses;
    if (known !== undefined) return this.#excuse(known, what);
    this.#options.violated('two-mounts', what);
  }

  #excuseOf(kind: RefereeViolation['kind'], doer: string): Excuse | null {
    if (kind === 'resumed-after-other-mount') {
      return this.#goesBy.get(doer) === 'person' ? 'by-hand' : null;
    }
    const starter = this.#runsBy.get(doer);
    if (starter === 'person') return 'by-hand';
    return starter === 'itself' ? 'by-itself' : null;
  }

  #excuse(excuse: Excuse, what: string): void {
    this.#excuses.add(excuse);
    this.#options.excused(excuse, what);
  }
}
