import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** A transaction of somebody else's that holds what it has touched, until it is told to end. */
export class Rival {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** Begins a transaction, in which some SQL is run. */
  static async begin(url: string, text: string, values: unknown[] = []): Promise<Rival> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('BEGIN')
    await client.query(text, values)
    return new Rival(client)
  }

  /** Waits until so many other statements wait for this transaction, or for one that waits for it. */
  async blocks(count = 1): Promise<void> {
    const waiting = `WITH RECURSIVE waiting AS (
      SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))
      UNION
      SELECT next.pid FROM pg_stat_activity next JOIN waiting ON waiting.pid = ANY (pg_blocking_pids(next.pid))
    ) SELECT pid FROM waiting`
    for (let attempt = 0; attempt < 500; attempt += 1) {
      // Within a transaction the list of connections is that of the first look.
      await this.#client.query('SELECT pg_stat_clear_snapshot()')
      const { rows } = await this.#client.query(waiting)
      if (rows.length >= count) return
      await pause(10)
    }
    assert.fail(`fewer than ${count} statements wait for the rival`)
  }

  /** Ends the transaction and the connection. */
  async end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#client.query(how)
    await this.#client.end()
  }
}
