import { type Kysely, sql } from 'kysely'
import type { Clock } from '../domain/clock.ts'
import {
  ANSWERED_WITHIN_MS,
  type PlaceState,
  RUNNING_TIMES,
  type VelocitySubject,
} from '../domain/decline-limits.ts'
import { dialectOf, prepare, turns } from './engine/dialect.ts'
import type { Tables } from './engine/tables.ts'
import { readThenWrite } from './engine/together.ts'
import { transact, withoutFlush } from './engine/transact.ts'

export type Reservation =
  | { readonly kind: 'reserved' }
  /** The allowance is used up by declines. */
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }
  /** As many payments of the subject are running as may be. A place is free after so long at the latest, unless they are declined. */
  | { readonly kind: 'busy'; readonly key: string; readonly freeInMs: number }

/**
 * The places that attempts hold in the allowances of callers and addresses. What a claimed attempt holds is given back, or
 * becomes a decline, where it is settled. Each method throws Problem `store_unavailable` when the database fails.
 */
export interface VelocityHolds {
  /** Takes a place for an attempt in every allowance, or in none where one is full. */
  reserve(attemptId: string, subjects: readonly VelocitySubject[]): Promise<Reservation>
  /** Gives back what an attempt holds that was never claimed. */
  release(attemptId: string): Promise<void>
  /**
   * Forgets a batch of places whose time is over.
   *
   * @returns how many; 0 when none is left.
   */
  deleteExpired(): Promise<number>
}

/** Longer than a payment is prepared before it is sent: the gate, two tries for the PAT, the line for a permit. */
const preparedWithinMs = 40_000
/** A place that is still taken after this is one that a crash has left. */
const runningForMsMax = 120_000

/** What a sweep deletes at a time. On SQLite it holds up the whole instance: this many take a few milliseconds. */
export const SWEPT_MAX = 500

export interface VelocityHoldsOptions {
  readonly database: Kysely<Tables>
  readonly windowMs: number
  readonly now: Clock
}

export function createVelocityHolds({ database, windowMs, now }: VelocityHoldsOptions): VelocityHolds {
  return {
    // A place that is lost with the power is that of a payment of which nothing had left (decision 0029).
    reserve: (attemptId, subjects) =>
      transact(async () => {
        const asOfMs = now()
        // Counting and taking are one step. Callers come before addresses, so no two transactions wait for each other.
        const keys = subjects.map(({ key }) => key)
        const waits = turns(database, keys)
        const reads = subjects.map((subject) => placesOf(database, asked(subject, asOfMs)))
        const { full } = await readThenWrite(database, [...waits, ...reads], (rows) => {
          const nowMs = now()
          const places = rows.slice(waits.length) as readonly (readonly Place[])[]
          const full = worstOf(subjects.map((subject, index) => fullOf(subject, places[index] ?? [], nowMs)))
          if (full) return { full, writes: [] }
          const held = { attemptId, heldUntilMs: nowMs + windowMs, begunAtMs: nowMs }
          return { full, writes: subjects.map(({ key }) => takePlace(database, { key, ...held })) }
        })
        return full ?? { kind: 'reserved' }
      }),

    release: (attemptId) =>
      transact(() => withoutFlush(database, (connection) => moveHolds(connection, [attemptId], null))),

    deleteExpired: () =>
      transact(async () => {
        const { rowPlace, isOf } = dialectOf(database)
        const batch = sql`SELECT ${rowPlace} FROM velocity_holds
          WHERE held_until_ms <= ${now()} ORDER BY held_until_ms LIMIT ${SWEPT_MAX}`
        const deleted = await sql`DELETE FROM velocity_holds WHERE ${isOf(batch)}`.execute(database)
        return Number(deleted.numAffectedRows ?? 0)
      }),
  }
}

/** Says what the places of attempts stand for now, or gives them back. */
export async function moveHolds(
  queries: Kysely<Tables>,
  attemptIds: readonly string[],
  state: PlaceState | null,
): Promise<void> {
  if (attemptIds.length === 0) return
  if (state === null) {
    await queries.deleteFrom('velocity_holds').where('attempt_id', 'in', attemptIds).execute()
    return
  }
  await queries.updateTable('velocity_holds').set({ state }).where('attempt_id', 'in', attemptIds).execute()
}

/** What keeps another payment from beginning; null for nothing. */
type Full = Exclude<Reservation, { kind: 'reserved' }> | null

