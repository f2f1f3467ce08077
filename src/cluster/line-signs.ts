/**
 * What the two consoles of a cluster show beside text: modem lines and the state of the line. Kept by
 * the runner, since a machine that begins again has to be told what the wires said before, and status
 * shows it. Must never decide anything.
 */
import type { NodeStatus } from '../machine/describe.ts';
import type { EventBody, NodeIndex } from '../machine/protocol.ts';

type ModemSaid = Extract<EventBody, { kind: 'modem' }>;

export class LineSigns {
  readonly #modem: [Map<string, ModemSaid>, Map<string, ModemSaid>] = [new Map(), new Map()];
  readonly #troubles: [string | null, string | null] = [null, null];

  modem(said: ModemSaid): void {
    this.#modem[said.node].set(said.line, said);
  }

  trouble(node: NodeIndex, trouble: string | null): void {
    this.#troubles[node] = trouble;
  }

  /** Another wire leads to the node: what the old one said means nothing. */
  forget(node: NodeIndex): void {
    this.#modem[node].clear();
    this.#troubles[node] = null;
  }

  /** For a machine that begins again. */
  get said(): readonly ModemSaid[] {
    return this.#modem.flatMap((lines) => [...lines.values()]);
  }

  /** The same status with what the machine does not know. */
  shownIn(nodes: readonly NodeStatus[]): readonly NodeStatus[] {
    return nodes.map((node, index) => ({
      ...node,
      lineTrouble: this.#troubles[index === 0 ? 0 : 1],
    }));
  }
}
