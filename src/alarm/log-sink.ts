/**
 * Repeated alarms in the cluster's log. What is raised and cleared stands there already: the runner
 * logs the machine's effects themselves, in their order.
 */
import type { Clock } from '../clock/clock.ts';
import type { AlarmEventSink } from './alarm-event.ts';

/** The part of ClusterLog that this needs. */
export interface AlarmLog {
  alarm(name: string, text: string, type: string, wall: number): void;
}

export function createLogSink(log: AlarmLog, clock: Clock): AlarmEventSink {
  return {
    take(event) {
      if (event.kind !== 'repeated') return;
      log.alarm(event.alarm, `still: ${event.text}`, event.type, clock.now().wall);
    },
  };
}
