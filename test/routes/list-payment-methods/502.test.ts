import { expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test.each(['methods', 'order'])('an answer of %s in another shape is not passed on', async (operation) => {
  const { sandbox, call } = await startTillgate()
  await sandbox.faults.add({ operation, kind: 'foreign_2xx' } as FaultInput)
  const answer = await call.methods(createOrder(sandbox), await token)
  expect(answer.body).toMatchObject({ status: 502, code: 'upstream_unusable' })
})

test('a store token that lacks the scope is our fault', async () => {
  const { sandbox, call } = await startTillgate({ sandbox: { scopes: ['store_v2_orders'] } })
  const answer = await call.methods(createOrder(sandbox), await token)
  expect(answer.body).toMatchObject({ status: 502, code: 'upstream_refused' })
})
