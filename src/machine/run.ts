/**
 * One step in progress: the copy of the state that it may change, and the effects so far. The small
 * verbs that all files of this room share stand here: log, journal, type.
 */
import type { Engine } from './engine.ts';
import type { JournalRecord, LogEntry, MachineEffect, NodeIndex } from './protocol.ts';
import { type MachineState, type NodeState, otherNode } from './state.ts';

export interface Run {
  readonly engine: Engine;
  readonly state: MachineState;
  readonly effects: MachineEffect[];
}

export function nodeName(run: Run, node: NodeIndex): string {
  return run.engine.target.nodes[node].name;
}

export function roleOf(state: MachineState, node: NodeIndex): 'active' | 'standby' {
  return node === state.owner ? 'active' : 'standby';
}

export function nodeOfRole(state: MachineState, role: 'active' | 'standby'): NodeIndex {
  return role === 'active' ? state.owner : otherNode(state.owner);
}

export function currentState(run: Run) {
  const state = run.engine.program.states[run.state.current];
  if (state === undefined) throw new Error(`no state ${run.state.current}`);
  return state;
}

type LogDetails = Partial<Pick<LogEntry, 'why' | 'evidence' | 'next'>> & {
  readonly level?: LogEntry['level'];
  readonly node?: NodeIndex | null;
};

export function log(run: Run, topic: string, what: string, details: LogDetails = {}): void {
  const { level = 'info', node = null, ...rest } = details;
  const entry = { level, topic, state: currentState(run).name, node, what, ...rest };
  run.effects.push({ kind: 'log', entry });
}

export function journal(run: Run, record: JournalRecord): void {
  run.effects.push({ kind: 'journal', record, token: null });
}

export function takeToken(run: Run): number {
  const token = run.state.nextToken;
  run.state.nextToken += 1;
  return token;
}

/** Our typing begins to count at the end of what the console has shown so far. */
export function markHere(node: NodeState): void {
  node.mark = { line: node.console.line, column: node.console.tail.length };
}

export function typeOn(run: Run, node: NodeIndex, data: string): void {
  const target = run.state.nodes[node];
  run.effects.push({ kind: 'type', node, data });
  target.typedAt = run.state.now;
  target.breakAlone = false;
  target.console.looked = false;
}

/** Since when nothing was received from and nothing typed on this console. */
export function quietSince(node: NodeState): number {
  return Math.max(node.console.byteAt, node.typedAt ?? 0);
}

/** Values that reasons, alarms and logs may name. */
export function namesOf(run: Run): Record<string, string> {
  const { state, engine } = run;
  return {
    cluster: engine.target.cluster,
    active: nodeName(run, state.owner),
    standby: nodeName(run, nodeOfRole(state, 'standby')),
    service: engine.target.service,
  };
}
