import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Reservation } from '../../src/allowance/rule.ts'
import { createRandom } from '../simulation/engine/random.ts'
import type { Engine, OpenedLedger } from '../stores/engines.ts'
import { counted, expectedBackAtMs, givenBack, heldBack, type ModelPermit, reserve } from './model.ts'
import { permitTable, rule } from './permit-table.ts'

const hour = 3_600_000
const byNumber = (taken: readonly Reservation[]) => taken.toSorted((a, b) => a.number - b.number)

/** The exact bucket, whichever database it is kept in. */
export function describePermitStore({ name, open }: Engine): void {
  describe(`the permits on ${name}`, () => {
    let opened: OpenedLedger
    let table: ReturnType<typeof permitTable>
    beforeEach(async () => {
      opened = await open()
      table = permitTable(opened)
    })
    afterEach(() => opened.close())

    const aged = (permits: readonly ModelPermit[], ms: number) =>
      permits.map((permit) => ({
        ...permit,
        countedAtMs: permit.countedAtMs - ms,
        notBeforeMs: permit.notBeforeMs - ms,
        heldAtMs: permit.heldAtMs - ms,
        reservedAtMs: permit.reservedAtMs - ms,
        reservedForMs: permit.reservedForMs - ms,
      }))

    test('does what the model does, step by step', async () => {
      const random = createRandom(7)
      const store = await table.provided(5)
      let oracle: readonly ModelPermit[] = await table.rowsNow()
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
            const soonest = Math.min(...(await store.outlook()).permits.map(({ backInMs }) => backInMs))
            expect(soonest).toBeGreaterThan(withinMs - rule.sendWithinMs - 1_000)
          }
          held.push(...taken)
        } else if (draw < 6 && reservation) {
          await store.counted(reservation)
          const rows = await table.rowsNow()
          const row = rows.find(({ number }) => number === reservation.number)
          // The moment is the database's: what it wrote is the moment that the oracle is told.
          oracle = counted(oracle, reservation, row?.countedAtMs ?? 0)
        } else if (draw < 8 && reservation) {
          await store.giveBack(reservation)
          oracle = givenBack(oracle, reservation, rule)
        } else if (draw === 8 && random.chance(0.2)) {
          await store.holdBack(1_000)
          const [row] = await table.rowsNow()
          oracle = heldBack(oracle, 1_000, row?.heldAtMs ?? 0)
        } else {
          const ms = random.below(3_000)
          await table.letPass(ms)
          oracle = aged(oracle, ms)
        }
        expect(await table.rowsNow()).toEqual(oracle)
      }
    })

    test('counts on the clock of the database', async () => {
      const store = await table.provided(2)
      const beforeMs = Date.now()
      const { taken } = await store.reserve(1, 0)
      // Both are of this machine; a database elsewhere may well be of another opinion.
      expect(Math.abs((taken[0]?.atMs ?? 0) - beforeMs)).toBeLessThan(60_000)
      await store.counted(taken[0] as Reservation)
      const [row] = await table.rowsNow()
      expect(row?.countedAtMs).toBeGreaterThan(taken[0]?.atMs ?? Number.MAX_SAFE_INTEGER)
      expect(row?.countedAtMs).toBeLessThanOrEqual((taken[0]?.forMs ?? 0) + rule.sendWithinMs)
    })

    test('tells how many permits remain', async () => {
      const store = await table.provided(5)
      expect((await store.reserve(2, 0)).remaining).toBe(3)
      expect((await store.reserve(9, 0)).remaining).toBe(0)
      expect(await store.reserve(1, 0)).toEqual({ taken: [], remaining: null })
    })

    test('tells when each permit is expected, and who had it last', async () => {
      const store = await table.provided(2)
      await store.reserve(1, 0)
      const [free, used] = (await store.outlook()).permits.toSorted((a, b) => a.backInMs - b.backInMs)
      expect(free?.backInMs).toBeLessThanOrEqual(0)
      expect(used?.holder).toBe('instance-1')
      expect(used?.backInMs).toBeLessThanOrEqual(rule.windowMs + rule.marginMs)
      expect(used?.backInMs).toBeGreaterThan(0)
      const [row] = (await table.rowsNow()).filter(({ uses }) => uses > 0)
      expect(row && expectedBackAtMs(row, rule)).toBe(
        (row?.reservedForMs ?? 0) + rule.marginMs + rule.windowMs,
      )
    })

    test('what is told late of an older use changes nothing', async () => {
      const store = await table.provided(1)
      const [older] = (await store.reserve(1, 0)).taken
      await table.letPass(20_000)
      expect((await store.reserve(1, 0)).taken).toHaveLength(1)
      const before = await table.rowsNow()
      await store.counted(older as Reservation)
      await store.giveBack(older as Reservation)
      expect(await table.rowsNow()).toEqual(before)
    })

    test('a restart forgets nothing: what was reserved and never reported stays spent', async () => {
      await (await table.provided(3)).reserve(3, 0)
      const restarted = table.storeOf(3, { database: opened.connect(), instance: 'instance-2' })
      await restarted.provide()
      expect((await restarted.reserve(1, rule.windowMs)).taken).toEqual([])
      await table.letPass(rule.windowMs + rule.sendWithinMs + rule.marginMs)
      expect((await restarted.reserve(9, 0)).taken).toHaveLength(3)
    })

    test('a limit that grows is there at once; one that shrinks uses only what was spent last', async () => {
      const store = await table.provided(2)
      const { taken } = await store.reserve(2, 0)
      await (await table.provided(5)).reserve(2, 0)
      expect(await table.rowsNow()).toHaveLength(5)
      await table.storeOf(2).provide()
      const used = (await table.rowsNow()).filter(({ isSurplus }) => !isSurplus)
      expect(used).toHaveLength(2)
      expect((await table.storeOf(2).reserve(1, 0)).taken).toEqual([])
      // What is told late of a permit that is no longer used changes nothing for those that are.
      for (const reservation of taken) await store.counted(reservation)
      expect((await table.rowsNow()).filter(({ uses, isSurplus }) => uses > 0 && !isSurplus)).toHaveLength(2)
    })

    test('instances that start at the same moment make the permits once', async () => {
      const starting = Array.from({ length: 8 }, () => table.storeOf(50, { database: opened.connect() }))
      // Within one thread a transaction on SQLite would wait for another that cannot go on meanwhile.
      if (name === 'SQLite') for (const each of starting) await each.provide()
      else await Promise.all(starting.map((each) => each.provide()))
      expect(await table.rowsNow()).toHaveLength(50)
    })

    test('of instances that reserve at the same moment none gets the permit of another', async () => {
      await table.storeOf(50).provide()
      const instances = Array.from({ length: 5 }, (_, index) =>
        table.storeOf(50, { database: opened.connect(), instance: `instance-${index}` }),
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
      const other = table.storeOf(1, { storeHash: 'store-2' })
      await other.provide()
      const store = await table.provided(1)
      await store.reserve(1, 0)
      await store.holdBack(hour)
      expect((await other.reserve(1, 0)).taken).toHaveLength(1)
    })

    test('no 429 holds permits back for longer than a minute', async () => {
      const store = await table.provided(1)
      await store.holdBack(hour)
      expect((await store.outlook()).permits[0]?.backInMs).toBeLessThanOrEqual(60_000)
    })

    test('a clock that was set back does not lock the permits away', async () => {
      const store = await table.provided(2)
      await store.reserve(2, 0)
      await table.setClock(-hour)
      await store.provide()
      expect((await store.reserve(2, 0)).taken).toEqual([])
      await table.letPass(2 * rule.windowMs + rule.sendWithinMs + rule.marginMs)
      expect((await store.reserve(2, 0)).taken).toHaveLength(2)
    })
  })
}
