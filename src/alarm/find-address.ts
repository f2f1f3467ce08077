/**
 * Looks up the addresses of a host that alarms go to. The system's resolver blocks one of a few
 * threads that the journal's disk needs too: one question at a time, so that a dead name server takes
 * one thread and not all. Called by the deliveries.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Turnstile } from './turnstile.ts';

const oneAtATime = new Turnstile(1);

/** For `net.connect` and `http.request`. Gives up when `signal` says so. */
export function lookupInTurn(signal: AbortSignal): LookupFunction {
  return (host, options, done) => {
    findAddresses(host, signal).then(
      (found) => {
        const [first] = found;
        if (options.all === true) done(null, [...found]);
        else if (first !== undefined) done(null, first.address, first.family);
        else done(new Error(`the name ${host} has no address`), '');
      },
      (error: Error) => done(error, ''),
    );
  };
}

/** IPv4 first. Rejects with the resolver's error, or when `signal` says to give up. */
export function findAddresses(
  host: string,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return Promise.resolve([{ address: host, family }]);
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`the name ${host} is still being looked up`));
    signal.addEventListener('abort', giveUp, { once: true });
    askInTurn(host, signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}

async function askInTurn(host: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  await oneAtATime.enter();
  try {
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      lookup(host, { all: true, verbatim: false }, (error, found) => {
        if (error === null) resolve(found);
        else reject(error);
      });
    });
  } finally {
    oneAtATime.leave();
  }
}
