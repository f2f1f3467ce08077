/**
 * What logs in for all clusters of a daemon: the access libraries that they use, one ledger of logins
 * that were refused, and the service processors that are power devices. Made by SharedParts.
 */
import { createAccessPower } from '../access/access-power.ts';
import { AccessTransport } from '../access/access-transport.ts';
import { LoginLedger } from '../access/login-ledger.ts';
import type { BreakMethod, ClusterNode, ConsoleAddress, PowerDevice } from '../clist/cluster.ts';
import { consoleKey } from '../clist/console-place.ts';
import { resolveSecret } from '../clist/secrets.ts';
import type { Clock } from '../clock/clock.ts';
import type { SoundCluster } from '../home/load-home.ts';
import type { AccessProgram } from '../language/access/access-program.ts';
import { compilePatterns, type PatternSet } from '../machine/patterns.ts';
import type { FenceAgents } from '../transport/fence-agent.ts';
import { type Transport, TransportError } from '../transport/transport.ts';

interface Library {
  readonly program: AccessProgram;
  readonly patterns: PatternSet;
}

/** A wire without any login. */
export type Connect = (address: ConsoleAddress, breakMethod: BreakMethod) => Transport;

const PLAIN_BREAK: BreakMethod = { kind: 'line', force: null, durationMs: 500 };

export class Access {
  readonly #clock: Clock;
  readonly #connect: Connect;
  readonly #ledger: LoginLedger;
  readonly #libraries = new Map<string, Library>();
  /** Service processors, asked as fence agents are. */
  readonly power: FenceAgents;

  constructor(clock: Clock, connect: Connect) {
    this.#clock = clock;
    this.#connect = connect;
    this.#ledger = new LoginLedger(clock);
    this.power = createAccessPower({
      clock,
      ledger: this.#ledger,
      reveal: (secret) => resolveSecret(secret).reveal(),
      find: (library) => this.#libraries.get(library) ?? null,
      connect: ({ via }) => {
        if (via === undefined) throw new Error('this device is no service processor');
        return connect(via.address, PLAIN_BREAK);
      },
    });
  }

  /** The libraries of a cluster as they are now; connections that are open keep theirs. */
  use({ access }: Pick<SoundCluster, 'access'>): void {
    for (const [name, program] of access ?? []) {
      if (this.#libraries.get(name)?.program === program) continue;
      const patterns = compilePatterns({ matches: program.matches, harmless: [] });
      this.#libraries.set(name, { program, patterns });
    }
  }

  /** The wire to a console, behind its login if it has one. `note`: for the transcript. */
  transport(node: ClusterNode, note: (text: string) => void): Transport {
    const wire = this.#connect(node.console, node.breakMethod);
    const { login } = node;
    const library = login === undefined ? undefined : this.#libraries.get(login.library);
    if (login === undefined) return wire;
    if (library === undefined) {
      const what = `the access library ${login.library} is not loaded`;
      throw new TransportError('other', what, 'clusterd reload reads it');
    }
    return new AccessTransport(wire, {
      ...library,
      login,
      reveal: (secret) => resolveSecret(secret).reveal(),
      ledger: this.#ledger,
      clock: this.#clock,
      paceMs: node.paceMs,
      place: consoleKey(node.console).replace(' ', ':'),
      note,
      keepsBreak: node.breakMethod.kind === 'bytes',
    });
  }
}

/** Each device is asked in its own way. */
export function joinPower(agents: FenceAgents, processors: FenceAgents): FenceAgents {
  const of = ({ via }: PowerDevice): FenceAgents => (via === undefined ? agents : processors);
  return {
    off: (device) => of(device).off(device),
    status: (device) => of(device).status(device),
    check: (device, isThorough) => of(device).check(device, isThorough),
  };
}
