import { type Kysely, sql, type Transaction } from 'kysely'
import { dialectOf, type Machine, thisMachine, waitForTurn } from '../stores/engine/dialect.ts'
import type { Tables } from '../stores/engine/tables.ts'
import {
  aheadOfClockMs,
  broughtBack,
  broughtLater,
  fitted,
  type Jump,
  type PermitRecord,
} from './permit-record.ts'
import { type AllowanceRule, backWithinMs, CLOCK_SLACK_MS, HOLD_MS_MAX, type Reservation } from './rule.ts'

export interface PermitStoreOptions {
  readonly database: Kysely<Tables>
  readonly storeHash: string
  /** Names this instance among those that share the permits. */
  readonly instance: string
  /** How many payments a window may hold. */
  readonly limit: number
  readonly rule: AllowanceRule
  readonly machine?: Machine
}

/** What was found and put right when the permits were provided. */
export interface Provided {
  /** By the database's clock. */
  readonly atMs: number
  /** By how much that clock had been set back since permits were last used; 0 where it had not. */
  readonly setBackMs: number
  /** By how much it had been set forward, as far as this machine can tell; 0 where it had not. */
  readonly setForwardMs: number
}

/** A permit as it was read, with what only the reader needs. */
interface PermitSeen extends PermitRecord {
  readonly uses: number
  /** How long ago it was last reserved, at most, by the clock of this machine; null where another one did that. */
  readonly agoMs: number | null
}

/** One starter at a time makes and takes away permits. All versions use this number ("toke" in ASCII). */
const lockNumber = 0x746f6b65

/** How long the answer to a reservation may take, which nothing on record tells. */
const answerMsMax = 500

/** Two clocks of different machines drift apart, by up to this part of the time. */
const driftMax = 1 / 1_000

/**
 * Makes as many permits as the limit says, and puts right what a change of the clock has done to those that are there. For
 * an instance that starts, and whenever a permit is found to be ahead of the clock.
 */
export function providePermits(options: PermitStoreOptions): Promise<Provided> {
  const { database, storeHash, limit, rule } = options
  return database.transaction().execute(async (transaction) => {
    await waitForTurn(transaction, lockNumber)
    if (dialectOf(transaction).name === 'SQLite') await startClock(transaction, rule)
    const { permits, atMs } = await readLocked(transaction, options)
    const setBackMs = Math.max(0, ...permits.map((permit) => aheadOfClockMs(permit, atMs)))
    const jump = jumpSince(permits, atMs)
    const right = permits
      .map((permit) => broughtBack(permit, atMs, rule))
      .map((permit) => (jump ? broughtLater(permit, jump, atMs, rule) : permit))
    await write(transaction, storeHash, permits, fitted(right, limit, atMs, rule))
    for (const number of freeNumbers(permits, limit - permits.length)) {
      await transaction
        .insertInto('payment_tokens')
        .values({ store_hash: storeHash, number, counted_at_ms: -rule.windowMs })
        .execute()
    }
    return {
      atMs,
      setBackMs: setBackMs > CLOCK_SLACK_MS ? setBackMs : 0,
      setForwardMs: jump?.atLeastMs ?? 0,
    }
  })
}

/**
 * Brings back later what was used before the clock was set forward, and undoes the reservations that were made in the belief
 * that it was back. Several instances notice the same jump; what was reserved since then stays as it is.
 */
export function bringLater(
  options: PermitStoreOptions,
  jump: Jump,
  taken: readonly Reservation[],
): Promise<void> {
  const { database, storeHash, rule } = options
  return database.transaction().execute(async (transaction) => {
    const { permits, atMs } = await readLocked(transaction, options)
    const undone = new Map(taken.map((reservation) => [reservation.number, reservation]))
    const later = permits
      .map((permit) => {
        const reservation = undone.get(permit.number)
        if (reservation?.uses !== permit.uses) return permit
        return {
          ...permit,
          countedAtMs: reservation.countedBeforeMs,
          reservedAtMs: reservation.atMs - jump.atMostMs,
        }
      })
      .map((permit) => broughtLater(permit, jump, atMs, rule))
    await write(transaction, storeHash, permits, later)
  })
}

/**
 * SQLite uses the machine's uptime. It begins at the wall clock's moment if every earlier window is certainly over, because the machine
 * has been up for longer; else at the last reservation, since at least that much time has passed since then.
 */
