import { SekishoError } from '../../errors.ts'
import type { Link, Master } from './link.ts'
import { listOf, textOf } from './reply.ts'

/** The servers that have sessions. */
export interface Topology {
  /** One, or a cluster's masters in the order of their ids. */
  readonly masters: readonly Master[]
  /** Which of them has which slots, as text; empty for a single server. */
  readonly slots: string
}

/** A range of slots. */
interface Range {
  readonly first: string
  readonly last: string
  /** The node's id, which a replica that takes over does not have. */
  readonly master: string
}

/**
 * @returns Every server that has slots.
 * @throws SekishoError when the client does not reach them all: a scan would miss sessions.
 */
export async function mastersOf(link: Link): Promise<Topology> {
  if (link.masters === undefined) return { masters: [{ run: (command) => link.run('', command) }], slots: '' }
  const reached = await link.masters()
  const [one] = reached
  if (one === undefined) {
    throw new SekishoError('ERR_STORE_UNAVAILABLE', 'this cluster client names no master: it is not connected yet')
  }
  const ranges = rangesOf(await one.run(['cluster', 'slots']))
  const byId = new Map(await Promise.all(reached.map(named)))
  const ids = [...new Set(ranges.map(({ master }) => master))].toSorted()
  const masters = ids.flatMap((id) => byId.get(id) ?? [])
  if (masters.length !== ids.length || !coverAll(ranges)) throw unreachable(ids.length, masters.length)
  return {
    masters,
    slots: ranges
      .map(({ first, last, master }) => `${first}-${last}:${master}`)
      .toSorted()
      .join(' '),
  }
}

async function named(master: Master): Promise<readonly [string, Master]> {
  return [textOf(await master.run(['cluster', 'myid'])), master]
}

function rangesOf(reply: unknown): Range[] {
  return listOf(reply).map((range) => {
    const [first, last, master] = listOf(range)
    return { first: textOf(first), last: textOf(last), master: textOf(listOf(master)[2]) }
  })
}

function coverAll(ranges: readonly Range[]): boolean {
  return ranges.reduce((sum, { first, last }) => sum + Number(last) - Number(first) + 1, 0) === 16_384
}

function unreachable(all: number, reached: number): SekishoError {
  const message = `the cluster client reaches ${reached} of ${all} masters, or some slots have none; sessions would be missed`
  return new SekishoError('ERR_STORE_UNAVAILABLE', message)
}
