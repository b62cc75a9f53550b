import type { Gateway } from '../gateway.ts'
import type { Figures } from './protocol.ts'
import { SessionCount } from './session-count.ts'
import { type Stats, StatsCollector } from './stats.ts'

/** What this process knows of what is going on. */
export class ProcessFigures {
  readonly #collector = new StatsCollector()
  readonly #count = new SessionCount()

  /** @param gateway Where the sessions are, for whoever wants to know their number; all processes have the same. */
  async figures(gateway: Gateway | undefined): Promise<Figures> {
    const stats: Stats = this.#collector.look()
    const stores = gateway?.generation?.stores ?? []
    return { processes: [stats], sessions: await this.#count.of(stores) }
  }

  close(): void {
    this.#collector.close()
  }
}