async function startClock(transaction: Transaction<Tables>, rule: AllowanceRule): Promise<void> {
  await sql`
    INSERT INTO machine_starts (machine, started_at_ms)
    SELECT machine_id(), CASE WHEN latest_ms > 0 AND machine_up_ms() <= ${backWithinMs(rule)}
      THEN latest_ms ELSE ${Date.now()} - machine_up_ms() END
    FROM (SELECT COALESCE(MAX(reserved_at_ms), 0) AS latest_ms FROM payment_tokens)
    WHERE true ON CONFLICT DO NOTHING`.execute(transaction)
}

/** All permits, kept from every other instance until the transaction ends, and the moment. */
async function readLocked(
  transaction: Transaction<Tables>,
  { storeHash, machine = thisMachine }: PermitStoreOptions,
): Promise<{ readonly permits: readonly PermitSeen[]; readonly atMs: number }> {
  const { nowMs, lockRows } = dialectOf(transaction)
  const { rows } = await sql<
    Omit<PermitSeen, 'isSurplus' | 'agoMs'> & { surplus: number; machine: string; machineUpMs: number }
  >`
    SELECT number, uses, counted_at_ms AS "countedAtMs", not_before_ms AS "notBeforeMs", held_at_ms AS "heldAtMs",
      reserved_at_ms AS "reservedAtMs", reserved_for_ms AS "reservedForMs", surplus,
      machine, machine_up_ms AS "machineUpMs"
    FROM payment_tokens WHERE store_hash = ${storeHash} ORDER BY number ${lockRows}`.execute(transaction)
  // Read after the rows are locked, so that nothing another instance has just written is ahead of it.
  const clock = await sql<{ atMs: number }>`SELECT ${nowMs} AS "atMs"`.execute(transaction)
  const upMs = machine.upMs()
  return {
    permits: rows.map(({ surplus, machine: usedOn, machineUpMs, ...permit }) => ({
      ...permit,
      isSurplus: surplus === 1,
      agoMs: usedOn !== '' && usedOn === machine.id ? upMs - machineUpMs : null,
    })),
    atMs: clock.rows[0]?.atMs ?? 0,
  }
}

/**
 * An instance that has just started has not seen the database's clock before. But where it, or another one on its machine, has
 * used a permit not long ago, the machine knows how long ago that was.
 */
function jumpSince(permits: readonly PermitSeen[], atMs: number): Jump | null {
  const jumps = permits.flatMap(({ agoMs, reservedAtMs }) =>
    agoMs !== null && agoMs >= 0 && agoMs <= HOLD_MS_MAX
      ? [atMs - reservedAtMs - agoMs * (1 + driftMax)]
      : [],
  )
  const atLeastMs = Math.floor(Math.max(0, ...jumps))
  return atLeastMs > CLOCK_SLACK_MS ? { atLeastMs, atMostMs: atLeastMs + answerMsMax } : null
}

const columns = [
  'countedAtMs',
  'notBeforeMs',
  'heldAtMs',
  'reservedAtMs',
  'reservedForMs',
  'isSurplus',
] as const satisfies readonly (keyof PermitRecord)[]

/** Writes the permits that have changed, and deletes those that were left out. */
async function write(
  transaction: Transaction<Tables>,
  storeHash: string,
  before: readonly PermitRecord[],
  after: readonly PermitRecord[],
): Promise<void> {
  const kept = new Map(after.map((permit) => [permit.number, permit]))
  for (const old of before) {
    const permit = kept.get(old.number)
    const isThis = sql`store_hash = ${storeHash} AND number = ${old.number}`
    if (!permit) {
      await sql`DELETE FROM payment_tokens WHERE ${isThis}`.execute(transaction)
    } else if (columns.some((column) => permit[column] !== old[column])) {
      await sql`UPDATE payment_tokens SET counted_at_ms = ${permit.countedAtMs}, not_before_ms = ${permit.notBeforeMs},
        held_at_ms = ${permit.heldAtMs}, reserved_at_ms = ${permit.reservedAtMs},
        reserved_for_ms = ${permit.reservedForMs}, surplus = ${permit.isSurplus ? 1 : 0}
        WHERE ${isThis}`.execute(transaction)
    }
  }
}

function freeNumbers(permits: readonly PermitRecord[], wanted: number): number[] {
  const taken = new Set(permits.map(({ number }) => number))
  const free: number[] = []
  for (let number = 1; free.length < wanted; number++) if (!taken.has(number)) free.push(number)
  return free
}
