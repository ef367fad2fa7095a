import { expect, test } from 'vitest'
import { LostRace, transact } from '../../src/stores/engine/transact.ts'

const withCode = (code: string) => Object.assign(new Error(code), { code })

/** Work that fails the first so many times, and how often it was done. */
function failing(times: number, error: Error) {
  const work = {
    done: 0,
    async run() {
      if (++work.done <= times) throw error
      return 'result'
    },
  }
  return work
}

test.each([
  ['lost a race', new LostRace()],
  ['could not be serialized', withCode('40001')],
  ['was the victim of a deadlock', withCode('40P01')],
])('a transaction that %s is run again until it succeeds', async (_why, error) => {
  const work = failing(4, error)
  expect(await transact(work.run)).toBe('result')
  expect(work.done).toBe(5)
})

test('a race that is lost again and again is given up', async () => {
  const error = new LostRace()
  const work = failing(Number.POSITIVE_INFINITY, error)
  await expect(transact(work.run)).rejects.toMatchObject({ code: 'store_unavailable', cause: error })
  expect(work.done).toBeLessThan(100)
})

test.each([
  ['a connection that broke, perhaps after the commit', new Error('Connection terminated unexpectedly')],
  ['a statement that took too long', withCode('57014')],
  ['a row that is refused', withCode('23514')],
])('is not run again after %s', async (_why, error) => {
  const work = failing(1, error)
  await expect(transact(work.run)).rejects.toMatchObject({ code: 'store_unavailable', cause: error })
  expect(work.done).toBe(1)
})
