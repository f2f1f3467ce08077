/**
 * CList and scripts, read and proven in a thread of their own: a proof takes seconds, and nobody
 * may stand still for it who listens to consoles. Called by the reload.
 * This file is both ends: what asks, and the thread itself.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { DaemonError, type DaemonErrorCode } from '../cluster/daemon-error.ts';
import type { Home } from '../home/home.ts';
import { type LoadedHome, loadHome } from '../home/load-home.ts';
import { ProvenBefore } from '../home/proven-before.ts';

type Told =
  | { readonly ok: true; readonly loaded: LoadedHome }
  | {
      readonly ok: false;
      readonly code: DaemonErrorCode;
      readonly text: string;
      readonly hint: string;
    };

/** Heap of the thread; a script that needs more is not the kind that anybody writes. */
const HEAP_MB_MAX = 512;

/** Throws DaemonError, as `loadHome` does; `refused` when the thread itself ends without an answer. */
export async function loadApart(home: Home): Promise<LoadedHome> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: home,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  });
  const told = await new Promise<Told>((resolve) => {
    const failed = (why: string) => resolve({ ok: false, code: 'refused', text: why, hint: HINT });
    worker.once('message', resolve);
    worker.once('error', (error) => failed(String(error)));
    worker.once('exit', (status) => failed(`the thread that reads CList ended with ${status}`));
  });
  if (told.ok) return told.loaded;
  throw new DaemonError(told.code, told.text, { hint: told.hint });
}

const HINT = 'clusterd check shows what is wrong';

if (!isMainThread && parentPort !== null) parentPort.postMessage(loadHere(workerData as Home));

function loadHere(home: Home): Told {
  try {
    return { ok: true, loaded: loadHome(home, new ProvenBefore(home.state)) };
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    return { ok: false, code: error.code, text: error.message, hint: error.hint };
  }
}
