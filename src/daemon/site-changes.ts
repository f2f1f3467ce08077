/**
 * What another `site` block of CList means for the daemon that runs, in words. Pure; called by the
 * reload. How edits are applied is not among it: that is taken from each reading anew.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Site } from '../clist/site.ts';

/** One line for each thing that changes; empty: nothing. */
export function siteChanges(before: Site, after: Site): readonly string[] {
  const lines: string[] = [];
  const alarms = (site: Site) => [
    site.alarmMail,
    site.alarmSyslog,
    site.alarmWebhook,
    site.alarmCommand,
  ];
  const differ = (part: (site: Site) => unknown) => !isDeepStrictEqual(part(before), part(after));
  if (differ(alarms)) lines.push('site: where alarms go changed; try it: clusterd test-alarm');
  if (differ(({ testAlarmMs }) => testAlarmMs)) lines.push('site: the test alarm changed');
  if (differ(({ heartbeat }) => heartbeat)) lines.push('site: the heartbeat changed');
  if (differ(({ metrics }) => metrics)) lines.push('site: the address of the metrics changed');
  if (differ(({ powerCheckMs }) => powerCheckMs)) {
    lines.push('site: how often power devices are asked changed');
  }
  return lines;
}
