import { expect, test } from 'vitest'
import { callerToken } from '../../support/caller-token.ts'
import { createOrder } from '../../support/orders.ts'
import { cardPayment } from '../../support/payments.ts'
import { startTillgate } from '../../support/start-tillgate.ts'

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/json; charset=latin1',
  'application/json; charset="utf-16"',
  'application/jsonx',
  'application/json, text/plain',
])('a body of type %s is refused', async (type) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), 'payment=1', {
    token: await callerToken({ customer_id: 11 }),
    headers: { 'content-type': type },
  })
  expect(answer.body).toMatchObject({ status: 415, code: 'unsupported_media_type' })
})

test.each([
  'application/json',
  'Application/JSON',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json; charset="utf-8"',
  'application/json;charset="UTF-8"',
  'application/json; charset=utf8',
  'application/json; charset=us-ascii',
  'application/json; charset=ASCII',
  'application/json;',
  'application/json; charset=utf-8;',
  'application/json\t;charset=utf-8',
  'application/json; version=1',
  'application/json; version="1"; charset="utf-8"',
])('a body of type %s is JSON', async (type) => {
  const { sandbox, call } = await startTillgate()
  const answer = await call.pay(createOrder(sandbox), cardPayment(), {
    token: await callerToken({ customer_id: 11 }),
    headers: { 'content-type': type },
  })
  expect(answer.status).toBe(201)
})

test.each(['gzip', 'GZIP', 'br', 'deflate', 'gzip, gzip'])(
  'a body in %s is refused, and why',
  async (encoding) => {
    const { sandbox, call } = await startTillgate()
    const answer = await call.pay(createOrder(sandbox), cardPayment(), {
      token: await callerToken({ customer_id: 11 }),
      headers: { 'content-encoding': encoding },
    })
    expect(answer.body).toMatchObject({ status: 415, detail: expect.stringContaining('Content-Encoding') })
  },
)

test('an encoding that changes nothing is none', async () => {
  const { sandbox, call } = await startTillgate()
  const caller = {
    token: await callerToken({ customer_id: 11 }),
    headers: { 'content-encoding': 'identity' },
  }
  expect((await call.pay(createOrder(sandbox), cardPayment(), caller)).status).toBe(201)
})
