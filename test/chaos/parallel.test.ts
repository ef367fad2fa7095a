import { expect, test } from 'vitest'
import { payInParallel } from './parallel-requests.ts'
import { newRunFolder, openChaosDatabase } from './run-folder.ts'

const timeout = 180_000

test('a thousand requests at once for one order over two instances: one charge, and the truth for all', {
  timeout,
}, async () => {
  const folder = newRunFolder()
  const database = await openChaosDatabase('postgres', folder)
  const { violations, charges, afterwards } = await payInParallel(database, 1_000, folder).finally(
    database.stop,
  )
  expect(violations).toEqual([])
  expect(charges).toBe(2)
  expect(afterwards['same key']).toEqual({ '201': 1_000 })
  expect(afterwards['different keys']).toEqual({ '201': 1, '409 order_already_paid': 999 })
})
