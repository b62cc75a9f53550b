/**
 * Circles in a graph of imports.
 *
 * @module
 */

/** From each file to those it imports. */
export type Graph = ReadonlyMap<string, { keys(): Iterable<string> }>

/**
 * Finds circles by a depth-first walk: at least one for every group of files that import one another.
 *
 * @returns Each as a path that begins and ends with the same file.
 */
export function findCycles(graph: Graph): string[][] {
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[][] = []
  const walk = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) cycles.push([...path.slice(at), file])
    if (at >= 0 || done.has(file)) return
    path.push(file)
    for (const next of graph.get(file)?.keys() ?? []) walk(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) walk(file)
  return cycles
}
