import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { createClock } from './support/clock.ts'
import { openStore, VISA_PAYMENT } from './support/open-store.ts'

test('a token carries exactly the documented claims and lives for an hour', async () => {
  const { mint, order } = await openStore({ now: createClock(1_700_000_000_000).now })
  const pat = await mint(order())
  expect(decodeProtectedHeader(pat)).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(decodeJwt(pat)).toEqual({
    iss: 'payments.bigcommerce.com',
    sub: 'jrah6gmn',
    jti: expect.any(String),
    iat: 1_700_000_000,
    nbf: 1_700_000_000,
    exp: 1_700_003_600,
    data: { store_id: '1025646', order_id: '215', amount: 6098, currency: 'USD' },
  })
})

test('the ids in a token can be numbers, as they once were', async () => {
  const { mint, order } = await openStore({ claimIds: 'number' })
  expect(decodeJwt(await mint(order())).data).toMatchObject({ store_id: 1025646, order_id: 215 })
})

test.each([
  { currency: 'JPY', price: 6098, amount: 6098, total: '6098.0000' },
  { currency: 'KWD', price: 60.981, amount: 60981, total: '60.9810' },
  { currency: 'EUR', price: '1.005', amount: 101, total: '1.0100' },
])('a token for $currency counts in its minor unit', async ({ currency, price, amount, total }) => {
  const { sandbox, mint, order } = await openStore()
  const products = [{ name: 'Poster', quantity: 1, price_inc_tax: price, price_ex_tax: price }]
  const id = order({ default_currency_code: currency, products })
  expect(decodeJwt(await mint(id)).data).toMatchObject({ amount, currency })
  expect(sandbox.orders.get(id)).toMatchObject({ total_inc_tax: total, default_currency_code: currency })
})

test('a token is refused the second time, even after a decline', async () => {
  const { sandbox, mint, payWith, order } = await openStore()
  const pat = await mint(order())
  expect((await payWith(pat, { payment_method_id: 'stripe.card' })).status).toBe(422)
  expect(await payWith(pat, VISA_PAYMENT)).toMatchObject({ status: 401, body: { code: 30102 } })
  expect(sandbox.charges()).toEqual([])
})

test('a declined payment can be made to leave its token unspent', async () => {
  const { sandbox, mint, payWith, order } = await openStore()
  sandbox.configure({ declines_spend_pats: false })
  const pat = await mint(order())
  await payWith(pat, { payment_method_id: 'stripe.card' })
  expect((await payWith(pat, VISA_PAYMENT)).status).toBe(201)
})

test('of two payments with one token exactly one is taken', async () => {
  const { sandbox, mint, payWith, order } = await openStore()
  const pat = await mint(order())
  const replies = await Promise.all([payWith(pat, VISA_PAYMENT), payWith(pat, VISA_PAYMENT)])
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 401])
  expect(sandbox.charges()).toHaveLength(1)
})

test('a token is refused from the second it expires', async () => {
  const clock = createClock()
  const { mint, payWith, order } = await openStore({ now: clock.now })
  const pat = await mint(order())
  clock.advance(3_600_000)
  expect(await payWith(pat, VISA_PAYMENT)).toMatchObject({ status: 401, body: { code: 30102 } })
})

test("another store's token is refused", async () => {
  const one = await openStore()
  const other = await openStore()
  expect((await other.payWith(await one.mint(one.order()), VISA_PAYMENT)).status).toBe(401)
})
