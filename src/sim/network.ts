/**
 * The simulated network: one service address that is where a system with the root runs, a router
 * that is always there, and what can be unplugged. Without sockets; answers what a probe would see.
 */

export interface NetworkNode {
  readonly name: string;
  readonly answersNetwork: boolean;
}

export class Network {
  readonly #nodes: readonly NetworkNode[];
  readonly #cablesOut = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  #addressWrong = false;
  #routerUp = true;

  constructor(nodes: readonly NetworkNode[]) {
    this.#nodes = nodes;
  }

  subscribe(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Does the production service answer somebody who asks from outside? */
  get serviceUp(): boolean {
    return this.serving !== null;
  }

  /** The node behind the service address, if it can be reached. */
  get serving(): string | null {
    if (this.#addressWrong || !this.#routerUp) return null;
    const node = this.#nodes.find(
      (candidate) => candidate.answersNetwork && !this.#cablesOut.has(candidate.name),
    );
    return node?.name ?? null;
  }

  /** Does the router answer? With the router down nothing behind it answers either. */
  get referenceUp(): boolean {
    return this.#routerUp;
  }

  get troubles(): string[] {
    const cables = [...this.#cablesOut].map((node) => `cable of ${node} out`);
    const address = this.#addressWrong ? ['service address changed'] : [];
    const router = this.#routerUp ? [] : ['router down'];
    return [...cables, ...address, ...router];
  }

  setCable(node: string, pluggedIn: boolean): void {
    if (pluggedIn) this.#cablesOut.delete(node);
    else this.#cablesOut.add(node);
    this.changed();
  }

  /** False: somebody changed the address of the running system. */
  setAddress(right: boolean): void {
    this.#addressWrong = !right;
    this.changed();
  }

  setRouter(up: boolean): void {
    this.#routerUp = up;
    this.changed();
  }

  /** Something that decides about reachability may have changed. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
