import { isDeepStrictEqual } from 'node:util'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../engine/tables.ts'

/**
 * Attempts first, because the others point to them. The permits of the allowance are left out: they count on the clock of
 * their own database, so the new one makes its own.
 */
export const COPIED = [
  'payment_attempts',
  'idempotency_keys',
  'velocity_holds',
  'checkouts',
  'order_makings',
  'unaccounted_charges',
  'payment_history',
  'payment_events',
] as const
/** The allowance with its clocks, and what the new ledger writes when it is migrated. A test holds that every table is in a list. */
export const NOT_COPIED = ['payment_tokens', 'machine_starts', 'heartbeats', 'schema_migrations'] as const

/** How many rows of each table were copied. */
export type CopiedRows = Readonly<Record<(typeof COPIED)[number], number>>

type Row = Readonly<Record<string, unknown>>
/** Rows with whatever columns they have, so that a new column is copied without a change here. */
type AnyTables = Record<string, Row>

/** Postgres takes 65,535 parameters a statement; the widest table has fewer than 40 columns. */
const rowsPerStatement = 500

/**
 * Copies every payment, key and limit into an empty ledger on Postgres, all or nothing. Each row is read back from the new
 * ledger and compared.
 *
 * @param source has this version's schema; no other process may write to it.
 * @param target has this version's schema; locked until the copy is done.
 * @throws Error when the target is not empty, or a row is not the same in it; then nothing has changed.
 */
export const copyLedger = (source: Kysely<Tables>, target: Kysely<Tables>): Promise<CopiedRows> =>
  target.transaction().execute(async (transaction) => {
    const tables = sql.join(COPIED.map((table) => sql.table(table)))
    await sql`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`.execute(transaction)
    const copied: Record<string, number> = {}
    for (const table of COPIED) {
      if ((await countOf(transaction, table)) > 0) {
        throw new Error(
          `The target already holds rows in ${table}: a ledger is only copied into an empty one.`,
        )
      }
    }
    for (const table of COPIED) {
      copied[table] = await copyTable(source, transaction, table)
      await refuseOtherCount(transaction, table, await countOf(source, table))
    }
    return copied as CopiedRows
  })

async function copyTable(source: Kysely<Tables>, target: Kysely<Tables>, table: string): Promise<number> {
  const into = target as unknown as Kysely<AnyTables>
  let copied = 0
  for (let last = 0; ; ) {
    const { rows } = await sql<
      Row & { position: number }
    >`SELECT rowid AS position, * FROM ${sql.table(table)}
      WHERE rowid > ${last} ORDER BY rowid LIMIT ${rowsPerStatement}`.execute(source)
    const end = rows.at(-1)
    if (end === undefined) return copied
    const wanted = rows.map(({ position: _, ...row }) => row)
    const made = await into.insertInto(table).values(wanted).returningAll().execute()
    if (!isDeepStrictEqual(made, wanted)) {
      throw new Error(`A row of ${table} is not the same in the target. Nothing was copied.`)
    }
    copied += wanted.length
    last = end.position
  }
}

async function refuseOtherCount(target: Kysely<Tables>, table: string, wanted: number): Promise<void> {
  const made = await countOf(target, table)
  if (made !== wanted) throw new Error(`${table} has ${wanted} rows, the copy ${made}. Nothing was copied.`)
}

async function countOf(database: Kysely<Tables>, table: string): Promise<number> {
  const { rows } = await sql<{ rows: number }>`SELECT COUNT(*) AS rows FROM ${sql.table(table)}`.execute(
    database,
  )
  return rows[0]?.rows ?? 0
}
