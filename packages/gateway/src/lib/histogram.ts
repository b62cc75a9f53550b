/** Buckets for each doubling: neighbours are 19 % apart. */
const perDoubling = 4
/** From a microsecond to some 17 minutes. */
const buckets = 30 * perDoubling

/** How often something took how long, in buckets of growing width: a few hundred octets, however much is counted. */
export class Histogram {
  readonly #counts = new Float64Array(buckets)

  add(milliseconds: number): void {
    const at = Math.floor(Math.log2(Math.max(1, milliseconds * 1000)) * perDoubling)
    const bucket = Math.min(at, buckets - 1)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  /** What was counted so far, by bucket. */
  counts(): number[] {
    return [...this.#counts]
  }
}

/** Adds up counts by bucket. */
export function summed(...all: readonly (readonly number[])[]): number[] {
  return Array.from({ length: buckets }, (_, at) => all.reduce((sum, counts) => sum + (counts[at] ?? 0), 0))
}

/** What was counted since. */
export function since(now: readonly number[], before: readonly number[]): number[] {
  return now.map((count, at) => Math.max(0, count - (before[at] ?? 0)))
}

/** So many milliseconds are not exceeded by this share of what was counted, within 10 %. @returns Undefined for nothing. */
export function quantile(counts: readonly number[], share: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  let left = Math.ceil(all * share)
  const at = counts.findIndex((count) => (left -= count) <= 0)
  return 2 ** ((at + 0.5) / perDoubling) / 1000
}
