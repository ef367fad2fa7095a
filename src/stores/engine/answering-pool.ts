import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { Pool, PoolClient } from 'pg'

/**
 * A pool that gives out no connection on which nothing can be paid, and closes it instead:
 * - one on which an answer did not come in time. pg would give it to the next caller, whose statement would wait behind the
 *   silent one, and the ROLLBACK would wait a second time;
 * - one whose server takes no writes, and all that were opened before it answered so: the server has become a standby, and the
 *   name may lead to its successor by now;
 * - one that was left in a failed transaction.
 */
export function answeringPool(pool: Pool): PostgresPool {
  // Which connections were opened before the server last refused to write.
  const openedIn = new WeakMap<PoolClient, number>()
  let era = 0
  pool.on('connect', (client) => void openedIn.set(client, era))

  return {
    options: pool.options,
    async connect() {
      for (;;) {
        const client = await pool.connect()
        if ((openedIn.get(client) ?? era) === era) return new AnsweringClient(client, () => void era++)
        client.release(true)
      }
    },
    end: () => pool.end(),
  }
}

/** read_only_sql_transaction. */
const isReadOnly = (code: unknown) => code === '25006'
/** in_failed_sql_transaction: every further statement on the connection fails. */
const isFailed = (code: unknown) => code === '25P02'

class AnsweringClient implements PostgresPoolClient {
  readonly #client: PoolClient
  readonly #onReadOnly: () => void
  #isSilent = false
  #isUseless = false

  constructor(client: PoolClient, onReadOnly: () => void) {
    this.#client = client
    this.#onReadOnly = onReadOnly
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(sql: unknown, parameters?: readonly unknown[]): unknown {
    if (typeof sql !== 'string') throw new TypeError('Nothing here reads by cursor')
    return this.#answer(sql, parameters ?? [])
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isSilent || this.#isUseless)
  }

  async #answer(sql: string, parameters: readonly unknown[]) {
    if (this.#isSilent) throw new Error('The connection has stopped answering')
    try {
      return await this.#client.query(sql, [...parameters])
    } catch (error) {
      // The server's refusals have a code; an error without one means that the connection broke.
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      this.#isSilent = code === undefined
      this.#isUseless ||= isReadOnly(code) || isFailed(code)
      if (isReadOnly(code)) this.#onReadOnly()
      throw error
    }
  }
}
