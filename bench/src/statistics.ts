/** A median and the interval that holds the true one in 95 of 100 cases. */
export interface Estimate {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/**
 * The median with the interval of the sign test: the two order statistics between which the true median lies with at least
 * 95 %, whatever the distribution. With fewer than six values there are none, and the interval is their range.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b)
  const outside = valuesOutside(sorted.length)
  const low = sorted[outside] ?? Number.NaN
  return { median: median(sorted), low, high: sorted[sorted.length - 1 - outside] ?? Number.NaN }
}

/**
 * How many values to leave out at each end. The interval from the k-th value to the k-th from the end misses the median
 * with twice the binomial probability of fewer than k heads in `count` throws.
 */
function valuesOutside(count: number): number {
  let term = 0.5 ** count
  let tail = term
  let k = 0
  while (tail <= 0.025) {
    k += 1
    term *= (count - k + 1) / k
    tail += term
  }
  return Math.max(0, k - 1)
}

/** The value below which a share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
