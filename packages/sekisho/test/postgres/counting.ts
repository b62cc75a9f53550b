import type { PgClient, PgQuery } from '../../src/store/postgres.ts'

/** A client that keeps a list of what was sent through it. */
export class CountingClient implements PgClient {
  readonly #client: PgClient
  #sent: PgQuery[] = []

  constructor(client: PgClient) {
    this.#client = client
  }

  query(query: PgQuery): PromiseLike<unknown> {
    this.#sent.push(query)
    return this.#client.query(query)
  }

  /** What was sent since it was last asked. */
  take(): PgQuery[] {
    const sent = this.#sent
    this.#sent = []
    return sent
  }
}
