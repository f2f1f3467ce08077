/**
 * Prints, at the end of a run in which wires were tested: which peers were really used and what each
 * wire did in each case of the contract suite. A reporter of vitest (.vitest.config.ts, .ci/run,
 * `npm run wires`). Says nothing when no wire was tested.
 */
import type { Reporter, TestModule } from 'vitest/node';
import { WIRE_CASE_NAMES, WIRE_CASES, type WireCase, type WireMeta } from './wire-cases.ts';

interface Wire {
  readonly name: string;
  peers: readonly string[];
  cannot: NonNullable<WireMeta['cannot']>;
  readonly results: Map<WireCase, string>;
}

const NOTE_LETTERS = 'abcdefghijklmnopqrstuvwxyz';

function collect(modules: readonly TestModule[]): Wire[] {
  const wires = new Map<string, Wire>();
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const meta = test.meta().wire;
      if (meta === undefined) continue;
      const wire = wires.get(meta.wire) ?? emptyWire(meta.wire);
      wires.set(meta.wire, wire);
      if (meta.case === 'peers') {
        wire.peers = meta.peers ?? [];
        wire.cannot = meta.cannot ?? {};
      } else {
        const { state } = test.result();
        const word = state === 'passed' ? 'ok' : state === 'failed' ? 'FAIL' : '?';
        wire.results.set(meta.case, word);
      }
    }
  }
  return [...wires.values()];
}

function emptyWire(name: string): Wire {
  return { name, peers: [], cannot: {}, results: new Map() };
}

/** Reasons by letter, in the order of the table. */
class Notes {
  readonly #letters = new Map<string, string>();

  letter(reason: string): string {
    const known = this.#letters.get(reason);
    if (known !== undefined) return known;
    const letter = NOTE_LETTERS[this.#letters.size] ?? '?';
    this.#letters.set(reason, letter);
    return letter;
  }

  get lines(): string[] {
    return [...this.#letters].map(([reason, letter]) => `  ${letter}   cannot: ${reason}`);
  }
}

export function wiresText(wires: readonly Wire[]): string {
  const notes = new Notes();
  const names = wires.map(
    ({ name, peers }, index) =>
      `  ${String(index + 1).padStart(2)}  ${name.padEnd(34)} ${peers.join(', ')}`,
  );
  const width = Math.max(...Object.values(WIRE_CASES).map((title) => title.length));
  const head = wires.map((_, index) => String(index + 1).padStart(5)).join('');
  const rows = WIRE_CASE_NAMES.map((name) => {
    const cells = wires.map(({ cannot, results }) => {
      const reason = cannot[name];
      return (reason === undefined ? (results.get(name) ?? '?') : notes.letter(reason)).padStart(5);
    });
    return `  ${WIRE_CASES[name].padEnd(width)}${cells.join('')}`;
  });
  return [
    'Wires and the peers that were really there:',
    ...names,
    '',
    `  ${''.padEnd(width)}${head}`,
    ...rows,
    '',
    ...notes.lines,
    '',
  ].join('\n');
}

export default class WiresReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const wires = collect(modules);
    if (wires.length > 0) process.stdout.write(`\n${wiresText(wires)}`);
  }
}
