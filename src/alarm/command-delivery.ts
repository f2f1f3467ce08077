/**
 * Hands alarms to the operator's own command (`alarm-command` of CList), through its environment and
 * never through a shell. Called by an outbox.
 */
import { visible } from '../log/visible.ts';
import type { AlarmEvent } from './alarm-event.ts';
import { DELIVERED, type Delivery, type Outcome, refused } from './delivery.ts';
import { DELIVERY_MS_MAX } from './outbox.ts';

/** Runs a program; `runCommand` of transport/command.ts with its clock bound. */
export type RunAlarmCommand = (request: {
  readonly argv: readonly string[];
  readonly withinMs: number;
  readonly environment: Readonly<Record<string, string>>;
}) => {
  readonly result: Promise<{
    readonly outcome: 'exited' | 'timeout' | 'not-started';
    readonly status: number | null;
    readonly output: string;
  }>;
  kill(): void;
};

const OUTPUT_CHARS = 200;

/** `argv`: program and arguments, not empty. */
export function commandDelivery(argv: readonly string[], run: RunAlarmCommand): Delivery {
  return {
    name: `the alarm command ${visible(argv[0] ?? '')}`,
    async deliver(event, signal) {
      // The outbox ends it at its limit; the command's own is a second fence.
      const withinMs = DELIVERY_MS_MAX + 1_000;
      const command = run({ argv, withinMs, environment: environmentOf(event) });
      signal.addEventListener('abort', () => command.kill(), { once: true });
      return outcomeOf(await command.result);
    },
  };
}

type Result = Awaited<ReturnType<RunAlarmCommand>['result']>;

function outcomeOf({ outcome, status, output }: Result): Outcome {
  if (outcome === 'exited' && status === 0) return DELIVERED;
  const end = output.trim().slice(-OUTPUT_CHARS);
  if (outcome === 'timeout') return refused(end);
  const what = outcome === 'not-started' ? 'could not be started' : `ended with status ${status}`;
  return refused(end === '' ? what : `${what}: ${end}`);
}

/** Made safe to show: the command may print it, and no variable may hold a NUL. */
function environmentOf(event: AlarmEvent): Readonly<Record<string, string>> {
  return {
    CLUSTERD_EVENT: event.kind,
    CLUSTERD_CLUSTER: event.cluster,
    CLUSTERD_ALARM: visible(event.alarm),
    CLUSTERD_TEXT: visible(event.text),
    CLUSTERD_TYPE: visible(event.type),
    CLUSTERD_BY: visible(event.acknowledged?.by ?? ''),
    CLUSTERD_NOTE: visible(event.acknowledged?.note ?? ''),
  };
}
