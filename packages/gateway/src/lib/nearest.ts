/** Names longer than this get no suggestion: nobody mistypes that much by accident. */
const longest = 48

/**
 * The name that was probably meant.
 *
 * @param names The names to choose from.
 * @returns The nearest one within two edits (a swap of neighbours counts as one; a third edit is allowed in names of twelve
 * characters and more), the case not respected; undefined when none is near.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > longest) return undefined
  const wanted = name.toLowerCase()
  let limit = name.length >= 12 ? 3 : Math.min(2, name.length - 2)
  let nearest: string | undefined
  for (const candidate of names) {
    if (limit < 0) break
    if (Math.abs(candidate.length - wanted.length) > limit) continue
    const distance = editDistance(wanted, candidate.toLowerCase(), limit)
    if (distance > limit) continue
    nearest = candidate
    limit = distance - 1
  }
  return nearest
}

/** Optimal string alignment; gives up with `limit + 1` as soon as the result cannot be better. */
function editDistance(left: string, right: string, limit: number): number {
  let before: number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at]
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[at - 1] === right[column - 1]
      let cost = Math.min(cell(row, column) + 1, cell(next, column - 1) + 1, cell(row, column - 1) + (same ? 0 : 1))
      const swapped = at > 1 && left[at - 1] === right[column - 2] && left[at - 2] === right[column - 1]
      if (swapped) cost = Math.min(cost, cell(before, column - 2) + 1)
      next.push(cost)
    }
    if (Math.min(...next) > limit) return limit + 1
    before = row
    row = next
  }
  return cell(row, right.length)
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
