import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  chargesOf,
  chromiumPath,
  demoInBrowser,
  fillInCard,
  type OpenedCheckout,
  openCheckout,
  pressPay,
} from './support/checkout-pages.ts'

if (chromiumPath === null) {
  process.stderr.write(
    'No Chromium found, so the checkout page is not tested: install one or set CHROMIUM_PATH.\n',
  )
}

describe.runIf(chromiumPath !== null)('the checkout page in Chromium', () => {
  const running = demoInBrowser()
  let opened: OpenedCheckout
  beforeEach(async () => {
    opened = await openCheckout(running.browser, running.demo)
  })
  afterEach(async () => {
    expect(opened.complaints).toEqual([])
    await opened.page.context().close()
  })
  const done = () => opened.page.getByRole('heading', { name: 'Thank you, your order is paid' })
  const charges = () => chargesOf(running.demo, opened.orderId)

  test('a new card pays the order, and a reload still says so', async () => {
    const { page } = opened
    await fillInCard(page, '4242424242424242')
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242')
    await pressPay(page)
    await done().waitFor()
    expect(await page.locator('#receipt').innerText()).toMatch(/\$60\.98[\s\S]*Visa ending in 4242/)

    await page.reload()
    await done().waitFor()
    expect(await page.locator('#receipt').innerText()).toContain('Visa ending in 4242')
    expect(await charges()).toEqual([6098])
  })

  test('a stored card asks for its security code, and pays by keyboard alone', async () => {
    const { page } = opened
    await page.getByRole('radio', { name: 'Visa •••• 4242' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Enter the security code of this card.').waitFor()
    await page.keyboard.type('424')
    await page.keyboard.press('Enter')
    await done().waitFor()

    expect(await charges()).toEqual([6098])
  })

  test('a decline is told in words a shopper understands, and the next card is a new payment', async () => {
    const { page, keys } = opened
    await fillInCard(page, '4000000000009995')
    await pressPay(page)
    await page.getByRole('alert').getByText('Not enough funds').waitFor()
    expect(await page.getByRole('alert').innerText()).toContain('You have not been charged.')

    await page.getByLabel('Card number').fill('5555555555554444')
    await pressPay(page)
    await done().waitFor()
    expect(new Set(keys).size).toBe(2)
    expect(await charges()).toEqual([6098])
  })

  test('what is wrong is said beside its field, which gets the focus', async () => {
    const { page } = opened
    await fillInCard(page, '4242424242424241')
    await pressPay(page)
    await page.getByText('This is not a valid card number.').waitFor()
    const number = page.getByLabel('Card number')

    expect(await number.getAttribute('aria-invalid')).toBe('true')
    expect(await number.evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true)
    expect(await charges()).toEqual([])
  })

  test('an answer lost on its way is asked for again with the same key, and found to be paid', async () => {
    const { page, keys } = opened
    let isFirst = true
    await page.route('**/pay', async (route) => {
      if (!isFirst || route.request().method() !== 'POST') return route.continue()
      isFirst = false
      await route.fetch()
      await route.abort('connectionreset')
    })
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await page.getByText('Please do not pay again.').waitFor()
    await done().waitFor()

    expect(keys.length).toBeGreaterThan(1)
    expect(new Set(keys).size).toBe(1)
    expect(await charges()).toEqual([6098])
  })

  test('while the outcome is unknown it says so, and ends in success by itself, after a reload too', async () => {
    const { page, orderId } = opened
    await fetch(`${running.demo.pageUrl}/demo/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault: 'lost_answer', order_id: orderId }),
    })
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await page.locator('#waiting, #done').filter({ visible: true }).waitFor()
    await page.reload()
    await done().waitFor()

    expect(await page.getByRole('button', { name: /^Pay/ }).isVisible()).toBe(false)
    expect(await charges()).toEqual([6098])
  })

  test('a double click pays once', async () => {
    const { page, keys } = opened
    await fillInCard(page, '4242424242424242')
    await page.getByRole('button', { name: /^Pay \$/ }).dblclick()
    await done().waitFor()

    expect(keys).toHaveLength(1)
    expect(await charges()).toEqual([6098])
  })

  test('a gift certificate pays its part, and a card the rest', async () => {
    const { page } = opened
    await page.getByText('More ways to pay').click()
    await page.getByLabel('Gift certificate').check()
    await page.getByLabel('Code of the certificate').fill('SANDBOX-PART')
    await pressPay(page)
    await page.getByText('$20.00 is paid').waitFor()
    await fillInCard(page, '4242424242424242')
    await page.getByRole('button', { name: 'Pay $40.98' }).click()
    await done().waitFor()

    expect(await charges()).toEqual([2000, 4098])
  })

  test('nothing is wider than a small phone, and every field has its label', async () => {
    const { page } = opened
    await page.getByText('Demo controls').click()
    await page.getByLabel('New card').check()
    const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')
    const unlabelled = await page
      .locator('input, select')
      .evaluateAll(
        (fields) =>
          fields.filter(
            (field) => ((field as unknown as { labels: ArrayLike<unknown> }).labels.length ?? 0) === 0,
          ).length,
      )

    expect(widths).toEqual([360, 360])
    expect(unlabelled).toBe(0)
  })
})
