/** A cluster's journal that also tells the metrics what is written. Made by SharedParts. */
import type { JournalSink } from '../cluster/journal-file.ts';
import type { Tally } from '../metrics/tally.ts';

export function countedJournal(cluster: string, journal: JournalSink, tally: Tally): JournalSink {
  return {
    append(record, wall, done) {
      tally.record(cluster, record);
      journal.append(record, wall, done);
    },
    close: () => journal.close(),
  };
}
