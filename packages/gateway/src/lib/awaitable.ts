/** A value, or one that has to be waited for. */
export type Awaitable<T> = T | Promise<T>

/**
 * Goes on with a value: at once when it is there already. Most phases of most requests have nothing to wait for, and a promise
 * between two of them costs every request a turn of the queue of microtasks.
 */
export function goOn<T, Result>(value: Awaitable<T>, step: (value: T) => Awaitable<Result>): Awaitable<Result> {
  return value instanceof Promise ? value.then(step) : step(value)
}
