import { expect, test } from 'vitest'
import type { FaultInput } from '../../../sandbox/faults/fault.ts'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

const token = callerToken({ customer_id: 11 })

test.each([
  ['a store token that lacks the scope', { scopes: ['store_v2_orders'] as const }, {}],
  ['a wrong store token', {}, { BIGCOMMERCE_ACCESS_TOKEN: 'another-token' }],
])(
  "%s is our fault and not the caller's",
  async (_name, sandboxOptions, environment: Record<string, string>) => {
    const { sandbox, call } = await startTillgate({ sandbox: sandboxOptions, environment })
    const answer = await call.pay(createOrder(sandbox), cardPayment(), { token: await token })
    expect(answer.body).toMatchObject({ status: 502, code: 'upstream_refused', retry: 'same_key' })
  },
)

test.each([
  ['of another shape', { kind: 'foreign_2xx' }],
  ['without a body', { kind: 'empty_2xx' }],
])(
  'a payment access token %s is not used: nothing is charged and the same key may try again',
  async (_name, fault) => {
    const { sandbox, call } = await startTillgate()
    const orderId = createOrder(sandbox)
    await sandbox.faults.add({ operation: 'access_tokens', times: 1, ...fault } as FaultInput)
    const caller = { token: await token, key: 'the-key-of-this-payment' }

    const answer = await call.pay(orderId, cardPayment(), caller)
    expect(answer.body).toMatchObject({ status: 502, code: 'upstream_unusable', retry: 'same_key' })
    expect((await call.pay(orderId, cardPayment(), caller)).status).toBe(201)
    expect(sandbox.charges()).toHaveLength(1)
  },
)
