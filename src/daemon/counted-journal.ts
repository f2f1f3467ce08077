/** A cluster's journal that also tells the metrics, and those who wait for boots, what is written. */
import type { JournalSink } from '../cluster/journal-file.ts';
import type { Tally } from '../metrics/tally.ts';

export function countedJournal(
  cluster: string,
  journal: JournalSink,
  tally: Tally,
  onBoot: () => void,
): JournalSink {
  return {
    append(record, wall, done) {
      tally.record(cluster, record);
      if (record.kind === 'intent' && record.verb === 'boot') onBoot();
      journal.append(record, wall, done);
    },
    close: () => journal.close(),
  };
}
