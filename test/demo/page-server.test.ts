import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newIssuer } from '../../demo/caller-tokens.ts'
import { startPageServer } from '../../demo/page-server.ts'
import { createShopCarts } from '../../demo/shop-carts.ts'
import { createStoreOrders } from '../../demo/store-orders.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts'

const apiUrl = 'http://127.0.0.1:3000'
let sandbox: Sandbox
let page: Awaited<ReturnType<typeof startPageServer>>
let orderId: number

beforeAll(async () => {
  sandbox = await startSandbox()
  const orders = createStoreOrders(sandbox)
  orderId = await orders.create()
  page = await startPageServer({
    port: 0,
    apiUrl,
    issuer: newIssuer(),
    orders,
    carts: createShopCarts(sandbox),
    sandbox,
    firstOrderId: () => orderId,
  })
})
afterAll(async () => {
  await page.close()
  await sandbox.close()
})

test('the page runs its own files only, and talks to its own server and the payments API only', async () => {
  const answer = await fetch(page.url)
  const policy = answer.headers.get('content-security-policy') ?? ''

  expect(answer.status).toBe(200)
  expect(policy).toContain(`connect-src 'self' ${apiUrl}`)
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  expect(await answer.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
})

test.each(['/page/order-standing.ts', '/client/index.ts', '/vendor/openapi-fetch.js'])(
  '%s is served as JavaScript, without a build',
  async (path) => {
    const answer = await fetch(`${page.url}${path}`)

    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await answer.text()).not.toMatch(/export type|type \w+ =/)
  },
)

test('the one script within the page, its import map, is the one that the policy knows', async () => {
  const answer = await fetch(page.url)
  const scripts = [...(await answer.text()).matchAll(/<script(?![^>]* src=)[^>]*>([^<]*)<\/script>/g)]
  const hash = createHash('sha256')
    .update(scripts[0]?.[1] ?? '')
    .digest('base64')

  expect(scripts).toHaveLength(1)
  expect(answer.headers.get('content-security-policy')).toContain(`script-src 'self' 'sha256-${hash}';`)
})

test.each([
  '/page/..%2fmain.ts',
  '/client/..%2fpackage.json',
  '/page/tsconfig.json',
  '/page/missing.ts',
  '/nothing',
])('%s is not there', async (path) => {
  expect((await fetch(`${page.url}${path}`)).status).toBe(404)
})

test('an order is shown as BigCommerce has it, with a token for it alone', async () => {
  const answer = await fetch(`${page.url}/storefront/orders/${orderId}/checkout`)
  const { order, caller_token } = (await answer.json()) as {
    order: { total: string; items: unknown[] }
    caller_token: string
  }
  const claims = JSON.parse(Buffer.from(caller_token.split('.')[1] ?? '', 'base64url').toString())

  expect(order).toMatchObject({ id: orderId, customer_id: 11, currency: 'USD', is_paid: false })
  expect(Number(order.total)).toBe(60.98)
  expect(order.items).toHaveLength(2)
  expect(claims).toMatchObject({
    order_ids: [orderId],
    customer_id: 11,
    scope: 'payments:read payments:write',
  })
  expect(claims.exp - claims.iat).toBe(15 * 60)
})

test('an order that the shop has not made is not opened', async () => {
  const order = sandbox.orders.create({
    status_id: 0,
    billing_address: { email: 'shopper@example.com' },
    products: [{ name: 'Poster', quantity: 1, price_inc_tax: 1, price_ex_tax: 1 }],
  })

  expect((await fetch(`${page.url}/storefront/orders/${order.id}/checkout`)).status).toBe(404)
})

test('an unknown fault is refused', async () => {
  const answer = await fetch(`${page.url}/demo/fault`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fault: 'earthquake', order_id: orderId }),
  })

  expect(answer.status).toBe(400)
  expect(sandbox.faults.list()).toEqual([])
})
