import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createWindows } from '../../src/plugins/rate-limits.ts'

interface Counted {
  readonly current: number
  readonly ttl: number
}
type Store = { incr(key: string, told: (error: null, counted: Counted) => void, windowMs: number): void }
const LibraryStore: new (continues: boolean, backsOff: boolean, rememberedMax: number) => Store =
  createRequire(import.meta.url)('@fastify/rate-limit/store/LocalStore.js')

const [windowMs, rememberedMax] = [1_000, 3]
const requests = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), afterMs: fc.integer({ min: -50, max: 1_100 }) }),
  { maxLength: 60 },
)

test('windows count as those of @fastify/rate-limit, whatever comes when, and forget the same keys', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  fc.assert(
    fc.property(requests, (given) => {
      const library = new LibraryStore(false, false, rememberedMax)
      const countIn = createWindows({ windowMs, rememberedMax, now: Date.now })
      for (const { key, afterMs } of given) {
        vi.setSystemTime(Date.now() + afterMs)
        let counted: Counted | null = null
        library.incr(
          key,
          (_, told) => {
            counted = { current: told.current, ttl: told.ttl }
          },
          windowMs,
        )
        const { count, leftMs } = countIn(key)
        expect({ current: count, ttl: leftMs }).toEqual(counted)
      }
    }),
    { numRuns: 500 },
  )
  vi.useRealTimers()
})
