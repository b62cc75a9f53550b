/** What can be asked of an error, whatever has thrown it. */
export interface ErrorLink {
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
}

/** Causes may go round in a circle. */
const longestChain = 8

/** An error and all that led to it, from the outside in. */
export function errorChain(error: unknown): ErrorLink[] {
  const chain: ErrorLink[] = []
  for (let at = error; typeof at === 'object' && at !== null && chain.length < longestChain; at = chain.at(-1)?.cause)
    chain.push(at)
  return chain
}
