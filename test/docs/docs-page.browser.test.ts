import { describe, expect, onTestFinished, test } from 'vitest'
import { violationsOf } from '../../tools/axe.ts'
import { findChromium, launchChromium, type Page } from '../../tools/chromium.ts'
import { startPathPrefix } from '../support/path-prefix.ts'
import { startTillgate } from '../support/start-tillgate.ts'

const executablePath = findChromium()
if (executablePath === null)
  process.stderr.write(
    'No Chromium found, so the docs page is not tested: install one or set CHROMIUM_PATH.\n',
  )

/** The page draws the whole contract: seconds on a quiet machine, many on one that runs other tests beside it. */
const busyMachineMs = 90_000

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly parameters?: readonly { name: string; example?: unknown }[] }>>
    >
  >
}

/** Goes to an operation by its address, since the page draws what is near, and opens what tries it. */
async function openTry(page: Page, { method, path }: { readonly method: string; readonly path: string }) {
  await page.locator(`a[href$="/${method.toUpperCase()}${path}"]`).last().click()
  const ofOperation = `${method} ${path.replaceAll(/[{}]/g, '\\$&')}`
  await page.getByRole('button', { name: new RegExp(`^Test Request ?\\(${ofOperation}\\)$`) }).click()
  return page.getByRole('dialog')
}

async function send(page: Page, dialog: ReturnType<Page['getByRole']>) {
  const sent = page.waitForRequest((request) => request.resourceType() === 'fetch')
  await dialog.getByRole('button', { name: /^Send/ }).first().click()
  const request = await sent
  await request.response()
  return request
}

describe.runIf(executablePath !== null)('the docs page in Chromium', () => {
  test('shows the contract, asks the service and no one else for anything, and complains of nothing', {
    timeout: 2 * busyMachineMs,
  }, async () => {
    const { url } = await startTillgate()
    const browser = await launchChromium(executablePath ?? '')
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(busyMachineMs)
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`)
    })

    const answer = await page.goto(`${url}/docs`)
    await page.getByRole('heading', { name: 'Versions' }).first().waitFor()
    // Where a caller token goes, without a search for it.
    await page.getByText('Bearer Token').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
    // What is further down is drawn when it is gone to.
    await page.getByRole('link', { name: 'What this order can be paid with' }).first().click()
    await page.getByRole('heading', { name: 'What this order can be paid with' }).first().waitFor()
    // As a browser with a window would.
    const icon = await page.locator('link[rel~="icon"]').first().getAttribute('href')
    await page.waitForLoadState('load')
    // Whom the page asks later, it asks soon.
    await page.waitForTimeout(2_000)

    const elsewhere = asked.filter(
      (address) => !/^(data|blob):/.test(address) && new URL(address).origin !== url,
    )
    expect(asked).toEqual(expect.arrayContaining([`${url}/docs`, `${url}/openapi.json`]))
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
    expect(icon).toMatch(/^data:image\/svg\+xml,/)
    const policy = answer?.headers()['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|\*/)
  })

  test('each operation can be tried as it stands, and a payment gets a key of its own each time unless one was typed', {
    timeout: 3 * busyMachineMs,
  }, async () => {
    const { url } = await startTillgate()
    const browser = await launchChromium(executablePath ?? '')
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } })
    page.setDefaultTimeout(busyMachineMs)
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => ({ method, path, parameters })),
    )
    expect(operations.length).toBeGreaterThan(6)
    await page.goto(`${url}/docs`)
    for (const group of ['webhooks', 'health'])
      await page.getByRole('button', { name: `Open Group - ${group}` }).click()
    for (const { method, path, parameters } of operations) {
      const dialog = await openTry(page, { method, path })
      const examples = new Map(parameters.map(({ name, example }) => [`{${name}}`, String(example)]))
      const wanted = path.replaceAll(/\{\w+\}/g, (name) => examples.get(name) ?? name)
      const asked = await send(page, dialog)
      expect(`${asked.method()} ${asked.url()}`).toBe(`${method.toUpperCase()} ${url}${wanted}`)
      const isPayment = parameters.some(({ name }) => name === 'Idempotency-Key')
      if (isPayment) {
        const keys = [asked, await send(page, dialog)].map((request) => request.headers()['idempotency-key'])
        expect(new Set([...keys, examples.get('{Idempotency-Key}')]).size).toBe(3)
        for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
        await dialog.getByText(examples.get('{Idempotency-Key}') ?? '', { exact: true }).click()
        await page.keyboard.press('ControlOrMeta+A')
        await page.keyboard.type('a-key-that-was-typed')
        for (const request of [await send(page, dialog), await send(page, dialog)])
          expect(request.headers()['idempotency-key']).toBe('a-key-that-was-typed')
      }
      await dialog.getByRole('button', { name: 'Close Client' }).first().click()
      await dialog.waitFor({ state: 'hidden' })
    }
  })

  test('an operation that is tried behind a path prefix is sent behind that prefix', {
    timeout: 2 * busyMachineMs,
  }, async () => {
    const base = await startPathPrefix((await startTillgate()).url, '/shop-api')
    const browser = await launchChromium(executablePath ?? '')
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } })
    page.setDefaultTimeout(busyMachineMs)
    await page.goto(`${base}/docs`)
    await page.getByRole('heading', { name: 'What this order can be paid with' }).first().waitFor()
    await page
      .getByRole('button', { name: /Test Request/ })
      .first()
      .click()
    const sent = page.waitForRequest((request) => request.url().includes('/payment-methods'))
    await page.getByRole('button', { name: /^Send/ }).first().click()
    expect((await sent).url()).toBe(`${base}/orders/215/payment-methods`)
  })
})
