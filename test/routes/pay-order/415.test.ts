import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/json; charset=latin1',
])('a body of type %s is refused', async (type) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), 'payment=1', {
    token: await callerToken({ customer_id: 11 }),
    headers: { 'content-type': type },
  })
  expect(answer.body).toMatchObject({ status: 415, code: 'unsupported_media_type' })
})
