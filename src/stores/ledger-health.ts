import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { dialectOf } from './engine/dialect.ts'
import { isMigrated } from './engine/migrations.ts'
import type { Tables } from './engine/tables.ts'

export interface LedgerHealthOptions {
  readonly database: Kysely<Tables>
  /** Names this start of an instance. */
  readonly instance: string
  readonly now: Clock
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number
  /** Called when it became unable to take payments, with the reason, and with null when it is able again. */
  readonly onChange: (reason: unknown) => void
}

/** A question within this long gets the same answer, so that a flood of questions costs nothing. */
const rememberedMs = 1_000
/** A payment writes some twenty pages of SQLite; half as much again in hexadecimal. */
const fillerBytes = 48 * 1024
/** Rows of instances that are gone are deleted, a few at a time. */
const keptMs = 24 * 60 * 60 * 1_000
const deletedMax = 20

/** Whether a payment could be written down now: the schema fits, and a small write succeeds. Never throws. */
export function createLedgerHealth(options: LedgerHealthOptions): () => Promise<boolean> {
  const { elapsed, onChange } = options
  let latest: { readonly answer: Promise<boolean>; endedAtMs: number | null } | null = null
  let wasAble = true

  async function ask(): Promise<boolean> {
    const reason = await whyNot(options)
    const isAble = reason === null
    if (isAble !== wasAble) onChange(reason)
    wasAble = isAble
    return isAble
  }

  return () => {
    if (latest && (latest.endedAtMs === null || elapsed() - latest.endedAtMs < rememberedMs)) {
      return latest.answer
    }
    const asked: NonNullable<typeof latest> = { answer: ask(), endedAtMs: null }
    latest = asked
    return asked.answer.finally(() => {
      asked.endedAtMs = elapsed()
    })
  }
}

async function whyNot({ database, instance, now }: LedgerHealthOptions): Promise<unknown> {
  try {
    if (!(await isMigrated(database))) return new Error('The schema is not that of this version')
    await beat(database, instance, now())
    return null
  } catch (error) {
    return error ?? new Error('unknown')
  }
}

async function beat(database: Kysely<Tables>, instance: string, nowMs: number): Promise<void> {
  const isSqlite = dialectOf(database).name === 'SQLite'
  // SQLite does not write what is the same already.
  const filler = isSqlite ? sql<string>`hex(randomblob(${fillerBytes}))` : sql<string>`''`
  await database.transaction().execute(async (transaction) => {
    // A standby that does not answer would keep the commit waiting, and with it a process of the server for each question.
    if (!isSqlite) await sql`SELECT set_config('synchronous_commit', 'local', true)`.execute(transaction)
    await transaction
      .insertInto('heartbeats')
      .values({ instance, beat_at_ms: nowMs, filler })
      .onConflict((conflict) => conflict.column('instance').doUpdateSet({ beat_at_ms: nowMs, filler }))
      .execute()
    const gone = transaction
      .selectFrom('heartbeats')
      .select('instance')
      .where('beat_at_ms', '<', nowMs - keptMs)
      .orderBy('beat_at_ms')
      .limit(deletedMax)
    await transaction.deleteFrom('heartbeats').where('instance', 'in', gone).execute()
  })
}
