import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PermitStore } from '../../src/allowance/permit-store.ts'
import { backWithinMs } from '../../src/allowance/rule.ts'
import type { Engine, OpenedLedger } from '../stores/engines.ts'
import { permitTable, rule } from './permit-table.ts'

const hour = 3_600_000
/** Longer than the tests' own statements take on a busy machine, shorter than anything that they tell apart. */
const busyMs = 1_500

/** What clocks that are set and limits that change do to the permits, whichever database they are kept in. */
export function describeClocksAndLimits({ name, open }: Engine): void {
  describe(`clocks and limits on ${name}`, () => {
    let opened: OpenedLedger
    let table: ReturnType<typeof permitTable>
    beforeEach(async () => {
      opened = await open()
      table = permitTable(opened)
    })
    afterEach(() => opened.close())

    /** Uses as many permits as there are, and has them counted. */
    async function use(store: PermitStore, count: number): Promise<number> {
      const { taken } = await store.reserve(count, 0)
      for (const reservation of taken) await store.counted(reservation)
      return taken.length
    }
    const backInMs = async (store: PermitStore) =>
      (await store.outlook()).permits.map((permit) => permit.backInMs).toSorted((a, b) => a - b)

    describe('a clock that is set back', () => {
      test.each([3_000, 60_000, hour, 24 * hour])('by %d ms is seen, and put right', async (ms) => {
        const store = await table.provided(3)
        await use(store, 3)
        await table.setClock(-ms)
        const seen = await store.outlook()
        expect(seen.isAheadOfClock).toBe(true)
        const { setBackMs } = await store.provide()
        expect(setBackMs).toBeGreaterThan(ms - busyMs)
        expect(setBackMs).toBeLessThanOrEqual(ms)
        const [first = 0, ...others] = await backInMs(store)
        expect(first).toBeGreaterThan(rule.windowMs - busyMs)
        expect(Math.max(first, ...others)).toBeLessThanOrEqual(rule.windowMs + busyMs)
        expect((await store.outlook()).isAheadOfClock).toBe(false)
        expect((await store.provide()).setBackMs).toBe(0)
      })

      test('keeps what was never reported away for no longer than a payment can', async () => {
        const store = await table.provided(2)
        await store.reserve(2, 0)
        await table.setClock(-hour)
        await store.provide()
        expect(await use(store, 2)).toBe(0)
        await table.letPass(rule.windowMs + rule.sendWithinMs - busyMs)
        expect(await use(store, 2)).toBe(0)
        await table.letPass(rule.marginMs + busyMs)
        expect(await use(store, 2)).toBe(2)
      })

      test('while a charge is out, of which its report comes after that', async () => {
        const store = await table.provided(1)
        const [reservation] = (await store.reserve(1, 0)).taken
        await table.setClock(-hour)
        if (reservation) await store.counted(reservation)
        await store.provide()
        const [back = 0] = await backInMs(store)
        expect(back).toBeGreaterThan(rule.windowMs - busyMs)
        expect(back).toBeLessThanOrEqual(rule.windowMs + busyMs)
      })

      test('holds nothing back for longer than BigCommerce has asked, however long ago the clock was set', async () => {
        const store = await table.provided(2)
        await store.holdBack(5_000)
        await table.setClock(-hour)
        await store.provide()
        const [first = 0] = await backInMs(store)
        expect(first).toBeLessThanOrEqual(5_000)
        expect(first).toBeGreaterThan(5_000 - busyMs)
        await table.setClock(-20_000)
        await store.holdBack(1_000)
        expect((await backInMs(store))[0]).toBeLessThanOrEqual(5_000)
      })

      test('and whose hold an older version put on record without saying when', async () => {
        const store = await table.provided(1)
        await opened.database
          .updateTable('payment_tokens')
          .set({ not_before_ms: Date.now() + hour })
          .execute()
        expect((await store.outlook()).isAheadOfClock).toBe(true)
        await store.provide()
        expect((await backInMs(store))[0]).toBeLessThanOrEqual(rule.windowMs)
      })
    })

    describe('a clock that is set forward', () => {
      test.each([1_000, 3_900, 4_100, 10_000, hour])(
        'by %d ms brings back nothing early, and undoes what was taken in that belief',
        async (ms) => {
          const store = await table.provided(3)
          expect(await use(store, 2)).toBe(2)
          await table.setClock(ms)
          const { taken } = await store.reserve(3, 0)
          await store.clockSetForward({ atLeastMs: ms, atMostMs: ms + 5 }, taken)
          const [unused = 0, ...used] = await backInMs(store)
          expect(unused).toBeLessThanOrEqual(0)
          for (const back of used) {
            expect(back).toBeGreaterThan(rule.windowMs - busyMs)
            expect(back).toBeLessThanOrEqual(rule.windowMs + busyMs)
          }
          const before = await table.rowsNow()
          await store.clockSetForward({ atLeastMs: ms, atMostMs: ms + 5 }, [])
          const notBefore = (rows: typeof before) => rows.map(({ notBeforeMs }) => notBeforeMs)
          expect(notBefore(await table.rowsNow())).toEqual(notBefore(before))
        },
      )

      test('leaves alone what was reserved since', async () => {
        const store = await table.provided(2)
        await use(store, 1)
        await table.setClock(10_000)
        await store.clockSetForward({ atLeastMs: 10_000, atMostMs: 10_001 }, [])
        await use(store, 1)
        // Another instance notices later.
        await store.clockSetForward({ atLeastMs: 10_000, atMostMs: 10_001 }, [])
        expect(Math.max(...(await backInMs(store)))).toBeLessThanOrEqual(rule.windowMs + busyMs)
      })

      test('and back again keeps nothing away for longer than it need', async () => {
        const store = await table.provided(2)
        await use(store, 2)
        await table.setClock(hour)
        await store.clockSetForward({ atLeastMs: hour, atMostMs: hour + 1 }, [])
        await table.setClock(-hour)
        await store.provide()
        const back = await backInMs(store)
        expect(Math.min(...back)).toBeGreaterThan(rule.windowMs - busyMs)
        expect(Math.max(...back)).toBeLessThanOrEqual(rule.windowMs + busyMs)
      })

      test('between two instances of one machine is seen by the one that starts', async () => {
        await use(await table.provided(2), 2)
        await table.setClock(10_000)
        const restarted = table.storeOf(2, { instance: 'instance-2' })
        const { setForwardMs } = await restarted.provide()
        expect(setForwardMs).toBeGreaterThan(10_000 - busyMs)
        expect(await use(restarted, 2)).toBe(0)
        expect(Math.min(...(await backInMs(restarted)))).toBeGreaterThan(rule.windowMs - busyMs)
        expect((await table.provided(2).then((store) => store.provide())).setBackMs).toBe(0)
      })

      test('is not suspected of time that has gone by', async () => {
        await use(await table.provided(2), 2)
        await table.letPass(10_000)
        expect((await table.storeOf(2).provide()).setForwardMs).toBe(0)
        expect(await use(table.storeOf(2), 2)).toBe(2)
      })
    })

    describe('a limit', () => {
      test('that is lowered and raised again within a window allows no more than it ever did', async () => {
        expect(await use(await table.provided(4), 4)).toBe(4)
        expect(await use(await table.provided(2), 4)).toBe(0)
        expect(await use(await table.provided(4), 4)).toBe(0)
        await table.letPass(rule.windowMs)
        expect(await use(table.storeOf(4), 9)).toBe(4)
      })

      test('keeps its surplus unused, and only until the window is over', async () => {
        await use(await table.provided(4), 4)
        const lower = await table.provided(2)
        expect(await table.rowsNow()).toHaveLength(4)
        await table.letPass(rule.windowMs)
        expect(await use(lower, 9)).toBe(2)
        await lower.provide()
        expect(await table.rowsNow()).toHaveLength(2)
      })

      test('holds in every window from when it was set, whatever order limits, payments and time come in', async () => {
        const step = fc.oneof(
          fc.record({ limit: fc.integer({ min: 1, max: 5 }) }),
          fc.record({ pay: fc.integer({ min: 1, max: 5 }) }),
          fc.record({ passMs: fc.integer({ min: 100, max: 3_000 }) }),
        )
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
            await opened.database.deleteFrom('payment_tokens').execute()
            let passedMs = 0
            let limit = 3
            let store = await table.provided(limit)
            const paid: number[] = []
            for (const what of steps) {
              if ('limit' in what) {
                limit = what.limit
                store = await table.provided(limit)
              } else if ('passMs' in what) {
                await table.letPass(what.passMs)
                passedMs += what.passMs
              } else {
                const { taken } = await store.reserve(what.pay, 0)
                for (const reservation of taken) await store.counted(reservation)
                for (const { atMs } of taken) paid.push(atMs + passedMs)
                const [lastMs = 0] = paid.slice(-1)
                const inWindow = paid.filter((atMs) => atMs > lastMs - rule.windowMs).length
                if (taken.length > 0) expect(inWindow).toBeLessThanOrEqual(limit)
              }
            }
          }),
          { numRuns: name === 'SQLite' ? 60 : 25 },
        )
      }, 60_000)
    })

    test('bounds are those of a payment: nothing is ever kept away for longer', async () => {
      const store = await table.provided(1)
      await store.reserve(1, 250)
      expect(backWithinMs(rule)).toBe(9_450)
      expect((await store.outlook()).isAheadOfClock).toBe(false)
    })
  })
}
