/** A simulated site whose consoles stand behind ALOMs, and what is needed to log in there. */
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { AccessParts } from '../../src/access/access-transport.ts';
import { AccessTransport } from '../../src/access/access-transport.ts';
import { LoginLedger } from '../../src/access/login-ledger.ts';
import type { AccessValue, PowerDevice } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import type { AccessProgram } from '../../src/language/access/access-program.ts';
import { compileAccess } from '../../src/language/access/compile-access.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import type { Alom, AlomOptions } from '../../src/sim/alom.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteNode } from '../../src/sim/site-node.ts';
import type { Address } from '../../src/sim/socket-server.ts';
import { Line, type LineStatus } from '../../src/transport/line.ts';
import { TelnetTransport } from '../../src/transport/telnet.ts';
import type { Transport } from '../../src/transport/transport.ts';

export const PASSWORD = 'clusterd-alom';
const NOWHERE = { file: 'CList', line: 1, column: 1, endColumn: 2 };
const TIMES = { postMs: 30, settleMs: 10, dumpMs: 40, switchMs: 5 };

export function loadLibrary(name: string): AccessProgram {
  const file = new URL(`../../chat-scripts/lib/${name}.chat`, import.meta.url);
  const { program } = compileAccess(name, `${name}.chat`, readFileSync(file, 'utf8'));
  if (program === null) throw new Error(`${name}.chat has mistakes`);
  return program;
}

export interface AlomSite {
  readonly site: Site;
  readonly node: SiteNode;
  readonly alom: Alom;
  readonly address: Address;
}

export async function openAlomSite(options: Partial<AlomOptions> = {}): Promise<AlomSite> {
  const site = new Site({ times: TIMES }, systemClock);
  const listening = await site.listen({ alom: { offMs: 50, ...options } });
  onTestFinished(async () => {
    await listening.close();
    site.powerDown();
  });
  const { n1: alom } = listening.processors;
  const { n1: address } = listening.consoles;
  if (alom === undefined || address === undefined) throw new Error('no ALOM');
  return { site, node: site.node('n1'), alom, address };
}

export function valuesOf(values: Readonly<Record<string, string>>): readonly AccessValue[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: name === 'password' ? { kind: 'environment', name: value } : value,
    span: NOWHERE,
  }));
}

/** The secret is its own name: `@env:clusterd-alom` has the value clusterd-alom. */
export const reveal: AccessParts['reveal'] = (secret) =>
  secret.kind === 'environment' ? secret.name : secret.path;

/** A console of the daemon's kind behind an ALOM, and all that it told. */
export class Console {
  readonly line: Line;
  readonly statuses: string[] = [];
  readonly notes: string[] = [];
  received = '';
  status: LineStatus | 'none' = 'none';

  constructor(
    { host, port }: Address,
    values: Readonly<Record<string, string>> = {},
    ledger = new LoginLedger(systemClock),
    program = loadLibrary('alom'),
    /** What is really connected to, where that is another one. */
    wire: () => Transport = () =>
      new TelnetTransport({ host, port, forceBreak: null, breakMs: 250 }, systemClock),
  ) {
    const note = (text: string) => void this.notes.push(text);
    this.line = new Line({
      create: () =>
        new AccessTransport(wire(), {
          program,
          patterns: compilePatterns({ matches: program.matches, harmless: [] }),
          login: {
            library: program.name,
            values: valuesOf({ password: PASSWORD, ...values }),
            span: NOWHERE,
          },
          reveal,
          ledger,
          clock: systemClock,
          paceMs: 0,
          place: `${host}:${port}`,
          note,
          keepsBreak: false,
        }),
      clock: systemClock,
      paceMs: 0,
      onData: (bytes) => {
        this.received += Buffer.from(bytes).toString('latin1');
      },
      onStatus: (status, detail) => {
        this.status = status;
        this.statuses.push(detail === '' ? status : `${status}: ${detail}`);
      },
      onModem: () => {},
      onDropped: note,
    });
    onTestFinished(() => this.line.stop());
    this.line.start();
  }

  /** Everything that anybody could read afterwards. */
  get told(): string {
    return [...this.statuses, ...this.notes, this.received].join('\n');
  }
}

export function viaDevice({ host, port }: Address, password = PASSWORD): PowerDevice {
  const address = { kind: 'telnet', host, port } as const;
  const values = valuesOf({ password, 'off-limit': '200ms', 'reply-limit': '3s' });
  const via = { library: 'alom', values, span: NOWHERE, address };
  return { agent: 'via alom', options: [], withinMs: 15_000, via };
}
