import { afterAll, beforeAll } from 'vitest'
import { type Browser, findChromium, launchChromium, type Page } from '../../../tools/chromium.ts'
import { type RunningDemo, startDemo } from './start-demo.ts'

/** null where there is no browser to test with. */
export const chromiumPath = findChromium()

/** The demo and a browser, for the tests of the suite in which this is called. */
export function demoInBrowser(): { readonly demo: RunningDemo; readonly browser: Browser } {
  let demo: RunningDemo
  let browser: Browser
  beforeAll(async () => {
    demo = await startDemo()
    browser = await launchChromium(chromiumPath ?? '')
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })
  return {
    get demo() {
      return demo
    },
    get browser() {
      return browser
    },
  }
}

export interface OpenedPage {
  readonly page: Page
  /** What the page complained about, and whom it called that it should not have. */
  readonly complaints: readonly string[]
  /** The Idempotency-Keys it has sent, in order. */
  readonly keys: readonly string[]
}

export interface OpenedCheckout extends OpenedPage {
  readonly orderId: number
}

/** A new order in a new session, ready to be paid. */
export async function openCheckout(browser: Browser, demo: RunningDemo): Promise<OpenedCheckout> {
  const made = await fetch(`${demo.pageUrl}/storefront/orders`, { method: 'POST' })
  const { order_id: orderId } = (await made.json()) as { order_id: number }
  return { ...(await openPage(browser, demo, `?order=${orderId}`)), orderId }
}

/** A new session, and in it this page, ready to be paid. */
export async function openPage(browser: Browser, demo: RunningDemo, query: string): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 } })
  const page = await context.newPage()
  const complaints: string[] = []
  const keys: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    // A browser notes every answer of 400 and above by itself; what the page does about it is what is tested.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
    complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (protocol !== 'data:' && origin !== demo.pageUrl && origin !== demo.apiUrl)
      complaints.push(request.url())
    const key = request.headers()['idempotency-key']
    if (key !== undefined && request.method() === 'POST') keys.push(key)
  })
  await page.goto(`${demo.pageUrl}/${query}`)
  await page.getByRole('button', { name: 'Pay $60.98' }).waitFor()
  return { page, complaints, keys }
}

export async function fillInCard(page: Page, number: string): Promise<void> {
  await page.getByLabel('New card').check()
  await page.getByLabel('Card number').pressSequentially(number)
  await page.getByLabel('Name on card').fill('Jane Does')
  await page.getByLabel('Expires', { exact: true }).pressSequentially(`12${new Date().getFullYear() + 3}`)
  await page.getByLabel('Security code').last().fill('123')
}

export const pressPay = (page: Page): Promise<void> => page.getByRole('button', { name: /^Pay \$/ }).click()

/** What the simulated store was really charged for an order. */
export async function chargesOf(demo: RunningDemo, orderId: number): Promise<number[]> {
  const { data } = (await (await fetch(demo.chargesUrl)).json()) as {
    data: { order_id: number; amount: number }[]
  }
  return data.filter(({ order_id }) => order_id === orderId).map(({ amount }) => amount)
}
