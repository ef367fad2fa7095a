import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  chromiumPath,
  demoInBrowser,
  fillInCard,
  type OpenedPage,
  openCheckout,
  openPage,
  pressPay,
} from './support/checkout-pages.ts'

interface Made {
  readonly order_id: number
  readonly by: string
  readonly charges: readonly { readonly amount: number }[]
}

describe.runIf(chromiumPath !== null)('the checkout page in Chromium, from a cart', () => {
  const running = demoInBrowser()
  let opened: OpenedPage
  let checkoutId: string
  beforeEach(async () => {
    const made = await fetch(`${running.demo.pageUrl}/storefront/carts`, { method: 'POST' })
    checkoutId = ((await made.json()) as { checkout_id: string }).checkout_id
    opened = await openPage(running.browser, running.demo, `?checkout=${checkoutId}`)
  })
  afterEach(async () => {
    expect(opened.complaints).toEqual([])
    await opened.page.context().close()
  })
  const done = () => opened.page.getByRole('heading', { name: 'Thank you, your order is paid' })
  const letFail = (fault: string) =>
    fetch(`${running.demo.pageUrl}/demo/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault, checkout_id: checkoutId }),
    })
  /** Every order that was made of the cart, with every charge, as the simulated store knows them. */
  async function made(): Promise<readonly Made[]> {
    const answer = await fetch(`${running.demo.shellVariables.SANDBOX_CONTROL_URL}/checkouts`)
    const { data } = (await answer.json()) as { data: { id: string; makings: Made[] }[] }
    return data.find(({ id }) => id === checkoutId)?.makings ?? []
  }
  const paidOnce = async () =>
    (await made()).map(({ by, charges }) => [by, charges.map(({ amount }) => amount)])
  const charged = async () => (await made()).flatMap(({ charges }) => charges.map(({ amount }) => amount))

  test('the demo controls make a cart, which is shown as no order yet', async () => {
    const { page } = await openCheckout(running.browser, running.demo)
    await page.getByText('Demo controls').click()
    await page.getByRole('button', { name: 'New cart, no order yet' }).click()
    await page.waitForURL(/\?checkout=[0-9a-f-]{36}$/)
    await page.getByRole('button', { name: 'Pay $60.98' }).waitFor()
    await page.getByText('Your cart').click()

    expect(await page.locator('#order').innerText()).toMatch(
      /BigCommerce Poster II[\s\S]*There is no order yet\. It is made when you pay\./,
    )
    await page.context().close()
  })

  test('it becomes an order when it is paid, and a reload still says so', async () => {
    const { page, keys } = opened
    expect(await made()).toEqual([])
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await done().waitFor()
    const [{ order_id } = { order_id: 0 }] = await made()
    const receipt = `Order\n#${order_id}`

    expect(await page.locator('#receipt').innerText()).toMatch(/\$60\.98[\s\S]*Visa ending in 4242/)
    expect(await page.locator('#receipt').innerText()).toContain(receipt)
    await page.reload()
    await done().waitFor()
    expect(await page.locator('#receipt').innerText()).toContain(receipt)
    expect(await paidOnce()).toEqual([['request', [6098]]])
    expect(keys).toHaveLength(1)
  })

  test('a stored card of the customer pays it', async () => {
    const { page } = opened
    await page.getByRole('radio', { name: 'Visa •••• 4242' }).check()
    await page.getByLabel('Security code').first().fill('424')
    await pressPay(page)
    await done().waitFor()

    expect(await paidOnce()).toEqual([['request', [6098]]])
  })

  test('a lost answer is followed to its end, with a reload in the middle, and charged once', async () => {
    const { page } = opened
    await letFail('lost_answer')
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await page.locator('#waiting, #done').filter({ visible: true }).waitFor()
    await page.reload()
    await done().waitFor()

    expect(await paidOnce()).toEqual([['request', [6098]]])
  })

  test('a decline makes no second order: the next card pays the one that was made', async () => {
    const { page, keys } = opened
    await fillInCard(page, '4000000000009995')
    await pressPay(page)
    await page.getByRole('alert').getByText('Not enough funds').waitFor()
    await page.getByLabel('Card number').fill('5555555555554444')
    await pressPay(page)
    await done().waitFor()

    expect(new Set(keys).size).toBe(2)
    expect(await paidOnce()).toEqual([['request', [6098]]])
  })

  test('a second tab that pays too is told that it is paid, and nothing more is charged', async () => {
    const { page } = opened
    const other = await page.context().newPage()
    await other.goto(page.url())
    await fillInCard(other, '4242424242424242')
    await fillInCard(page, '4242424242424242')
    await Promise.all([pressPay(page), pressPay(other)])
    await done().waitFor()
    await other.getByRole('heading', { name: 'Thank you, your order is paid' }).waitFor()

    expect(await paidOnce()).toEqual([['request', [6098]]])
  })

  test('a cart that became dearer is not charged before the shopper has seen the new amount', async () => {
    const { page } = opened
    await fillInCard(page, '4242424242424242')
    await fetch(`${running.demo.shellVariables.SANDBOX_CONTROL_URL}/checkouts/${checkoutId}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        products: [{ name: 'Frame', quantity: 1, price_inc_tax: 70, price_ex_tax: 63 }],
      }),
    })
    await pressPay(page)
    await page.getByRole('alert').getByText('The amount of your order has changed').waitFor()
    expect(await charged()).toEqual([])
    await page.getByRole('button', { name: 'Pay $70.00' }).click()
    await done().waitFor()

    expect(await charged()).toEqual([7000])
  })

  test('a cart that the shop does not know is said to be none', async () => {
    const { page } = opened
    await page.goto(`${running.demo.pageUrl}/?checkout=0d6d6c1e-6d3f-4c57-9a43-2f6a5d3b8c12`)
    await page.getByText('There is no such order').waitFor()
  })
})
