/** The alarms of a simulated daemon: the daemon's own board, told to the chronicle. */
import { AlarmBoard } from '../alarm/alarm-board.ts';
import type { Clock } from '../clock/clock.ts';
import type { Chronicle } from './chronicle.ts';

export function simulatedBoard(cluster: string, clock: Clock, chronicle: Chronicle): AlarmBoard {
  return new AlarmBoard({
    cluster,
    clock,
    sinks: [
      {
        take: ({ kind, alarm, text, type }) =>
          chronicle.daemon(`ALARM ${alarm} ${kind}: ${text} | type: ${type}`),
      },
    ],
  });
}
