import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import { dialectOf } from './engine/dialect.ts'
import { isMigrated } from './engine/migrations.ts'
import type { Tables } from './engine/tables.ts'
import { transactDurably } from './engine/transact.ts'

export interface LedgerHealthOptions {
  readonly database: Kysely<Tables>
  /** Names this start of an instance. */
  readonly instance: string
  readonly now: Clock
  /** Milliseconds that only ever grow. */
  readonly elapsed: () => number
  /** Resolves after so many milliseconds; keeps no process alive. */
  readonly pause: (forMs: number) => Promise<void>
  /** Called when it became unable to take payments, with the reason, and with null when it is able again. */
  readonly onChange: (reason: unknown) => void
}

/** A question within this time gets the same answer, so that a flood of questions costs nothing. */
const rememberedMs = 1_000
/** A probe waits at most this long for its write. Then it gets the last known answer, and the write goes on. */
const answerWithinMs = 500
/** A busy disk may take a second or two. What takes longer than this hangs, and a payment would hang with it. */
const hangsAfterMs = 5_000
/** A payment writes some twenty pages of SQLite; half as much again in hexadecimal. */
const fillerBytes = 48 * 1024
/** Rows of instances that are gone are deleted, a few at a time. */
const keptMs = 24 * 60 * 60 * 1_000
const deletedMax = 20

interface Question {
  readonly askedAtMs: number
  readonly answer: Promise<boolean>
  endedAtMs: number | null
  /** The answer to questions that come before it has ended. */
  meanwhile: Promise<boolean> | null
}

/**
 * Whether a payment could be written down now: the schema fits, and a small write reaches the disk. Never throws. If the write hangs,
 * the answer is no.
 */
export function createLedgerHealth(options: LedgerHealthOptions): () => Promise<boolean> {
  const { elapsed, pause, onChange } = options
  let latest: Question | null = null
  /** null until the first answer. */
  let isAble: boolean | null = null

  function learn(reason: unknown): boolean {
    const wasAble = isAble ?? true
    isAble = reason === null
    if (isAble !== wasAble) onChange(reason)
    return isAble
  }

  function ask(): Question {
    const answer = whyNot(options).then(learn)
    const question: Question = { askedAtMs: elapsed(), answer, endedAtMs: null, meanwhile: null }
    void question.answer.finally(() => {
      question.endedAtMs = elapsed()
    })
    return question
  }

  async function meanwhile(question: Question): Promise<boolean> {
    const leftMs = () => hangsAfterMs - (elapsed() - question.askedAtMs)
    // The first question waits for its answer: nothing is known yet.
    if (leftMs() > 0) await pause(isAble === null ? leftMs() : Math.min(leftMs(), answerWithinMs))
    question.meanwhile = null
    if (question.endedAtMs !== null) return question.answer
    if (leftMs() <= 0)
      learn(new Error(`The ledger has not taken a small write within ${hangsAfterMs / 1_000} s`))
    return isAble ?? false
  }

  return () => {
    if (!latest || (latest.endedAtMs !== null && elapsed() - latest.endedAtMs >= rememberedMs)) latest = ask()
    if (latest.endedAtMs !== null) return latest.answer
    latest.meanwhile ??= meanwhile(latest)
    return Promise.race([latest.answer, latest.meanwhile])
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
  // As a payment is written: on SQLite the disk is waited for beside the event loop.
  await transactDurably(database, async (transaction) => {
    // If a standby does not answer, each question would leave a commit waiting, and with it a process of the server.
    if (!isSqlite) {
      await sql`SELECT set_config('synchronous_commit', 'local', true)`.execute(transaction)
      await refuseWithoutRights(transaction)
    }
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

/** What a payment writes, beside the heartbeat's own table. */
const writtenByPayments = [
  'payment_attempts',
  'idempotency_keys',
  'checkouts',
  'payment_tokens',
  'velocity_holds',
  'payment_events',
] as const satisfies readonly (keyof Tables)[]

/** On Postgres, another role may own the tables and not let the service's role use some of them. @throws Error if so. */
async function refuseWithoutRights(transaction: Kysely<Tables>): Promise<void> {
  const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
  const { rows } = await sql<{ lacking: string }>`
    SELECT each || ' on ' || name AS lacking FROM unnest(${rights}::text[]) AS each, unnest(${[...writtenByPayments]}::text[]) AS name
    WHERE NOT has_table_privilege(name, each)`.execute(transaction)
  const [first] = rows
  if (first) throw new Error(`The service's role in the database lacks ${first.lacking}`)
}
