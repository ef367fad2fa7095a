import { describe, expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken, serverToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const nowhere = 4711

test.each([
  ["another customer's order", { customer_id: 12 }, async () => callerToken({ customer_id: 11 })],
  ["a guest's order, to a customer", { customer_id: 0 }, async () => callerToken({ customer_id: 11 })],
  [
    'an order that the token does not name',
    {},
    async () => callerToken({ order_ids: [nowhere + 1], customer_id: 11 }),
  ],
  ['any order, to a token that names nothing', {}, async () => callerToken({})],
])('%s gets the same bytes as an order that does not exist', async (_name, order, tokenOf) => {
  const { sandbox, call } = await startTillgate()
  const token = await tokenOf()
  const headers = { 'x-request-id': 'the-same-request' }

  const notYours = await call.pay(createOrder(sandbox, order), cardPayment(), { token, headers })
  const notThere = await call.pay(nowhere, cardPayment(), { token, headers })

  expect(notYours.body).toMatchObject({ status: 404, code: 'order_not_found' })
  expect(notYours.text).toBe(notThere.text)
  expect({ ...notYours.headers, date: '' }).toEqual({ ...notThere.headers, date: '' })
  expect(sandbox.charges()).toEqual([])
})

test('a deleted order is not found, even with a token that names it', async () => {
  const { call } = await startTillgate()
  const answer = await call.pay(nowhere, cardPayment(), { token: await serverToken() })
  expect(answer.body).toMatchObject({ status: 404, code: 'order_not_found' })
})

describe('the access token that is made while the order is read', () => {
  test('is dropped when the order is not theirs, and no answer shows whether it could be made', async () => {
    const { sandbox, call, log } = await startTillgate()
    const headers = { 'x-request-id': 'the-same-request' }
    let callers = 0
    // Each time as another caller, because for one who was refused nothing is made ahead for a while.
    const knock = async (orderId: number) => {
      const token = await callerToken({ sub: `caller-${++callers}`, customer_id: 11 })
      return call.pay(orderId, cardPayment(), { token, headers })
    }
    const notThere = await knock(nowhere)
    const minted = () => sandbox.requests().filter(({ path }) => path.endsWith('/access_tokens')).length
    const faults: FaultInput[] = [
      { operation: 'access_tokens', kind: 'status', status: 500 },
      { operation: 'access_tokens', kind: 'hang_before_charge' },
      { operation: 'access_tokens', kind: 'reset_before_charge' },
      { operation: 'access_tokens', kind: 'code', code: 30101 },
      { operation: 'access_tokens', kind: 'rate_limited', retry_after_seconds: 1, times: 1 },
    ]
    for (const [index, fault] of faults.entries()) {
      await sandbox.faults.add(fault)
      const notYours = await knock(createOrder(sandbox, { customer_id: 12 }))
      expect(notYours.text, fault.kind).toBe(notThere.text)
      expect({ ...notYours.headers, date: '' }, fault.kind).toEqual({ ...notThere.headers, date: '' })
      await expect.poll(minted).toBeGreaterThan(index + 1)
      await sandbox.faults.clear()
    }
    expect(sandbox.charges()).toEqual([])
    expect(log.filter((line) => line.includes('unlisted event'))).toEqual([])
  })
})
