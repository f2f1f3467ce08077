/**
 * The person who is called in the night: knows nothing, looks at what an alarm asks, and types exactly
 * the command that it names. What no alarm names, this person does not do.
 */
import type { Home, Watched } from './daemon-process.ts';
import type { SiteProcess } from './site-process.ts';

export interface Order {
  readonly alarm: string;
  readonly text: string;
  /** The command as the alarm says it. */
  readonly type: string;
  /** What was done, and what came of it. */
  readonly done: string;
  readonly isAccepted: boolean;
}

/** An alarm that names more than a look. The script's first: it knows most. */
export function orderOf({ status, ownAlarms }: Watched): Order | null {
  for (const { name, text, type } of [...(status?.alarms ?? []), ...ownAlarms]) {
    const [program, command] = type.split(' ');
    if (program !== 'clusterd' || command === undefined || LOOKS.has(command)) continue;
    return { alarm: name, text, type, done: '', isAccepted: false };
  }
  return null;
}

const LOOKS: ReadonlySet<string> = new Set(['status', 'log', 'check']);

export async function obey(order: Order, home: Home, site: SiteProcess): Promise<Order> {
  const words = order.type.split(' ').slice(1);
  const [command, , node] = words;
  const steps: string[] = [];
  if (command === 'confirm' && node !== undefined) {
    // Nobody confirms what he has not made sure of: the cords are pulled.
    await site.command(`power off ${node}`);
    steps.push(`pulls the cords of ${node}`);
    words.push('--yes', node);
  }
  const { status, text } = await home.command(words);
  steps.push(`clusterd ${words.join(' ')} (${status}: ${text.trim()})`);
  return { ...order, done: steps.join(', '), isAccepted: status === 0 };
}
