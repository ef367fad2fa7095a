import { expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test.each([
  ['fails', { kind: 'status', status: 500 }, 'upstream_unavailable'],
  ['answers with a page', { kind: 'html', status: 503 }, 'upstream_unavailable'],
  ['breaks off', { kind: 'cut_body' }, 'upstream_unavailable'],
  ['asks for fewer requests', { kind: 'rate_limited' }, 'upstream_busy'],
])('BigCommerce %s', async (_name, fault, code) => {
  const { sandbox, call } = await startTillgate()
  await sandbox.faults.add({ operation: 'methods', ...fault } as FaultInput)
  const answer = await call.methods(createOrder(sandbox), await token)
  expect(answer.body).toMatchObject({ status: 503, code })
})
