/**
 * A store with many sessions, asked through the engine.
 *
 * @module
 */
import { randomBytes, randomInt } from 'node:crypto'
import { defineSession, type Sessions, type SessionStore } from 'sekisho'
import { nodeListener } from 'sekisho/node'
import { acts, fail } from '../contenders/sekisho-acts.ts'
import type { Action, NodeHandler } from '../contract.ts'
import { cookiePairs } from '../cookies.ts'
import { headersOf } from '../in-process/bench.ts'
import { exchange } from '../in-process/fakes.ts'
import type { Sample } from '../sample.ts'
import { addressOf, locatorOf, type GrowthCase } from './stores.ts'

const hour = 3600

/** A store of one size. */
export interface Grown {
  /** Opens sessions drawn by chance, and changes them for `write`. @returns Microseconds of one request. */
  requests(action: 'read' | 'write', count: number): Promise<number>
  /** Lets sessions die and sweeps them. @returns Milliseconds of the sweep. */
  sweep(expired: number): Promise<number>
  close(): Promise<void>
}

/** Opens a store and fills it. */
export async function openGrown({ callers, open }: GrowthCase, count: number): Promise<Grown> {
  const { store, multiply, remove } = await open()
  // To read touches nothing, since no deadline is near; to write moves the deadline, as it does for a real visitor.
  const creating = define(store, 8 * hour)
  const reading = define(store, hour)
  const writing = define(store, 10 * hour)
  const handlers = { read: handler(reading, 'read'), write: handler(writing, 'write') }
  const first = await firstSession(handler(creating, 'create'))
  await multiply(addressOf(first.token.subarray(0, 16)), count)
  return {
    async requests(action, requests) {
      const headers = drawn(requests, count).map((number) => headersOf(cookieOf(number, first)))
      return timed(headers, callers, (each) => exchange(handlers[action], action, each))
    },
    async sweep(expired) {
      await letDie(store, expired)
      return timedSweep(store, expired)
    },
    async close() {
      for (const sessions of [creating, reading, writing]) await sessions.close()
      await remove()
    },
  }
}

function define(store: SessionStore, idle: number): Sessions<Sample> {
  const lifetime = { idle, absolute: 24 * hour }
  const storeTimeout = { readMs: 30_000, writeMs: 30_000 }
  return defineSession<Sample>({ name: 'bench', store, development: false, sweep: false, lifetime, storeTimeout })
}

function handler(sessions: Sessions<Sample>, action: Action): NodeHandler {
  return nodeListener(sessions, (_, res, session) => res.end(acts[action](session)), { onError: fail })
}

interface Visitor {
  /** What the browser sends. */
  readonly cookie: string
  /** The octets in it: a locator and a secret. */
  readonly token: Buffer
}

/** A session that the engine has made, and what the visitor has of it. */
async function firstSession(create: NodeHandler): Promise<Visitor> {
  const answer = await exchange(create, 'create', headersOf(undefined))
  const cookie = cookiePairs([answer.getHeader('set-cookie') ?? []].flat().map(String))
  return { cookie, token: Buffer.from(cookie.slice(cookie.indexOf('=') + 1), 'base64url') }
}

/** The cookie of a copy: the same secret under another locator. */
function cookieOf(number: number, { cookie, token }: Visitor): string {
  const copy = Buffer.concat([locatorOf(number), token.subarray(16)])
  return cookie.replace(token.toString('base64url'), copy.toString('base64url'))
}

/** Numbers from 1 to `most`, none of them twice. */
function drawn(count: number, most: number): number[] {
  const numbers = new Set<number>()
  while (numbers.size < Math.min(count, most)) numbers.add(randomInt(1, most + 1))
  return [...numbers]
}

/** Microseconds of one request: of CPU for one caller, who waits for nobody; by the clock for several. */
async function timed<T>(
  requests: readonly T[],
  callers: number,
  ask: (request: T) => Promise<{ readonly body: string }>,
): Promise<number> {
  const waiting = requests.values()
  const call = async (): Promise<void> => {
    for (const request of waiting) {
      const { body } = await ask(request)
      if (!/^\d+$/.test(body)) throw new Error(`a request was answered ${body}`)
    }
  }
  const [began, before] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: callers }, call))
  const { user, system } = process.cpuUsage(before)
  return (callers === 1 ? user + system : (performance.now() - began) * 1000) / requests.length
}

/** Makes sessions that are dead by now. */
async function letDie(store: SessionStore, count: number): Promise<void> {
  const lifetime = { idleMs: 1, absoluteMs: 1 }
  const record = {
    generation: 0,
    current: 'x'.repeat(43),
    dataVersion: 0,
    writeIds: ['x'.repeat(11)],
    payload: randomBytes(300),
  }
  for (let left = count; left > 0; left -= 100) {
    const some = Array.from({ length: Math.min(left, 100) }, () => addressOf(randomBytes(16)))
    await Promise.all(some.map((address) => store.create(address, record, lifetime)))
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
}

/** @returns Milliseconds until nothing dead is left. */
async function timedSweep(store: SessionStore, expired: number): Promise<number> {
  const began = performance.now()
  let removed = 0
  for (let last = -1; last !== 0; removed += last) last = await store.sweep(1000)
  const ms = performance.now() - began
  if (removed !== expired) throw new Error(`the sweep removed ${removed} sessions instead of ${expired}`)
  return ms
}
