/**
 * A promise that keeps simulated time: what waits for it runs when it is settled, within the call
 * of the clock that settled it, and not in a microtask. So a simulation is one sequence of calls,
 * the same on every machine. Given to the daemon's own code wherever it expects a promise.
 * Must only be settled from a call of the clock: nobody expects an answer while still asking.
 */
type Settled<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

export class ClockPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'ClockPromise';
  #settled: Settled<T> | null = null;
  #waiting: ((settled: Settled<T>) => void)[] = [];

  resolve(value: T): void {
    this.#settle({ kind: 'value', value });
  }

  reject(error: unknown): void {
    this.#settle({ kind: 'error', error });
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<Value = T, Failure = never>(
    onValue?: ((value: T) => Value | PromiseLike<Value>) | null,
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): ClockPromise<Value | Failure> {
    const next = new ClockPromise<Value | Failure>();
    this.#whenSettled((settled) => {
      try {
        next.#follow(react(settled, onValue, onError));
      } catch (error) {
        next.reject(error);
      }
    });
    return next;
  }

  catch<Failure = never>(
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): ClockPromise<T | Failure> {
    return this.then(null, onError);
  }

  finally(onEnd?: (() => void) | null): ClockPromise<T> {
    this.#whenSettled(() => onEnd?.());
    return this;
  }

  #follow(result: T | PromiseLike<T>): void {
    if (result instanceof ClockPromise) {
      result.#whenSettled((settled: Settled<T>) => this.#settle(settled));
      return;
    }
    this.resolve(result as T);
  }

  #whenSettled(run: (settled: Settled<T>) => void): void {
    if (this.#settled === null) this.#waiting.push(run);
    else run(this.#settled);
  }

  #settle(settled: Settled<T>): void {
    if (this.#settled !== null) return;
    this.#settled = settled;
    for (const run of this.#waiting.splice(0)) run(settled);
  }
}

/** What `then` hands on: the callback's result, or what was settled where there is no callback. */
function react<T, Value, Failure>(
  settled: Settled<T>,
  onValue: ((value: T) => Value | PromiseLike<Value>) | null | undefined,
  onError: ((error: unknown) => Failure | PromiseLike<Failure>) | null | undefined,
): Value | Failure | PromiseLike<Value | Failure> {
  if (settled.kind === 'value') {
    // Without a callback the value goes on as it is.
    return onValue === null || onValue === undefined
      ? (settled.value as unknown as Value)
      : onValue(settled.value);
  }
  if (onError === null || onError === undefined) throw settled.error;
  return onError(settled.error);
}
