import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createTillgate, TillgateProblem } from '../../clients/typescript/src/index.ts'
import { findChromium, launchChromium, type Page } from '../../tools/chromium.ts'
import { authEnvironment } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { buildExample, exampleFolder, type Shop, startShop } from './nextjs-shop.ts'

/** Chromium takes its time on a machine that runs other tests beside it. */
const busyMachineMs = 150_000
/** The first run installs, and a busy machine builds slowly. */
const buildsWithinMs = 300_000
beforeAll(buildExample, buildsWithinMs)

/** Presses "Buy". @returns the cart, and the cookie that the browser would keep. */
async function buy({ url }: Shop): Promise<{ checkoutId: string; cookie: string }> {
  const answer = await fetch(`${url}/api/carts`, { method: 'POST', redirect: 'manual' })
  expect(answer.status).toBe(303)
  const [, checkoutId = ''] =
    /^\/checkouts\/([0-9a-f-]{36})$/.exec(answer.headers.get('location') ?? '') ?? []
  expect(checkoutId).not.toBe('')
  expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=lax/i)
  return { checkoutId, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' }
}

const askToken = ({ url }: Shop, payableId: string | number, cookie = '') =>
  fetch(`${url}/api/caller-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ payable_id: payableId }),
  })

/** The client, as the browser of this shopper has it. */
async function clientOf(shop: Shop, payableId: string | number, cookie = '') {
  const { token } = (await (await askToken(shop, payableId, cookie)).json()) as { token: string }
  return createTillgate({ baseUrl: shop.tillgateUrl, token })
}

const card = {
  type: 'card' as const,
  number: '4242424242424242',
  cardholder_name: 'Jane Doe',
  expiry_month: 12,
  expiry_year: new Date().getFullYear() + 1,
  verification_value: '123',
}

const payment = { instrument: card, payment_method_id: 'stripe.card' }
const makings = ({ sandbox }: Shop) =>
  sandbox
    .requests()
    .filter(({ method, path }) => method === 'POST' && /\/checkouts\/[^/]+\/orders$/.test(path))

test('a cart is paid, its order made by Tillgate, and a second try learns that it is paid already', async () => {
  const shop = await startShop()
  const { checkoutId, cookie } = await buy(shop)
  const tillgate = await clientOf(shop, checkoutId, cookie)
  const { meta } = await tillgate.listCheckoutPaymentMethods(checkoutId)
  expect(makings(shop)).toHaveLength(0)
  const request = { payment, expected_amount: meta.checkout.amount }
  const paid = await tillgate.payCheckout(checkoutId, request)
  const again = await tillgate.payCheckout(checkoutId, request).catch((error: unknown) => error)

  expect(paid).toMatchObject({ status: 'success', amount: 6098, currency: 'USD' })
  expect(again).toBeInstanceOf(TillgateProblem)
  expect(again).toMatchObject({ code: 'order_already_paid' })
  expect(shop.sandbox.charges().map(({ order_id }) => order_id)).toEqual([paid.order_id])
  expect(makings(shop)).toHaveLength(1)
})

test('an order that was made elsewhere is paid by its customer, and shown to no one else', async () => {
  const shop = await startShop({ SHOP_CUSTOMER_ID: '11' })
  const ours = createOrder(shop.sandbox, { customer_id: 11 })
  const theirs = createOrder(shop.sandbox, { customer_id: 12 })
  const tillgate = await clientOf(shop, ours)
  const paid = await tillgate.payOrder(ours, { payment, expected_amount: 6098 })
  const foreign = await tillgate.listPaymentMethods(theirs).catch((error: unknown) => error)

  expect((await fetch(`${shop.url}/orders/${ours}`)).status).toBe(200)
  expect(paid).toMatchObject({ status: 'success', order_id: ours })
  expect(foreign).toMatchObject({ code: 'order_not_found' })
  expect((await askToken(shop, 'x')).status).toBe(404)
})

test('only the browser that filled a cart sees it and gets a token for it, and a guest gets none for an order', async () => {
  const shop = await startShop()
  const { checkoutId, cookie } = await buy(shop)
  const other = await buy(shop)
  const forged = other.cookie.replace(/^cart-[^=]+/, `cart-${checkoutId}`)

  expect((await askToken(shop, checkoutId, cookie)).status).toBe(200)
  for (const given of ['', other.cookie, forged]) {
    expect((await askToken(shop, checkoutId, given)).status).toBe(404)
    const page = await fetch(`${shop.url}/checkouts/${checkoutId}`, { headers: { cookie: given } })
    expect(page.status).toBe(404)
  }
  const order = createOrder(shop.sandbox, { customer_id: 0 })
  expect((await askToken(shop, order, cookie)).status).toBe(404)
  expect((await fetch(`${shop.url}/orders/${order}`, { headers: { cookie } })).status).toBe(404)
})

test('nothing of the store, and no secret, reaches the browser', async () => {
  const shop = await startShop()
  const { checkoutId, cookie } = await buy(shop)
  const answer = await fetch(`${shop.url}/checkouts/${checkoutId}`, { headers: { cookie } })
  const html = await answer.text()
  const scripts = join(exampleFolder, '.next/static')
  const served = readdirSync(scripts, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|css|map)$/.test(name))
    .map((name) => readFileSync(join(scripts, name), 'utf8'))

  expect(answer.status).toBe(200)
  expect(html).toMatch(/Total (<!-- -->)?\$60\.98/)
  expect(html).toContain(shop.tillgateUrl)
  expect(served.join('').length).toBeGreaterThan(100_000)
  const secrets = [authEnvironment.AUTH_HMAC_SECRET, shop.sandbox.accessToken, shop.sandbox.managementUrl]
  const names = ['AUTH_HMAC_SECRET', 'BIGCOMMERCE_', 'SANDBOX_']
  for (const text of [html, ...served])
    for (const word of [...secrets, ...names]) expect(text.includes(word)).toBe(false)
})

const chromiumPath = findChromium()

describe.runIf(chromiumPath !== null)('in Chromium', () => {
  async function openPage(url: string) {
    const browser = await launchChromium(chromiumPath ?? '')
    onTestFinished(() => browser.close())
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(url)
    return { context, page }
  }
  async function fillIn(page: Page): Promise<void> {
    await page.getByLabel('Card number').fill('4242424242424242')
    await page.getByLabel('Name on card').fill('Jane Doe')
    await page.getByLabel('Expires').fill(`12 / ${new Date().getFullYear() + 1}`)
    await page.getByLabel('Security code').fill('123')
  }
  const pay = (page: Page) => page.getByRole('button', { name: 'Pay $60.98' })
  const thanks = (page: Page) => page.getByRole('heading', { name: 'Thank you, your order is paid' })

  test('a payment whose answer is lost survives a reload, and another tab learns that it is paid', {
    timeout: busyMachineMs,
  }, async () => {
    const shop = await startShop()
    const { context, page } = await openPage(shop.url)
    const asked = new Set<string>()
    const keys = new Set<string | undefined>()
    context.on('request', (request) => {
      asked.add(new URL(request.url()).origin)
      if (request.method() === 'POST' && request.url().endsWith('/pay'))
        keys.add(request.headers()['idempotency-key'])
    })
    await page.getByRole('button', { name: 'Buy' }).click()
    await pay(page).waitFor()
    const other = await context.newPage()
    await other.goto(page.url())
    await pay(other).waitFor()
    shop.sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
    await fillIn(page)
    await pay(page).click()
    await page.getByText('Please do not pay again.').waitFor()
    await page.reload()
    await thanks(page).waitFor()
    await fillIn(other)
    await pay(other).click()
    await thanks(other).waitFor()

    expect(keys.size).toBe(2)
    expect(shop.sandbox.charges().map(({ amount }) => amount)).toEqual([6098])
    expect(makings(shop)).toHaveLength(1)
    expect([...asked].sort()).toEqual([shop.tillgateUrl, shop.url].sort())
  })
})
