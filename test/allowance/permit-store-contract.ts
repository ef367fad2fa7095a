import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPermitStore } from '../../src/allowance/permit-store.ts'
import type { AllowanceRule, Reservation } from '../../src/allowance/rule.ts'
import { createRandom } from '../simulation/engine/random.ts'
import type { Engine, OpenedLedger } from '../stores/engines.ts'
import { counted, expectedBackAtMs, givenBack, heldBack, type ModelPermit, reserve } from './model.ts'

const rule: AllowanceRule = { windowMs: 4_000, marginMs: 200, sendWithinMs: 5_000 }
const hour = 3_600_000
const byNumber = (taken: readonly Reservation[]) => taken.toSorted((a, b) => a.number - b.number)

/** The exact bucket, whichever database it is kept in. */
export function describePermitStore({ name, open }: Engine): void {
  describe(`the permits on ${name}`, () => {
    let opened: OpenedLedger
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    const storeOf = (
      limit: number,
      change: { database?: OpenedLedger['database']; instance?: string } = {},
    ) =>
      createPermitStore({
        database: opened.database,
        storeHash: 'store-1',
        instance: 'instance-1',
        limit,
        rule,
        ...change,
      })
    const provided = async (limit: number) => {
      const store = storeOf(limit)
      await store.provide()
      return store
    }
    /** What is in the table, in the words of the pure function. */
    const rowsNow = async (): Promise<ModelPermit[]> => {
      const rows = await opened.database
        .selectFrom('payment_tokens')
        .selectAll()
        .where('store_hash', '=', 'store-1')
        .orderBy('number')
        .execute()
      return rows.map((row) => ({
        number: row.number,
        countedAtMs: row.counted_at_ms,
        notBeforeMs: row.not_before_ms,
        reservedForMs: row.reserved_for_ms,
        uses: row.uses,
      }))
    }
    /** As if this much time had gone by: all that is on record is as much older. */
    const letPass = (ms: number) =>
      sql`UPDATE payment_tokens SET counted_at_ms = counted_at_ms - ${ms}, not_before_ms = not_before_ms - ${ms},
        reserved_at_ms = reserved_at_ms - ${ms}, reserved_for_ms = reserved_for_ms - ${ms}`.execute(
        opened.database,
      )
    const aged = (permits: readonly ModelPermit[], ms: number) =>
      permits.map((permit) => ({
        ...permit,
        countedAtMs: permit.countedAtMs - ms,
        notBeforeMs: permit.notBeforeMs - ms,
        reservedForMs: permit.reservedForMs - ms,
      }))

    test('does what the pure function does, step by step', async () => {
      const random = createRandom(7)
      const store = await provided(5)
      let oracle: readonly ModelPermit[] = await rowsNow()
      const held: Reservation[] = []
      for (let step = 0; step < 200; step++) {
        const draw = random.below(10)
        const [reservation] = held.splice(random.below(held.length || 1), draw >= 4 && draw < 8 ? 1 : 0)
        if (draw < 4) {
          const [count, withinMs] = [1 + random.below(3), random.pick([0, 250, 3_000])]
          const { taken } = await store.reserve(count, withinMs)
          const nowMs = taken[0]?.atMs
          if (nowMs !== undefined) {
            const expected = reserve(oracle, rule, { nowMs, withinMs, count })
            expect(byNumber(taken)).toEqual(byNumber(expected.taken))
            oracle = expected.permits
          } else {
            const soonest = Math.min(...(await store.outlook()).map(({ backInMs }) => backInMs))
            expect(soonest).toBeGreaterThan(withinMs - rule.sendWithinMs - 1_000)
          }
          held.push(...taken)
        } else if (draw < 6 && reservation) {
          await store.counted(reservation)
          const rows = await rowsNow()
          const row = rows.find(({ number }) => number === reservation.number)
          // The moment is the database's: what it wrote is the moment that the oracle is told.
          oracle = counted(oracle, reservation, row?.countedAtMs ?? 0)
        } else if (draw < 8 && reservation) {
          await store.giveBack(reservation)
          oracle = givenBack(oracle, reservation, rule)
        } else if (draw === 8 && random.chance(0.2)) {
          await store.holdBack(1_000)
          const [row] = await rowsNow()
          oracle = heldBack(oracle, row?.notBeforeMs ?? 0)
        } else {
          const ms = random.below(3_000)
          await letPass(ms)
          oracle = aged(oracle, ms)
        }
        expect(await rowsNow()).toEqual(oracle)
      }
    })

    test('counts on the clock of the database', async () => {
      const store = await provided(2)
      const beforeMs = Date.now()
      const { taken } = await store.reserve(1, 0)
      // Both are of this machine; a database elsewhere may well be of another opinion.
      expect(Math.abs((taken[0]?.atMs ?? 0) - beforeMs)).toBeLessThan(60_000)
      await store.counted(taken[0] as Reservation)
      const [row] = await rowsNow()
      expect(row?.countedAtMs).toBeGreaterThan(taken[0]?.atMs ?? Number.MAX_SAFE_INTEGER)
      expect(row?.countedAtMs).toBeLessThanOrEqual((taken[0]?.forMs ?? 0) + rule.sendWithinMs)
    })

    test('tells how many permits remain', async () => {
      const store = await provided(5)
      expect((await store.reserve(2, 0)).remaining).toBe(3)
      expect((await store.reserve(9, 0)).remaining).toBe(0)
      expect(await store.reserve(1, 0)).toEqual({ taken: [], remaining: null })
    })

    test('tells when each permit is expected, and who had it last', async () => {
      const store = await provided(2)
      await store.reserve(1, 0)
      const [free, used] = (await store.outlook()).sort((a, b) => a.backInMs - b.backInMs)
      expect(free?.backInMs).toBeLessThanOrEqual(0)
      expect(used?.holder).toBe('instance-1')
      expect(used?.backInMs).toBeLessThanOrEqual(rule.windowMs + rule.marginMs)
      expect(used?.backInMs).toBeGreaterThan(0)
      const [row] = (await rowsNow()).filter(({ uses }) => uses > 0)
      expect(row && expectedBackAtMs(row, rule)).toBe(
        (row?.reservedForMs ?? 0) + rule.marginMs + rule.windowMs,
      )
    })

    test('what is told late of an older use changes nothing', async () => {
      const store = await provided(1)
      const [older] = (await store.reserve(1, 0)).taken
      await letPass(20_000)
      expect((await store.reserve(1, 0)).taken).toHaveLength(1)
      const before = await rowsNow()
      await store.counted(older as Reservation)
      await store.giveBack(older as Reservation)
      expect(await rowsNow()).toEqual(before)
    })

    test('a restart forgets nothing: what was reserved and never reported stays spent', async () => {
      await (await provided(3)).reserve(3, 0)
      const restarted = storeOf(3, { database: opened.connect(), instance: 'instance-2' })
      await restarted.provide()
      expect((await restarted.reserve(1, rule.windowMs)).taken).toEqual([])
      await letPass(rule.windowMs + rule.sendWithinMs + rule.marginMs)
      expect((await restarted.reserve(9, 0)).taken).toHaveLength(3)
    })

    test('a limit that grows is there at once; one that shrinks keeps on record what was spent last', async () => {
      const store = await provided(2)
      const { taken } = await store.reserve(2, 0)
      await (await provided(5)).reserve(2, 0)
      expect(await rowsNow()).toHaveLength(5)
      await storeOf(2).provide()
      const kept = await rowsNow()
      expect(kept).toHaveLength(2)
      expect((await storeOf(2).reserve(1, 0)).taken).toEqual([])
      // Of a permit that is gone nothing more can be said.
      for (const reservation of taken) await store.counted(reservation)
      expect((await rowsNow()).filter(({ uses }) => uses > 0)).toHaveLength(2)
    })

    test('instances that start at the same moment make the permits once', async () => {
      const starting = Array.from({ length: 8 }, () => storeOf(50, { database: opened.connect() }))
      // Within one thread a transaction on SQLite would wait for another that cannot go on meanwhile.
      if (name === 'SQLite') for (const each of starting) await each.provide()
      else await Promise.all(starting.map((each) => each.provide()))
      expect(await rowsNow()).toHaveLength(50)
    })

    test('of instances that reserve at the same moment none gets the permit of another', async () => {
      await storeOf(50).provide()
      const instances = Array.from({ length: 5 }, (_, index) =>
        storeOf(50, { database: opened.connect(), instance: `instance-${index}` }),
      )
      const reserved = await Promise.all(
        instances.flatMap((each) => Array.from({ length: 20 }, () => each.reserve(1, 0))),
      )
      const numbers = reserved.flatMap(({ taken }) => taken.map(({ number }) => number))
      expect(new Set(numbers).size).toBe(numbers.length)
      expect(numbers.length).toBeLessThanOrEqual(50)
      const rest = await instances[0]?.reserve(50, 0)
      expect(numbers.length + (rest?.taken.length ?? 0)).toBe(50)
    })

    test('the permits of another store are none of ours', async () => {
      const other = createPermitStore({
        database: opened.database,
        storeHash: 'store-2',
        instance: 'instance-1',
        limit: 1,
        rule,
      })
      await other.provide()
      const store = await provided(1)
      await store.reserve(1, 0)
      await store.holdBack(hour)
      expect((await other.reserve(1, 0)).taken).toHaveLength(1)
    })

    test('a clock that was set back does not lock the permits away', async () => {
      const store = await provided(2)
      await store.reserve(2, 0)
      await letPass(-hour)
      await store.provide()
      expect((await store.reserve(2, 0)).taken).toEqual([])
      await letPass(2 * rule.windowMs + rule.sendWithinMs + rule.marginMs)
      expect((await store.reserve(2, 0)).taken).toHaveLength(2)
    })
  })
}
