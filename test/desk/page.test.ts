import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { buildAdmin } from '../../src/admin.ts'
import { Problem } from '../../src/domain/problem.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { createDesk } from '../../src/services/desk.ts'
import type { DeskAttempt } from '../../src/stores/desk-ledger.ts'
import { violationsOf } from '../../tools/axe.ts'
import { findChromium, launchChromium } from '../../tools/chromium.ts'
import { attemptOf } from '../domain/samples.ts'
import { runService } from '../process/service-process.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const nasty = `<script>alert("x")</script> & 'quotes'`
const escaped = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;quotes&#39;'
const held = attemptOf({ status: 'unknown', sentAtMs: 1, unsettledSinceMs: 2, amount: 6098, currency: 'USD' })
const told: DeskAttempt = {
  attempt: held,
  principal: nasty,
  noted: [{ atMs: 3, what: nasty, by: nasty, because: nasty }],
}

const adminOf = (list: () => Promise<DeskAttempt[]> = async () => [told]) =>
  buildAdmin({
    logger: createLogger('silent'),
    metrics: { contentType: 'text/plain', scrape: async () => '' },
    isReady: async () => true,
    desk: {
      desk: createDesk({
        reads: {
          listOpen: list,
          tellByOrder: list,
          tellById: async (id) => (id === held.id ? told : null),
        },
        now: () => 4,
      }),
      allowance: async () => ({ free: 37, limit: 50 }),
    },
  })

describe('the page of the desk', () => {
  test('shows the allowance and what is held, and finds a story by order and by payment', async () => {
    const admin = await adminOf()
    const overview = await admin.inject('/')
    expect(overview.statusCode).toBe(200)
    expect(overview.headers['content-type']).toBe('text/html; charset=utf-8')
    for (const shown of ['37 of 50', 'Order <a href="?q=118">118</a>', '60.98 USD', 'No clear answer'])
      expect(overview.body).toContain(shown)
    for (const asked of ['118', held.id, ` ${held.id} `])
      expect((await admin.inject(`/?q=${encodeURIComponent(asked)}`)).body).toContain('because: ')
  })

  test('escapes whatever it shows', async () => {
    const admin = await adminOf()
    const { body } = await admin.inject(`/?q=${held.id}`)
    expect(body.split(escaped)).toHaveLength(6)
    const nothing = await admin.inject(`/?q=${encodeURIComponent(nasty)}`)
    expect(nothing.statusCode).toBe(404)
    expect(nothing.body).toContain(escaped)
    for (const page of [body, nothing.body]) expect(page).not.toMatch(/<script|alert\("x"\)|onerror/)
  })

  test('may load its own style and nothing else, and is kept by no cache and in no frame', async () => {
    const admin = await adminOf()
    for (const path of ['/', '/?q=1&q=2', '/desk.css', '/?q=nothing']) {
      expect((await admin.inject(path)).headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
    }
    expect((await admin.inject('/metrics')).headers).not.toHaveProperty('content-security-policy')
  })

  test('says so where the ledger is away, and knows no other method', async () => {
    const admin = await adminOf(() => Promise.reject(new Problem('store_unavailable')))
    const { statusCode, body } = await admin.inject('/')
    expect([statusCode, body]).toEqual([503, expect.stringContaining('role="alert"')])
    for (const method of ['POST', 'PUT', 'DELETE'] as const)
      expect((await admin.inject({ method, url: '/' })).statusCode).toBe(404)
  })
})

const executablePath = findChromium()
if (executablePath === null)
  process.stderr.write('No Chromium found, so the page of the desk is not tested in one: install one.\n')

describe.runIf(executablePath !== null)('the page of the desk in Chromium', () => {
  test('can be read by everyone, by day and by night, on a phone and on a desk; looking at it makes nothing happen', {
    timeout: 180_000,
  }, async () => {
    const sandbox = await startSandbox()
    const env = serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`)
    const service = runService(env)
    const { pay } = createCallApi(await service.url)
    const token = await callerToken({ customer_id: 11, sub: nasty })
    const [orderId, decided] = [createOrder(sandbox), createOrder(sandbox)]
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 2 })
    const answers = [
      await pay(orderId, cardPayment(), { token }),
      await pay(decided, cardPayment(), { token }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    const { body } = answers[1] ?? {}
    const resolve = ['resolve', body.data.id, 'charged', '--by', 'Ada', '--because', nasty]
    await promisify(execFile)(process.execPath, ['src/commands/payments.ts', ...resolve], { env })

    const browser = await launchChromium(executablePath ?? '')
    onTestFinished(async () => {
      await browser.close()
      await sandbox.close()
    })
    const complaints: string[] = []
    const address = await service.adminUrl
    for (const [width, colorScheme] of [
      [360, 'light'],
      [360, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme })
      page.on('console', (message) => void complaints.push(message.text()))
      page.on('pageerror', ({ message }) => void complaints.push(message))
      const seen = async (name: string) => {
        const folder = process.env.SCREENSHOTS
        if (folder)
          await page.screenshot({
            path: `${folder}/desk-${name}-${width}-${colorScheme}.png`,
            fullPage: true,
          })
        expect(await violationsOf(page), `${name} ${width} ${colorScheme}`).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
      await page.goto(address)
      await page.getByText('1 in all, the oldest first.').waitFor()
      await seen('held')
      await page.getByLabel('Order or payment').fill(String(decided))
      await page.keyboard.press('Enter')
      await page.getByText('decided that it was charged').waitFor()
      await seen('story')
      await page.getByRole('link', { name: 'Tillgate desk' }).click()
      await page.getByRole('link', { name: String(orderId), exact: true }).click()
      await page.getByText('holds the order').waitFor()
      await page.close()
    }
    expect(complaints).toEqual([])
  })
})
