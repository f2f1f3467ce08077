/**
 * Console connections coming and going. A new connection starts without any belief: the facts of
 * the old one are void, and what a terminal server replays is not news.
 */
import { emptyConsole } from './console.ts';
import { taskChannelLost } from './executor.ts';
import { factsAfterLoss, factsAfterReconnect } from './facts.ts';
import type { Event } from './protocol.ts';
import { clearAlarm, raiseAlarm } from './reactions.ts';
import { log, nodeName, type Run } from './run.ts';
import { settle } from './states.ts';

export function takeChannel(run: Run, event: Extract<Event, { kind: 'channel' }>): void {
  const node = run.state.nodes[event.node];
  const name = nodeName(run, event.node);
  const before = node.channel;
  const seenBefore = node.connection > 0 || node.channelDetail !== 'not yet connected';
  node.channel = event.status;
  node.channelDetail = event.detail;
  node.channelSince = run.state.now;
  const had = run.state.task;
  if (event.status === 'connected') connect(run, event);
  else if (before === 'connected' || !seenBefore) {
    log(run, 'channel', `console of ${name} ${event.status}: ${event.detail}`, {
      level: 'warn',
      node: event.node,
      next: 'unreachable is never dead: nothing is concluded from it',
    });
    node.facts = factsAfterLoss(node.facts);
  }
  if (event.status !== 'connected') {
    // What comes before the next connection is told belongs to it: a replay may be first.
    node.fresh = false;
    const text = `the console of ${name} is ${event.status}: ${event.detail}`;
    raiseAlarm(run, consoleAlarm(name), text, `clusterd status ${run.engine.target.cluster}`);
  }
  if (had !== null) settle(run, taskChannelLost(run, had, event.node));
}

/** No script can take this name for an alarm of its own. */
function consoleAlarm(name: string): string {
  return `console:${name}`;
}

function connect(run: Run, event: Extract<Event, { kind: 'channel' }>): void {
  const node = run.state.nodes[event.node];
  const name = nodeName(run, event.node);
  node.connection += 1;
  node.fresh = false;
  node.console = emptyConsole(run.state.now);
  node.typedAt = null;
  node.breakAlone = false;
  node.swept = false;
  node.echo = null;
  node.mark = { line: 0, column: 0 };
  node.facts = factsAfterReconnect(node.facts);
  clearAlarm(run, consoleAlarm(name));
  log(run, 'channel', `console of ${name} connected`, {
    node: event.node,
    why: event.detail,
    next: 'nothing is believed before it was quiet for 5 s or answered something',
  });
}
