import { expect, onTestFinished, test } from 'vitest'
import { storeVariables } from '../../sandbox/store-variables.ts'
import { patOf } from '../domain/samples.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import {
  jsonOnWire,
  rightOrder,
  startScriptedUpstream,
  upstreamCustomer,
} from '../support/scripted-upstream.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const orderId = 118
const now = Math.floor(Date.now() / 1000)

/** A store whose payment access tokens make these claims. */
async function startWithClaims(data: object, moments: object = { exp: now + 3600 }) {
  const token = patOf({
    sub: 'abc123',
    ...moments,
    data: { order_id: String(orderId), amount: 6098, currency: 'USD', ...data },
  })
  const upstream = await startScriptedUpstream({
    answer({ operation }) {
      if (operation === 'access_tokens') return jsonOnWire(201, { data: { id: token }, meta: {} })
      // What is due is then known by the token alone.
      const noCurrency = { currency_code: null, default_currency_code: '' }
      return operation === 'order' ? jsonOnWire(200, { ...rightOrder(orderId), ...noCurrency }) : undefined
    },
  })
  onTestFinished(upstream.close)
  const { call } = await startTillgate({
    environment: storeVariables({ ...upstream, accessToken: 'the-store-token' }),
  })
  const caller = { token: await callerToken({ customer_id: upstreamCustomer }) }
  const pays = () => upstream.calls.filter(({ operation }) => operation === 'pay').length
  return { call, caller, pays }
}

test.each([
  ['the amount as text', { amount: '6098' }, undefined],
  ["the amount with a float's noise", { amount: 6098.0000001 }, undefined],
  ['moments as text', {}, { iat: String(now), exp: String(now + 3600) }],
])('a payment access token with %s is listed and paid by', async (_what, data, moments) => {
  const { call, caller } = await startWithClaims(data, moments)
  const listing = await call.methods(orderId, caller.token)
  expect(listing.body).toMatchObject({ meta: { order: { amount: 6098, currency: 'USD' } } })
  expect((await call.pay(orderId, cardPayment(), caller)).status).toBe(201)
})

test.each([
  ['an amount in major units as text', { amount: '60.98' }],
  ['an amount between two', { amount: 6098.5 }],
  ['no word for a currency', { currency: '' }],
])('nothing is listed or charged by a payment access token with %s', async (_what, data) => {
  const { call, caller, pays } = await startWithClaims(data)
  for (const asked of [call.methods(orderId, caller.token), call.pay(orderId, cardPayment(), caller)]) {
    expect((await asked).body).toMatchObject({ status: 502, code: 'upstream_unusable' })
  }
  expect(pays()).toBe(0)
})

const token = callerToken({ customer_id: 11 })

test.each(['00000000-0000-0000-0000-000000000000', 'N/A', 'none', '[]', '-', 'false', '{}', -1])(
  'two orders with the cart %j have none in common: both are paid',
  async (cart_id) => {
    const { sandbox, call } = await startTillgate()
    for (const id of [createOrder(sandbox), createOrder(sandbox)]) {
      sandbox.oddFields.add({ what: 'order', id, set: { cart_id } })
      expect((await call.pay(id, cardPayment(), { token: await token })).status).toBe(201)
    }
  },
)

test.each(['8c0b2fc5-0000-4000-8000-00000000002a', 'gid://carts/77', 77])(
  'of two orders of the cart %j one is paid',
  async (cart_id) => {
    const { sandbox, call } = await startTillgate()
    const [first, second] = [createOrder(sandbox), createOrder(sandbox)]
    sandbox.oddFields.add({ what: 'order', set: { cart_id } })
    expect((await call.pay(first, cardPayment(), { token: await token })).status).toBe(201)
    expect((await call.pay(second, cardPayment(), { token: await token })).status).toBe(409)
  },
)
