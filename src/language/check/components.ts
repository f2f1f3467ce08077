/**
 * Strongly connected components of a small graph (Tarjan): groups of nodes that reach each other.
 * Used for cycles of states and of dialogues.
 */

/** In reverse topological order: what is reached comes before what reaches it. */
export function components<N>(nodes: readonly N[], next: (node: N) => readonly N[]): N[][] {
  const state = new Map<N, { index: number; low: number; open: boolean }>();
  const stack: N[] = [];
  const found: N[][] = [];
  const visit = (node: N): { index: number; low: number; open: boolean } => {
    const mine = { index: state.size, low: state.size, open: true };
    state.set(node, mine);
    stack.push(node);
    for (const other of next(node)) {
      const theirs = state.get(other) ?? visit(other);
      if (theirs.open) mine.low = Math.min(mine.low, theirs.low);
    }
    if (mine.low === mine.index) {
      const group = stack.splice(stack.indexOf(node));
      for (const member of group) {
        const entry = state.get(member);
        if (entry !== undefined) entry.open = false;
      }
      found.push(group);
    }
    return mine;
  };
  for (const node of nodes) if (!state.has(node)) visit(node);
  return found;
}

/** Does the group contain a way from a node back to itself? */
export function isCycle<N>(group: readonly N[], next: (node: N) => readonly N[]): boolean {
  const [only] = group;
  return group.length > 1 || (only !== undefined && next(only).includes(only));
}

/** A shortest way from `start` back to itself inside the group, `start` at both ends. */
export function wayBack<N>(
  start: N,
  group: readonly N[],
  next: (node: N) => readonly N[],
): readonly N[] {
  const inside = new Set(group);
  const cameFrom = new Map<N, N>();
  const queue: N[] = [start];
  for (const node of queue) {
    for (const other of next(node)) {
      if (other === start) return [...pathTo(node, start, cameFrom), start];
      if (!inside.has(other) || cameFrom.has(other)) continue;
      cameFrom.set(other, node);
      queue.push(other);
    }
  }
  return [start];
}

function pathTo<N>(node: N, start: N, cameFrom: ReadonlyMap<N, N>): N[] {
  const path = [node];
  for (let at = node; at !== start; ) {
    const before = cameFrom.get(at);
    if (before === undefined) break;
    path.unshift(before);
    at = before;
  }
  return path;
}
