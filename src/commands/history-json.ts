/**
 * What `clusterd history --json` prints: the shape that programs may rely on. Pure. Fields are only
 * ever added to it.
 */
import type { Happening } from '../history/happening.ts';
import type { Entry } from '../history/incident.ts';
import { phasesOf } from '../history/phases.ts';
import { type History, textOf } from './history-text.ts';

export const HISTORY_JSON_HELP = `--json prints one object. Names that end in Ms are milliseconds, in Wall milliseconds since 1970
(UTC); null means: none, or not known.
  format       1; fields may be added, and are only removed with another number
  cluster, missing[] (what is damaged or not there, one text each)
  entries[]    kind "incident" or "event" (then: a step, as below), oldest first
    incident   "takeover", "switchover", "restart", "boot", "hold", "attempt" or "inquiry",
               startWall, endWall, from, to (owners of the disk before and after)
      phases   since the start: atPromptMs, provenMs, bootWrittenMs, bootTypedMs, serviceMs, loginMs
      steps[]  wall, source "journal", "records" or "both", what (its kind and fields), text, evidence
  unconfirmed[] steps that only the records have, although the journal was written at that time`;

export function formatHistoryJson({ cluster, entries, gaps, unconfirmed }: History): string {
  const shown = {
    format: 1,
    cluster,
    missing: gaps,
    entries: entries.map(shownEntry),
    unconfirmed: unconfirmed.map(shownStep),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function shownEntry(entry: Entry) {
  if (entry.kind === 'event') return { kind: 'event', ...shownStep(entry.happening) };
  const { kind, startWall, endWall, from, to, happenings } = entry.incident;
  const phases = phasesOf(entry.incident);
  const steps = happenings.map(shownStep);
  return { kind: 'incident', incident: kind, startWall, endWall, from, to, phases, steps };
}

function shownStep({ wall, source, what, evidence }: Happening) {
  return { wall, source, what, text: textOf(what), evidence };
}
