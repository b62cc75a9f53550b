import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

const place = `${hostname()}|${process.pid}`

/**
 * What a lock says about its holder: `hostname|pid`, as phpredis writes it for people to read, and behind it what tells the
 * requests of one process apart, which PHP need not.
 */
export function newHolder(): string {
  return `${place}|${randomBytes(8).toString('hex')}`
}
