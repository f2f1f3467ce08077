/**
 * A journal that may lack something leaves nobody known to own the disk. One node is still called
 * the active one, the last that was known, else the first of CList, so that a script has somewhere
 * to look; the law (evidence.ts) takes neither for the owner: each boot needs live proof against the
 * other node, nothing is resumed, silence is not trusted. It ends with a boot under those terms, or
 * with an operator's `owner`. Called at the start, by boot.ts and by operator.ts.
 */
import { clearAlarm, raiseAlarm } from './reactions.ts';
import { nodeName, type Run } from './run.ts';

/** With a colon, as no alarm of a script has. */
export const OWNER_ALARM = 'clusterd:owner';

/** Who owns the disk, in words for the log. */
export function ownerWords(run: Run): string {
  const { owner, ownerAssumed, ownerDoubt } = run.state;
  if (ownerDoubt !== null) return `nobody is known to own the disk: ${ownerDoubt}`;
  const assumed = ownerAssumed ? ', assumed from CList: no journal says otherwise' : '';
  return `${nodeName(run, owner)} owns the disk${assumed}`;
}

/** At the start: raises the alarm, or takes back one that a journal remembers. */
export function tellDoubt(run: Run): void {
  const { owner, ownerDoubt } = run.state;
  if (ownerDoubt === null) return clearAlarm(run, OWNER_ALARM);
  const text =
    `who owns the disk? ${ownerDoubt}; until an operator says it, nothing is booted without proof ` +
    'against the other node; name the node that runs production (and hold or out-of-service again, ' +
    'if that was said before)';
  const { cluster } = run.engine.target;
  raiseAlarm(run, OWNER_ALARM, text, `clusterd owner ${cluster} ${nodeName(run, owner)}`);
}

/** Somebody owns the disk again. */
export function endDoubt(run: Run): void {
  clearAlarm(run, OWNER_ALARM);
}
