/**
 * The sequence of a Solaris panic after its first line: syncing, dumping, rebooting. The node
 * writes to the shared disk until the dump has ended. Called by solaris.ts.
 */
import type { SharedDisk } from './disk.ts';
import type { Step } from './schedule.ts';
import type { PanicOptions, SolarisOptions } from './solaris-options.ts';
import type { SimTimes } from './times.ts';

export interface PanicContext {
  readonly name: string;
  readonly disk: SharedDisk;
  readonly times: SimTimes;
  readonly dump: SolarisOptions['dump'];
  readonly panic: PanicOptions;
  /** Without a mounted root there is nothing to sync and no dump device. */
  readonly mounted: boolean;
  print(text: string): void;
  note(what: string): void;
  reboot(): void;
}

const EIO = 5;
const PROGRESS_STEPS = 20;
const PAGES = 34_211;

export function panicSteps(context: PanicContext): Step[] {
  const stalls = context.dump !== 'none' && (context.panic.stallsAtPercent ?? 100) < 100;
  const end = stalls ? [] : rebootSteps(context);
  return [...syncSteps(context), ...dumpSteps(context), ...end];
}

function syncSteps(context: PanicContext): Step[] {
  if (!context.mounted) return [];
  const { disk, name, times, print } = context;
  const afterMs = times.syncMs / 4;
  const flush = (text: string) => () => {
    disk.write(name, 'sync');
    print(text);
  };
  return [
    { afterMs, run: () => print('syncing file systems...') },
    { afterMs, run: flush(' 2') },
    { afterMs, run: flush(' 1') },
    { afterMs, run: flush(' done\r\n') },
  ];
}

function dumpSteps(context: PanicContext): Step[] {
  const { print, note } = context;
  if (!context.mounted || context.dump === 'none') {
    const text = 'skipping system dump - no dump device configured\r\n';
    return [{ afterMs: context.times.syncMs / 4, run: () => print(text) }];
  }
  const start: Step = {
    afterMs: 0,
    run: () => {
      note('dumps');
      print('dumping to /dev/dsk/c1t0d0s1, offset 429391872, content: kernel\r\n');
    },
  };
  return [start, ...progressSteps(context)];
}

function progressSteps(context: PanicContext): Step[] {
  const afterMs = (context.panic.dumpMs ?? context.times.dumpMs) / PROGRESS_STEPS;
  const failsAt = context.dump === 'fails' ? 60 : Number.POSITIVE_INFINITY;
  const stallsAt = context.panic.stallsAtPercent ?? Number.POSITIVE_INFINITY;
  const steps: Step[] = [];
  for (let step = 1; step <= PROGRESS_STEPS; step++) {
    const percent = (step * 100) / PROGRESS_STEPS;
    if (percent > stallsAt) return steps;
    if (percent > failsAt) return [...steps, { afterMs, run: () => failDump(context, percent) }];
    steps.push({ afterMs, run: () => dumpUpTo(context, percent) });
  }
  return steps;
}

function dumpUpTo(context: PanicContext, percent: number): void {
  const { disk, name, print, note } = context;
  if (disk.write(name, 'dump') === null) {
    print(`\r${String(percent).padStart(3)}% done: dump failed: error ${EIO}\r\n`);
    note('the dump fails: no disk answers');
    context.reboot();
    return;
  }
  if (percent < 100) return print(`\r${String(percent).padStart(3)}% done`);
  print(`\r100% done: ${PAGES} pages dumped, compression ratio 3.21, dump succeeded\r\n`);
  note('the dump has ended');
}

function failDump(context: PanicContext, percent: number): void {
  context.print(
    `\r${String(percent).padStart(3)}% done: 812 pages dumped, dump failed: error ${EIO}\r\n`,
  );
  context.note('the dump has failed');
}

function rebootSteps(context: PanicContext): Step[] {
  return [
    { afterMs: context.times.syncMs / 4, run: () => context.print('rebooting...\r\n') },
    { afterMs: context.times.syncMs / 4, run: () => context.reboot() },
  ];
}
