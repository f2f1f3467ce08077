/**
 * Goes to every node that can be reached from some roots, on cheapest ways: a way on which nothing
 * unusual fails is a better story than a shorter one. Used for dialogues (summaries.ts) and for whole
 * scripts (explore.ts). The same input always gives the same order.
 */
export interface Step<Node, Via> {
  readonly node: Node;
  readonly via: Via;
  /** At least 1. */
  readonly cost: number;
}

export interface Arrival<Via> {
  /** Index of the node before, or -1 for a root. */
  readonly parent: number;
  readonly via: Via | null;
}

export interface Found<Node, Via> {
  readonly nodes: readonly Node[];
  readonly arrivals: readonly Arrival<Via>[];
  readonly costs: readonly number[];
  /** Every reachable node was looked at. */
  readonly complete: boolean;
}

export interface Search<Node, Via> {
  readonly roots: readonly Node[];
  /** Searched after everything that the roots reach: for what they alone reach. */
  readonly laterRoots?: readonly Node[];
  keyOf(node: Node): number | string;
  /** Called once for each node, cheapest first. */
  stepsFrom(node: Node, index: number): readonly Step<Node, Via>[];
  readonly nodesMax: number;
}

export function search<Node, Via>(given: Search<Node, Via>): Found<Node, Via> {
  const nodes: Node[] = [];
  const arrivals: Arrival<Via>[] = [];
  const costs: number[] = [];
  const done: boolean[] = [];
  const indices = new Map<number | string, number>();
  const buckets: number[][] = [];
  let complete = true;

  const offer = (node: Node, cost: number, parent: number, via: Via | null): void => {
    const key = given.keyOf(node);
    let index = indices.get(key);
    if (index === undefined) {
      index = nodes.push(node) - 1;
      indices.set(key, index);
      costs.push(cost);
      arrivals.push({ parent, via });
      done.push(false);
    } else if (done[index] === true || (costs[index] ?? 0) <= cost) {
      return;
    } else {
      costs[index] = cost;
      arrivals[index] = { parent, via };
    }
    const bucket = buckets[cost];
    if (bucket === undefined) buckets[cost] = [index];
    else bucket.push(index);
  };
  const runFrom = (roots: readonly Node[], from: number): number => {
    for (const root of roots) offer(root, from, -1, null);
    let cost = from;
    for (; cost < buckets.length; cost++) {
      for (const index of buckets[cost] ?? []) {
        const node = nodes[index];
        if (done[index] === true || costs[index] !== cost || node === undefined) continue;
        done[index] = true;
        if (nodes.length > given.nodesMax) {
          complete = false;
          continue;
        }
        for (const step of given.stepsFrom(node, index)) {
          offer(step.node, cost + step.cost, index, step.via);
        }
      }
    }
    return cost;
  };

  const end = runFrom(given.roots, 0);
  runFrom(given.laterRoots ?? [], end);
  return { nodes, arrivals, costs, complete };
}

export interface Leg<Node, Via> {
  readonly before: Node;
  readonly via: Via;
  readonly after: Node;
}

/** The way from a root to a node, in order. */
export function wayTo<Node, Via>(found: Found<Node, Via>, index: number): Leg<Node, Via>[] {
  const legs: Leg<Node, Via>[] = [];
  let at = index;
  for (;;) {
    const arrival = found.arrivals[at];
    const after = found.nodes[at];
    if (arrival === undefined || after === undefined || arrival.via === null) break;
    const before = found.nodes[arrival.parent];
    if (before === undefined) break;
    legs.unshift({ before, via: arrival.via, after });
    at = arrival.parent;
  }
  return legs;
}
