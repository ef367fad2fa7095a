import { describe, expect, test as plainTest } from 'vitest'
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
import { type RunningDemo, startDemo } from './support/start-demo.ts'

// Most of it is waiting for what a page asks every few seconds, so all wait together.
describe.runIf(chromiumPath !== null).concurrent('what a shopper is told on the checkout page', () => {
  const running = demoInBrowser()
  const test = plainTest.extend<{ demo: RunningDemo; opened: OpenedCheckout }>({
    demo: ({ task: _ }, use) => use(running.demo),
    async opened({ demo }, use) {
      const opened = await openCheckout(running.browser, demo)
      await use(opened)
      await opened.page.context().close()
    },
  })
  /** A demo has one fault at a time, some of them for all orders, so each test of a fault has a demo of its own. */
  const testOfFault = test.extend<{ demo: RunningDemo }>({
    async demo({ task: _ }, use) {
      const demo = await startDemo()
      await use(demo)
      await demo.stop()
    },
  })
  const letFail = (demo: RunningDemo, fault: string, orderId: number) =>
    fetch(`${demo.pageUrl}/demo/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault, order_id: orderId }),
    })
  const thanks = (page: Page) => page.getByRole('heading', { name: 'Thank you, your order is paid' })
  const shown = (page: Page) => page.locator('main').innerText()

  testOfFault(
    'while the payments host is away: that nothing is charged, and that there is nothing to do',
    async ({ demo, opened: { page, orderId } }) => {
      await letFail(demo, 'unreachable', orderId)
      await fillInCard(page, '4242424242424242')
      await pressPay(page)
      await page.getByRole('heading', { name: 'Your payment has not started yet' }).waitFor()
      const told = await page.locator('#waiting').innerText()

      expect(told).toContain('Nothing has been charged.')
      expect(told).not.toMatch(/do not pay again|busy|checking/i)
      expect(await page.getByRole('alert').isVisible()).toBe(false)
      expect(await chargesOf(demo, orderId)).toEqual([])
      await thanks(page).or(page.getByText('The payment could not be started')).waitFor()
    },
  )

  test.for([
    [
      'the service does not answer',
      'The shop cannot be reached. Please check your connection. We keep trying.',
    ],
    [
      'BigCommerce is away',
      'Payments are not available at the moment. We keep trying. You need not do anything.',
    ],
  ] as const)(
    'on opening the page while %s: one sentence, and the form once it can be paid',
    async ([why, sentence], { demo, opened: { page } }) => {
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
              headers: { 'access-control-allow-origin': demo.pageUrl },
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

  testOfFault(
    'while a payment is pending: which one, how much, what happens next, and how to reach the shop',
    async ({ demo, opened: { page, orderId } }) => {
      await letFail(demo, 'pending', orderId)
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
    },
  )

  test('with a card that needs 3-D Secure: what to do instead', async ({
    demo,
    opened: { page, orderId },
  }) => {
    await fillInCard(page, '4000000000003220')
    await pressPay(page)
    const notice = page.getByRole('alert').filter({ visible: true })
    await notice.waitFor()

    expect(await notice.innerText()).toMatch(
      /You have not been charged\..*3-D Secure.*Please use another card, one that you stored with us, or another way to pay\./,
    )
    expect(await chargesOf(demo, orderId)).toEqual([])
  })

  testOfFault(
    'after the decline of a payment in another tab: so, and the card that was typed is still there',
    async ({ demo, opened: { page, orderId } }) => {
      const other = await page.context().newPage()
      await other.goto(page.url())
      await other.getByRole('button', { name: 'Pay $60.98' }).waitFor()
      await fillInCard(page, '4242424242424242')
      await fillInCard(other, '4000000000009995')
      await letFail(demo, 'slow_answer', orderId)
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
      expect(await chargesOf(demo, orderId)).toEqual([6098])
    },
  )

  test('on a phone the summary is one line, and the button to pay within a screen and a half', async ({
    opened: { page },
  }) => {
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

  test('of an order that is not there: so, without an empty box', async ({ demo, opened: { page } }) => {
    await page.goto(`${demo.pageUrl}/?order=99999`)
    await page.getByText('There is no such order').waitFor()

    expect(await page.locator('.surface').filter({ visible: true }).count()).toBe(0)
    expect((await shown(page)).trim()).toBe(
      'Checkout\nThere is no such order\nPlease go back to the shop and try again.',
    )
  })

  test.for([360, 1280])(
    'nothing moves while the page loads, at a width of %i',
    async (width, { demo, opened: { page, orderId } }) => {
      await page.setViewportSize({ width, height: 740 })
      await page.addInitScript({
        content: `globalThis.moved = 0
        new PerformanceObserver((list) => { for (const { value } of list.getEntries()) moved += value })
          .observe({ type: 'layout-shift', buffered: true })`,
      })
      for (const order of [String(orderId), '99999']) {
        await page.goto(`${demo.pageUrl}/?order=${order}`)
        await page.locator('#pay, #notice').filter({ visible: true }).waitFor()
        await page.getByText('Demo controls').waitFor()
        // The browser tells of a shift once it has drawn it.
        await page.evaluate(
          'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
        )
        expect(await page.evaluate('moved')).toBe(0)
      }
    },
  )
})
