import { expect, test } from 'vitest'
import { createCoalesce } from '../../src/services/list-payment-methods.ts'

/** Work that ends when told to. */
function work() {
  const runs: { resolve(value: string): void; reject(error: Error): void }[] = []
  return {
    runs,
    run: () => new Promise<string>((resolve, reject) => void runs.push({ resolve, reject })),
  }
}

test('those who ask while it is under way share one piece of work', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const results = [coalesce('a', run), coalesce('a', run), coalesce('a', run)]
  expect(runs).toHaveLength(1)
  runs[0]?.resolve('done')
  expect(await Promise.all(results)).toEqual(['done', 'done', 'done'])
})

test('another key is other work', () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  void coalesce('a', run)
  void coalesce('b', run)
  expect(runs).toHaveLength(2)
})

test('nothing is remembered: whoever asks afterwards gets work of his own', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const first = coalesce('a', run)
  runs[0]?.resolve('first')
  await first
  const second = coalesce('a', run)
  runs[1]?.resolve('second')
  expect(await second).toBe('second')
})

test('a failure is shared as well, and forgotten', async () => {
  const coalesce = createCoalesce<string>()
  const { runs, run } = work()
  const both = [coalesce('a', run), coalesce('a', run)]
  runs[0]?.reject(new Error('no'))
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  void coalesce('a', run)
  expect(runs).toHaveLength(2)
})
