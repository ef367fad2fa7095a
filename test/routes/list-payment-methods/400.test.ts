import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each(['0', '-1', 'abc', '1e3', '2147483648'])(
  'the order id %s is refused before any call',
  async (id) => {
    const { sandbox, call } = await startTillgate()
    const answer = await call(`/orders/${id}/payment-methods`, {
      token: await callerToken({ customer_id: 11 }),
    })
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ pointer: '/id' }] })
    expect(sandbox.requests()).toEqual([])
  },
)