/** What is asked about the places of one allowance. */
const asked = ({ key, declinesMax }: VelocitySubject, nowMs: number) => ({
  key,
  nowMs,
  declinesMax,
  leftBeforeMs: nowMs - runningForMsMax,
  // After a clock was set back, not until it has caught up.
  aheadMs: nowMs + ANSWERED_WITHIN_MS,
  runningMax: RUNNING_TIMES * declinesMax,
})

/** One statement: of two, neither would see a payment that is declined between them. */
const placesOf = prepare<ReturnType<typeof asked>, Place>((queries, give) => {
  const of = (state: PlaceState) =>
    queries
      .selectFrom('velocity_holds')
      .leftJoin('payment_attempts', 'payment_attempts.id', 'velocity_holds.attempt_id')
      .select(['state', 'held_until_ms', 'begun_at_ms', 'sent_at_ms'])
      .where('subject_key', '=', give('key'))
      .where('state', '=', sql.lit(state))
  const declined = of('declined')
    .where('held_until_ms', '>', give('nowMs'))
    .orderBy('held_until_ms', 'desc')
    .limit(give('declinesMax'))
  const running = of('running')
    .where('begun_at_ms', '>', give('leftBeforeMs'))
    .where('begun_at_ms', '<', give('aheadMs'))
    .orderBy('begun_at_ms', 'desc')
    .limit(give('runningMax'))
  return queries
    .selectFrom(declined.as('declined'))
    .selectAll()
    .unionAll(queries.selectFrom(running.as('running')).selectAll())
    .compile()
})

interface TakenPlace {
  key: string
  attemptId: string
  heldUntilMs: number
  begunAtMs: number
}

const takePlace = prepare<TakenPlace, never>((queries, give) =>
  sql<never>`
    INSERT INTO velocity_holds (subject_key, attempt_id, held_until_ms, begun_at_ms)
    VALUES (${give('key')}, ${give('attemptId')}, ${give('heldUntilMs')}, ${give('begunAtMs')})`.compile(
    queries,
  ),
)

interface Place {
  readonly state: PlaceState
  readonly held_until_ms: number
  readonly begun_at_ms: number
  readonly sent_at_ms: number | null
}

function fullOf({ key, declinesMax }: VelocitySubject, places: readonly Place[], nowMs: number): Full {
  const ofState = (state: PlaceState) => places.filter((place) => place.state === state)
  // The latest come first: what stands last in each allowance is the first to leave it.
  const latestFirst = (moments: number[]) => moments.sort((one, other) => other - one)
  const ends = latestFirst(ofState('declined').map((place) => place.held_until_ms))
  const first = ends[declinesMax - 1]
  if (first !== undefined) return { kind: 'blocked', retryAfterSeconds: Math.ceil((first - nowMs) / 1000) }
  const awaited = latestFirst(ofState('running').map((place) => awaitedUntilMs(place, nowMs)))
  const leftAt = latestFirst(ofState('running').map((place) => place.begun_at_ms + runningForMsMax))
  const freeAtMs = Math.max(
    awaited[declinesMax - ends.length - 1] ?? Number.NEGATIVE_INFINITY,
    leftAt[RUNNING_TIMES * declinesMax - 1] ?? Number.NEGATIVE_INFINITY,
  )
  return freeAtMs > nowMs ? { kind: 'busy', key, freeInMs: freeAtMs - nowMs } : null
}

const awaitedUntilMs = ({ sent_at_ms, begun_at_ms }: Place, nowMs: number): number => {
  if (sent_at_ms !== null) return sent_at_ms + ANSWERED_WITHIN_MS
  return begun_at_ms > nowMs - preparedWithinMs ? nowMs + ANSWERED_WITHIN_MS : begun_at_ms
}

/** Declines weigh more than payments that are running, a longer wait more than a shorter one. */
function worstOf(standings: readonly Full[]): Full {
  const waitMsOf = (full: Full) =>
    full === null ? 0 : full.kind === 'blocked' ? full.retryAfterSeconds * 1000 : full.freeInMs
  const blocked = standings.filter((full) => full?.kind === 'blocked')
  return (blocked.length > 0 ? blocked : standings).reduce(
    (worst, full) => (waitMsOf(full) > waitMsOf(worst) ? full : worst),
    null,
  )
}
