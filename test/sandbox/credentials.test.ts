import { expect, test } from 'vitest'
import type { Scope } from '../../sandbox/data/scopes.ts'
import { openStore, type Store, VISA_PAYMENT } from './support/open-store.ts'

test.each([
  { path: '/v2/orders/215', shape: [{ status: 401 }] },
  { path: '/v3/payments/methods?order_id=215', shape: { status: 401 } },
])('$path without the right token is 401 in the envelope of its version', async ({ path, shape }) => {
  const { manage } = await openStore()
  for (const headers of [{ 'x-auth-token': 'wrong' }, { 'x-auth-token': '' }]) {
    expect(await manage(path, { headers })).toMatchObject({ status: 401, body: shape })
  }
})

test('a store hash that is not the token’s is 403', async () => {
  const { sandbox } = await openStore()
  const url = sandbox.managementUrl.replace(sandbox.storeHash, 'someoneelse')
  const reply = await fetch(`${url}/v2/orders/1`, { headers: { 'x-auth-token': sandbox.accessToken } })
  expect(reply.status).toBe(403)
})

const needs: { path: string; method?: string; scopes: Scope[] }[] = [
  { path: '/v3/payments/methods?order_id=215', scopes: ['store_payments_methods_read'] },
  { path: '/v3/payments/access_tokens', method: 'POST', scopes: ['store_payments_access_token_create'] },
  { path: '/v2/orders', method: 'POST', scopes: ['store_v2_orders'] },
  { path: '/v2/orders/215', scopes: ['store_v2_orders_read_only', 'store_v2_orders'] },
  {
    path: '/v3/orders/215/transactions',
    scopes: ['store_v2_transactions_read_only', 'store_v2_transactions'],
  },
  { path: '/v3/customers/11/stored-instruments', scopes: ['store_stored_payment_instruments_read_only'] },
  { path: '/v2/orders', scopes: ['store_v2_orders_read_only', 'store_v2_orders'] },
  { path: '/v3/checkouts/1', scopes: ['store_checkout', 'store_checkout_read_only'] },
  { path: '/v3/checkouts/1/orders', method: 'POST', scopes: ['store_checkout'] },
  {
    path: '/v3/orders/215/payment_actions/void',
    method: 'POST',
    scopes: ['store_v2_orders', 'store_v2_transactions'],
  },
]

test.each(needs)('$path is open to $scopes and to nothing else', async ({ path, method = 'GET', scopes }) => {
  const { sandbox, manage } = await openStore()
  const all = sandbox.settings().scopes
  const ask = () => manage(path, { method, ...(method === 'POST' ? { body: {} } : {}) })

  sandbox.configure({ scopes: all.filter((scope) => !scopes.includes(scope)) })
  expect((await ask()).status).toBe(403)
  for (const scope of scopes) {
    sandbox.configure({ scopes: [scope] })
    expect((await ask()).status).not.toBe(403)
  }
})

test('the payments host demands its own media type', async () => {
  const { payWith, mint, order } = await openStore()
  const reply = await payWith(await mint(order()), VISA_PAYMENT, { accept: 'application/json' })
  expect(reply.status).toBe(406)
})

test('a store token on the payments host is refused and goes on record', async () => {
  const { sandbox, payWith, mint, order } = await openStore()
  const pat = await mint(order())
  expect((await payWith(pat, VISA_PAYMENT, { 'x-auth-token': sandbox.accessToken })).status).toBe(401)
  expect(sandbox.charges()).toEqual([])
  expect(sandbox.stats().violations).toMatchObject([{ host: 'payments' }])
})

test('a PAT on the management host goes on record', async () => {
  const { sandbox, manage } = await openStore()
  await manage('/v2/orders/215', { headers: { authorization: 'PAT abc' } })
  expect(sandbox.stats().violations).toMatchObject([{ host: 'management' }])
})

test('the list of requests shows how a call was made, but no credential and no body', async () => {
  const { sandbox, control, pay, order }: Store = await openStore()
  await pay(order())
  const { body } = await control('/requests')
  expect(body.data).toMatchObject([
    { host: 'management', method: 'POST', headers: { 'x-auth-token': '[sent]' } },
    {
      host: 'payments',
      path: '/stores/jrah6gmn/payments',
      headers: { accept: 'application/vnd.bc.v1+json', authorization: expect.stringMatching(/^PAT jti:/) },
    },
  ])
  const [charge] = sandbox.charges()
  expect(body.data[1]?.headers.authorization).toBe(`PAT jti:${charge?.pat_jti}`)
  expect(JSON.stringify(body)).not.toMatch(/4242424242424242|sandbox-store-token|eyJ/)
})

test.each([
  { why: 'is not JSON', type: 'application/json', sent: '{"payment":', status: 400, code: 10001 },
  { why: 'is of another media type', type: 'text/plain', sent: 'payment', status: 415, code: undefined },
])('a payment whose body $why is $status', async ({ type, sent, status, code }) => {
  const { sandbox, mint, order } = await openStore()
  const reply = await fetch(`${sandbox.paymentsUrl}/payments`, {
    method: 'POST',
    headers: {
      accept: 'application/vnd.bc.v1+json',
      authorization: `PAT ${await mint(order())}`,
      'content-type': type,
    },
    body: sent,
  })
  expect(reply.status).toBe(status)
  expect(((await reply.json()) as { code?: number }).code).toBe(code)
})
