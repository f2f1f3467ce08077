/**
 * A reply as the line that goes over the control socket. The status of thousands of clusters is put
 * together in slices: between two of them consoles are read. Called by served-connection.ts.
 */
import { formatLine, type Reply } from './protocol.ts';

/** Clusters at once: some hundred microseconds. */
const SLICE = 50;

/** `pause` resolves in a later turn of the event loop. */
export async function formatReply(reply: Reply, pause: () => Promise<void>): Promise<string> {
  if (!reply.ok || reply.kind !== 'status' || reply.clusters.length <= SLICE) {
    return formatLine(reply);
  }
  const { clusters, ...rest } = reply;
  const parts: string[] = [];
  for (let from = 0; from < clusters.length; from += SLICE) {
    await pause();
    parts.push(JSON.stringify(clusters.slice(from, from + SLICE)).slice(1, -1));
  }
  return `${JSON.stringify(rest).slice(0, -1)},"clusters":[${parts.join(',')}]}\n`;
}
