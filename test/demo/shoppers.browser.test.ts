import { describe, expect, onTestFinished, test } from 'vitest'
import type { Page } from '../../tools/chromium.ts'
import {
  chargesOf,
  chromiumPath,
  demoInBrowser,
  fillInCard,
  type OpenedCheckout,
  openCheckout,
  pressPay,
} from './support/checkout-pages.ts'

describe.runIf(chromiumPath !== null)('what a shopper is told on the checkout page', () => {
  const running = demoInBrowser()
  async function open(): Promise<OpenedCheckout> {
    const opened = await openCheckout(running.browser, running.demo)
    onTestFinished(() => opened.page.context().close())
    return opened
  }
  const letFail = (fault: string, orderId: number) =>
    fetch(`${running.demo.pageUrl}/demo/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault, order_id: orderId }),
    })
  const thanks = (page: Page) => page.getByRole('heading', { name: 'Thank you, your order is paid' })
  const shown = (page: Page) => page.locator('main').innerText()

  test('while the payments host is away: that nothing is charged, and that there is nothing to do', async () => {
    const { page, orderId } = await open()
    await letFail('unreachable', orderId)
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await page.getByRole('heading', { name: 'Your payment has not started yet' }).waitFor()
    const told = await page.locator('#waiting').innerText()

    expect(told).toContain('Nothing has been charged.')
    expect(told).not.toMatch(/do not pay again|busy|checking/i)
    expect(await page.getByRole('alert').isVisible()).toBe(false)
    expect(await chargesOf(running.demo, orderId)).toEqual([])
    await thanks(page).or(page.getByText('The payment could not be started')).waitFor()
  })

  test.each([
    [
      'the service does not answer',
      'The shop cannot be reached. Please check your connection. We keep trying.',
    ],
    [
      'BigCommerce is away',
      'Payments are not available at the moment. We keep trying. You need not do anything.',
    ],
  ])(
    'on opening the page while %s: one sentence, and the form once it can be paid',
    async (why, sentence) => {
      const { page } = await open()
      const away = {
        code: 'upstream_unavailable',
        retry: 'same_key',
        status: 503,
        detail: 'Away.',
        request_id: 'request-1',
      }
      await page.route('**/payment-methods', (route) =>
        why === 'BigCommerce is away'
          ? route.fulfill({
              status: 503,
              contentType: 'application/problem+json',
              headers: { 'access-control-allow-origin': running.demo.pageUrl },
              body: JSON.stringify(away),
            })
          : route.abort('connectionrefused'),
      )
      await page.reload()
      await page.getByText(sentence).waitFor()
      expect(await page.locator('.payment').innerText()).toBe(sentence)
      await page.unroute('**/payment-methods')
      await page.getByRole('button', { name: 'Pay $60.98' }).waitFor()
      expect(await page.getByText(sentence).isVisible()).toBe(false)
    },
  )

  test('while a payment is pending: which one, how much, what happens next, and how to reach the shop', async () => {
    const { page, orderId } = await open()
    await letFail('pending', orderId)
    await fillInCard(page, '4242424242424242')
    await pressPay(page)
    await page.getByText('Please do not pay again.').waitFor()
    const told = await page.locator('#waiting').innerText()

    expect(told).toContain(`#${orderId}`)
    expect(told).toContain('$60.98')
    expect(told).toMatch(/Payment\s+[0-9a-f]{8}-[0-9a-f-]{27}/)
    expect(told).toContain('We keep checking, and show it here.')
    expect(told).toContain('help@paperandpine.example')
    await thanks(page).waitFor()
  })

  test('with a card that needs 3-D Secure: what to do instead', async () => {
    const { page, orderId } = await open()
    await fillInCard(page, '4000000000003220')
    await pressPay(page)
    const notice = page.getByRole('alert').filter({ visible: true })
    await notice.waitFor()

    expect(await notice.innerText()).toMatch(
      /You have not been charged\..*3-D Secure.*Please use another card, one that you stored with us, or another way to pay\./,
    )
    expect(await chargesOf(running.demo, orderId)).toEqual([])
  })

  test('after the decline of a payment in another tab: so, and the card that was typed is still there', async () => {
    const { page, orderId } = await open()
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.getByRole('button', { name: 'Pay $60.98' }).waitFor()
    await fillInCard(page, '4242424242424242')
    await fillInCard(other, '4000000000009995')
    await letFail('slow_answer', orderId)
    await pressPay(other)
    await other.getByText('Paying…').waitFor()
    await pressPay(page)
    await page.getByText('Please do not pay again.').waitFor()
    await page.getByText('The other payment did not go through').waitFor()

    expect(await page.getByLabel('New card').isChecked()).toBe(true)
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242')
    expect(await page.getByLabel('Security code').last().inputValue()).toBe('123')
    await pressPay(page)
    await thanks(page).waitFor()
    expect(await chargesOf(running.demo, orderId)).toEqual([6098])
  })

  test('on a phone the summary is one line, and the button to pay within a screen and a half', async () => {
    const { page } = await open()
    await page.setViewportSize({ width: 360, height: 640 })
    const button = page.getByRole('button', { name: 'Pay $60.98' })
    const bottom = async () => {
      await page.evaluate('scrollTo(0, 0)')
      const box = await button.boundingBox()
      return (box?.y ?? Number.NaN) + (box?.height ?? 0)
    }
    expect(await bottom()).toBeLessThan(640 * 1.5)
    await page.getByLabel('New card').check()
    expect(await bottom()).toBeLessThan(640 * 1.5)

    expect(await page.getByText('BigCommerce Poster II').isVisible()).toBe(false)
    await page.locator('#order summary').click()
    expect(await page.getByText('BigCommerce Poster II').isVisible()).toBe(true)
    await page.locator('#order summary').click()
    expect(await page.getByText('BigCommerce Poster II').isVisible()).toBe(false)

    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByText('BigCommerce Poster II').waitFor()
    await page.locator('#order summary').click()
    expect(await page.getByText('BigCommerce Poster II').isVisible()).toBe(true)
  })

  test('of an order that is not there: so, without an empty box', async () => {
    const { page } = await open()
    await page.goto(`${running.demo.pageUrl}/?order=99999`)
    await page.getByText('There is no such order').waitFor()

    expect(await page.locator('.surface').filter({ visible: true }).count()).toBe(0)
    expect((await shown(page)).trim()).toBe(
      'Checkout\nThere is no such order\nPlease go back to the shop and try again.',
    )
  })

  test.each([360, 1280])('nothing moves while the page loads, at a width of %i', async (width) => {
    const { page, orderId } = await open()
    await page.setViewportSize({ width, height: 740 })
    await page.addInitScript({
      content: `globalThis.moved = 0
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) moved += value })
          .observe({ type: 'layout-shift', buffered: true })`,
    })
    for (const order of [String(orderId), '99999']) {
      await page.goto(`${running.demo.pageUrl}/?order=${order}`)
      await page.locator('#pay, #notice').filter({ visible: true }).waitFor()
      await page.getByText('Demo controls').waitFor()
      // The browser tells of a shift once it has drawn it.
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
      expect(await page.evaluate('moved')).toBe(0)
    }
  })
})
