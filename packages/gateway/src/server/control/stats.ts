import type { Channel } from 'node:diagnostics_channel'
import { channels, type SessionEvents } from 'sekisho/events'
import { servedRequests, storeCalls } from '../../lib/gateway-channels.ts'
import { Histogram } from '../../lib/histogram.ts'

/** What is counted from the start of a process on. */
const rareCounts = [
  'created',
  'logins',
  'logouts',
  'revoked',
  'expired',
  'rotated',
  'conflicts',
  'superseded',
  'replays',
  'rejected',
  'storeFailures',
  'circuitOpened',
] as const

/** What is counted only while somebody watches, because it happens with each request. */
const frequentCounts = ['requests', 'loaded', 'saved', 'storeCalls'] as const

/** The name of something that is counted. */
export type CountName = (typeof rareCounts)[number] | (typeof frequentCounts)[number]

/** A number for everything that is counted. */
export function countsOf(numberOf: (name: CountName) => number): Record<CountName, number> {
  const pairs = [...rareCounts, ...frequentCounts].map((name) => [name, numberOf(name)])
  return Object.fromEntries(pairs) as Record<CountName, number>
}

/** What a process has counted. Two looks at it tell what happened in between. */
export interface Stats {
  readonly pid: number
  readonly counts: Readonly<Record<CountName, number>>
  /** How long stores took to answer the engine, by bucket of a {@link Histogram}; while watched. */
  readonly storeTimes: readonly number[]
  /** How long requests took, likewise. */
  readonly requestTimes: readonly number[]
  /** Octets of memory. */
  readonly memory: number
}

/** So long after the last look nobody watches any more. */
const watchedMs = 15_000

type Subscription = readonly [channel: Channel<unknown, unknown>, listener: (message: unknown) => void]

/** Counts what happens to sessions in this process. */
export class StatsCollector {
  readonly #counts = countsOf(() => 0)
  readonly #storeTimes = new Histogram()
  readonly #requestTimes = new Histogram()
  readonly #rare: readonly Subscription[] = this.#rareSubscriptions()
  readonly #frequent: readonly Subscription[] = this.#frequentSubscriptions()
  #timer: NodeJS.Timeout | undefined

  constructor() {
    subscribe(this.#rare)
  }

  /** What was counted so far. From now on frequent things are counted too, for as long as somebody looks again soon. */
  look(): Stats {
    this.#watch()
    return {
      pid: process.pid,
      counts: { ...this.#counts },
      storeTimes: this.#storeTimes.counts(),
      requestTimes: this.#requestTimes.counts(),
      memory: process.memoryUsage.rss(),
    }
  }

  close(): void {
    unsubscribe(this.#rare)
    this.#rest()
  }

  #watch(): void {
    if (this.#timer === undefined) subscribe(this.#frequent)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#rest(), watchedMs).unref()
  }

  #rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    unsubscribe(this.#frequent)
  }

  #rareSubscriptions(): Subscription[] {
    return [
      this.#counting('created', 'created'),
      this.#counting('login', 'logins'),
      this.#counting('expired', 'expired'),
      this.#counting('rotated', 'rotated'),
      this.#counting('conflict', 'conflicts'),
      this.#counting('superseded', 'superseded'),
      this.#counting('replay', 'replays'),
      this.#counting('rejected', 'rejected'),
      this.#counting('store-failure', 'storeFailures'),
      heard(channels.destroyed, ({ by }) => this.#count(by === 'logout' ? 'logouts' : 'revoked')),
      heard(channels.circuit, ({ state }) => state === 'open' && this.#count('circuitOpened')),
    ]
  }

  #frequentSubscriptions(): Subscription[] {
    return [
      this.#counting('loaded', 'loaded'),
      this.#counting('saved', 'saved'),
      heard(storeCalls, ({ milliseconds }) => {
        this.#count('storeCalls')
        this.#storeTimes.add(milliseconds)
      }),
      heard(servedRequests, ({ milliseconds }) => {
        this.#count('requests')
        this.#requestTimes.add(milliseconds)
      }),
    ]
  }

  #counting(event: keyof SessionEvents, name: CountName): Subscription {
    return heard(channels[event] as Channel<unknown, unknown>, () => this.#count(name))
  }

  #count(name: CountName): void {
    this.#counts[name] += 1
  }
}

function heard<Message>(channel: Channel<unknown, Message>, listener: (message: Message) => void): Subscription {
  return [channel as Channel<unknown, unknown>, (message) => listener(message as Message)]
}

function subscribe(subscriptions: readonly Subscription[]): void {
  for (const [channel, listener] of subscriptions) channel.subscribe(listener)
}

function unsubscribe(subscriptions: readonly Subscription[]): void {
  for (const [channel, listener] of subscriptions) channel.unsubscribe(listener)
}
