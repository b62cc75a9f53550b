import { SekishoError } from '../../errors.ts'
import { isAddress } from '../../lib/address.ts'
import type { PrincipalIndex } from '../contract.ts'
import { call, span } from './call.ts'
import type { RedisParts } from './parts.ts'
import { listOf, textOf, wholeNumberOf } from './reply.ts'
import { addScript, epochScript, listScript, raiseScript, raiseToScript, removeScript } from './scripts-node.ts'

/**
 * The sessions of each principal: a sorted set, scored by the time at which an entry may go, that ends with its last
 * entry; and the epoch, the only key without an end, because it must never fall.
 */
export class RedisPrincipals implements PrincipalIndex {
  readonly #parts: RedisParts

  constructor(parts: RedisParts) {
    this.#parts = parts
  }

  /** @returns The principal's epoch, 0 when it was never raised. */
  async epoch(principal: string): Promise<number> {
    const { link, keys } = this.#parts
    const reading = { action: 'read an epoch', script: epochScript, key: keys.epoch(principal), args: [] }
    return epochOf(await call(link, reading))
  }

  /** Raises the epoch by one. @returns The new epoch, once replicas have it. */
  async raiseEpoch(principal: string): Promise<number> {
    const { link, keys, replicas } = this.#parts
    const key = keys.epoch(principal)
    const raising = { action: 'raise an epoch', script: raiseScript, key, args: [replicas.count] }
    const [raised, online] = listOf(await call(link, raising))
    const epoch = epochOf(raised)
    const again = { ...raising, script: raiseToScript, args: [String(epoch)] }
    await replicas.confirm(link, online, { verb: 'index', again })
    return epoch
  }

  /** Adds a session, and resolves once replicas have it; adding it again moves its expiry. */
  async add(principal: string, address: string, expiresInMs: number): Promise<void> {
    if (!isAddress(address)) return
    const { link, keys, replicas, graceMs } = this.#parts
    const args = [address, span(expiresInMs), String(graceMs)]
    const adding = { action: 'index a session', script: addScript, key: keys.principal(principal), args }
    const [, online] = listOf(await call(link, { ...adding, args: [...args, replicas.count] }))
    await replicas.confirm(link, online, { verb: 'index', again: { ...adding, args: [...args, ''] } })
  }

  /** Removes a session from the list; unknown ones are no error. */
  async remove(principal: string, address: string): Promise<void> {
    if (!isAddress(address)) return
    const { link, keys } = this.#parts
    const action = 'remove a session from the index'
    await call(link, { action, script: removeScript, key: keys.principal(principal), args: [address] })
  }

  /** @returns The addresses of the principal's sessions, in no order, dangling ones included. */
  async list(principal: string): Promise<readonly string[]> {
    const { link, keys, graceMs } = this.#parts
    const args = [String(graceMs)]
    const listing = { action: 'list sessions', script: listScript, key: keys.principal(principal), args }
    return listOf(await call(link, listing)).map(textOf)
  }
}

/** A broken epoch is a failure of the store: to read it as 0 would bring revoked sessions back. */
function epochOf(reply: unknown): number {
  const epoch = wholeNumberOf(reply)
  if (epoch >= 0) return epoch
  throw new SekishoError('ERR_STORE_UNAVAILABLE', 'the epoch of a principal in redis is no count')
}
