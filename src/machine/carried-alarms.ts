/**
 * Alarms from before the machine began. They stay up until the script has looked again and clears or
 * raises them anew; what they told a person to type may not be taken before that. Called by machine.ts
 * and by the runner, which tells the sinks the same.
 */
import type { Recollection } from './protocol.ts';

export function carriedAlarms(
  { alarms }: Pick<Recollection, 'alarms'>,
  cluster: string,
): Recollection['alarms'] {
  return alarms.map(({ name, text }) => ({ name, text, type: `clusterd status ${cluster}` }));
}
