const units = [
  ['year', 365 * 86_400],
  ['day', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** A span of time in its largest unit: `28 min`, `3 days`. Negative ones count as none. */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  for (const [unit, length] of units) {
    if (seconds < 2 * length) continue
    const number = Math.floor(seconds / length)
    return `${number} ${unit}${unit === 'day' || unit === 'year' ? 's' : ''}`
  }
  return `${seconds} s`
}

/** Octets in the unit that keeps the number short: `812 B`, `1.4 kB`. */
export function sizeText(octets: number): string {
  if (octets < 1000) return `${octets} B`
  const [unit, size] = octets < 1_000_000 ? ['kB', 1000] : ['MB', 1_000_000]
  return `${(octets / Number(size)).toFixed(1)} ${unit}`
}

/** A time of the machine's own zone, to the second: `2026-11-22 06:42:02`. */
export function timeText(milliseconds: number): string {
  const minutes = new Date(milliseconds).getTimezoneOffset()
  return new Date(milliseconds - minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
}
