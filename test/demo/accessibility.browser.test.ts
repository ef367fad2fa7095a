import { describe, expect, test } from 'vitest'
import { violationsOf } from '../../tools/axe.ts'
import {
  chargesOf,
  chromiumPath,
  demoInBrowser,
  fillInCard,
  type OpenedCheckout,
  openCheckout,
  pressPay,
} from './support/checkout-pages.ts'

describe.runIf(chromiumPath !== null)('the accessibility of the checkout page', () => {
  const running = demoInBrowser()
  const opening = async (work: (opened: OpenedCheckout) => Promise<void>) => {
    const opened = await openCheckout(running.browser, running.demo)
    await work(opened).finally(() => opened.page.context().close())
    expect(opened.complaints).toEqual([])
  }
  const thanks = 'Thank you, your order is paid'

  test.each([
    ['a small phone', 360, 'light'],
    ['a small phone at night', 360, 'dark'],
    ['a desk', 1280, 'light'],
  ] as const)('axe finds nothing wrong with any of its states on %s', async (_name, width, colorScheme) => {
    await opening(async ({ page }) => {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      await page.getByText('Demo controls').click()
      await page.getByText('More ways to pay').click()
      await fillInCard(page, '4242424242424241')
      expect(await violationsOf(page), 'the form').toEqual([])
      await pressPay(page)
      await page.getByText('This is not a valid card number.').waitFor()
      expect(await violationsOf(page), 'a field error').toEqual([])
      await page.getByLabel('Card number').fill('4000000000009995')
      await pressPay(page)
      await page.getByRole('alert').getByText('Not enough funds').waitFor()
      expect(await violationsOf(page), 'a decline').toEqual([])
      await page.getByLabel('Card number').fill('4242424242424242')
      await page.route('**/pay', (route) => route.abort('connectionreset'), { times: 2 })
      await pressPay(page)
      await page.getByText('Please do not pay again.').waitFor()
      expect(await violationsOf(page), 'waiting').toEqual([])
      await page.getByRole('heading', { name: thanks }).waitFor()
      expect(await violationsOf(page), 'paid').toEqual([])
    })
  })

  test('a new card can be chosen, filled in and paid with by keyboard alone', async () => {
    await opening(async ({ page, orderId }) => {
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      await page.getByRole('radio', { name: 'Visa •••• 4242' }).focus()
      for (let presses = 0; !(await page.getByLabel('New card').isChecked()); presses++) {
        expect(presses).toBeLessThan(10)
        await press('ArrowDown')
      }
      for (const text of ['4242424242424242', 'Jane Does', `12${new Date().getFullYear() + 3}`, '123']) {
        await press('Tab')
        await page.keyboard.type(text)
      }
      await press('Enter')
      await page.getByRole('heading', { name: thanks }).waitFor()
      expect(await chargesOf(running.demo, orderId)).toEqual([6098])
    })
  })
})
