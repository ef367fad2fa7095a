import { type Kysely, type Selectable, sql } from 'kysely'
import { type PaymentAttempt, RUNNING_STATUSES, UNSETTLED_STATUSES } from '../domain/payment-attempt.ts'
import type { StoryEntry } from '../domain/payment-story.ts'
import type { PaymentAttemptRow, Tables } from './engine/tables.ts'
import { transact } from './engine/transact.ts'
import { toAttempt } from './find-attempts.ts'
import { readHistory } from './payment-history.ts'

/** An attempt, who made it, and what was noted of it. */
export interface DeskAttempt {
  readonly attempt: PaymentAttempt
  /** The caller: issuer and subject of its token. */
  readonly principal: string
  readonly noted: readonly StoryEntry[]
}

/** What people ask the ledger. Nothing of it writes. Each method throws Problem `store_unavailable` when the database fails. */
export interface DeskReads {
  /** The attempts without an end, oldest first, at most so many; without what was noted of them. */
  listOpen(limit: number): Promise<DeskAttempt[]>
  tellById(id: string): Promise<DeskAttempt | null>
  /** Every attempt on an order, newest first. */
  tellByOrder(orderId: number): Promise<DeskAttempt[]>
}

export interface DeskReadsOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
}

/** In the text of the statement, as in the migrations: SQLite uses their indexes only for the very same conditions. */
const statusIn = (statuses: readonly string[]) =>
  sql<boolean>`status IN (${sql.join(statuses.map((status) => sql.lit(status)))})`

export function createDeskReads({ database, storeHash }: DeskReadsOptions): DeskReads {
  const attempts = () =>
    database.selectFrom('payment_attempts').selectAll().where('store_hash', '=', storeHash)

  async function tell(rows: readonly Selectable<PaymentAttemptRow>[]): Promise<DeskAttempt[]> {
    const history = await readHistory(
      database,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => ({ ...withoutNotes(row), noted: history.get(row.id) ?? [] }))
  }

  return {
    listOpen: (limit) =>
      transact(async () => {
        const oldest = (statuses: readonly string[]) =>
          attempts().where(statusIn(statuses)).orderBy('created_at_ms').limit(limit).execute()
        const rows = [...(await oldest(UNSETTLED_STATUSES)), ...(await oldest(RUNNING_STATUSES))]
        return rows
          .sort((one, other) => one.created_at_ms - other.created_at_ms)
          .slice(0, limit)
          .map(withoutNotes)
      }),
    tellById: (id) =>
      transact(async () => {
        const [found] = await tell(await attempts().where('id', '=', id).execute())
        return found ?? null
      }),
    tellByOrder: (orderId) =>
      transact(async () =>
        tell(
          await attempts()
            .where('order_id', '=', orderId)
            .orderBy('created_at_ms', 'desc')
            .orderBy('id')
            .execute(),
        ),
      ),
  }
}

const withoutNotes = (row: Selectable<PaymentAttemptRow>): DeskAttempt => ({
  attempt: toAttempt(row),
  principal: row.principal,
  noted: [],
})
