import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../sandbox/start-sandbox.ts'
import { PROBLEMS } from '../../src/domain/problems.ts'
import { createCallApi } from '../support/call-api.ts'
import { callerToken } from '../support/caller-token.ts'
import { type Query, queries, readRoot } from '../support/observability-files.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { selectorsOf } from '../support/promql.ts'
import { readScrape, type Scraped } from '../support/scraped.ts'
import { serviceEnvironment } from '../support/service-environment.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runService } from './service-process.ts'

/** Put on every series by Prometheus itself. */
const labelsOfPrometheus = ['job', 'instance']

/** A life with a bit of everything, and what the instance says of it to Prometheus. */
async function scrapeAfterALife(): Promise<string> {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const service = runService(serviceEnvironment(sandbox, `sqlite:${join(temporaryFolder(), 'tillgate.db')}`))
  const call = createCallApi(await service.url)
  const token = await callerToken({ customer_id: 11 })
  const pay = (body: unknown, orderId = createOrder(sandbox), key = `the-key-of-order-${orderId}`) =>
    call.pay(orderId, body, { token, key })

  const orderId = createOrder(sandbox)
  await call.methods(orderId, token)
  expect((await pay(cardPayment(), orderId)).status).toBe(201)
  expect((await pay(cardPayment(), orderId)).headers['idempotent-replayed']).toBe('true')
  expect((await pay(cardPayment(), orderId, 'the-key-of-another-device')).status).toBe(409)
  expect((await pay(cardPayment({ number: '4000000000009995' }))).status).toBe(402)
  expect((await pay(cardPayment({ number: '4000000000202012' }))).status).toBe(202)
  const lost = createOrder(sandbox)
  // As many as a look has tries.
  const unreadable = {
    operation: 'transactions',
    order_id: lost,
    kind: 'status',
    status: 500,
    times: 3,
  } as const
  await sandbox.faults.add(unreadable)
  await sandbox.faults.add({ operation: 'pay', kind: 'reset_after_charge', times: 1 })
  expect((await pay(cardPayment(), lost)).status).toBe(202)
  await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', times: 1 })
  await pay(cardPayment())
  await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 500, times: 2 })
  expect((await pay(cardPayment())).status).toBe(503)

  const scrape = async () => (await fetch(`${await service.adminUrl}/metrics`)).text()
  await expect
    .poll(scrape, { timeout: 30_000, interval: 500 })
    .toMatch(
      /looks_total\{verdict="failed"\}[\s\S]*reconciled_payments_total\{from="unknown",to="succeeded"\} 1/,
    )
  return scrape()
}

/** What a query asks for that is not there. */
function missingIn(scraped: Scraped, { where, expr }: Query): string[] {
  return selectorsOf(expr).flatMap(({ metric, matchers, groupedBy }) => {
    // Made by Prometheus for each target.
    if (metric === 'up') return []
    const labels = scraped.get(metric)
    if (!labels) return [`${where}: ${metric}`]
    const unknownLabels = groupedBy.filter(
      (label) => !labels.has(label) && !labelsOfPrometheus.includes(label),
    )
    const unknownValues = matchers.flatMap(({ label, values }) =>
      values.filter((value) => !labels.get(label)?.has(value) && !(value in PROBLEMS)),
    )
    return [...unknownLabels, ...unknownValues].map((word) => `${where}: ${metric} of ${word}`)
  })
}

test('every alert and every panel asks for what there is, and every metric of ours is explained to those on call', async () => {
  const page = await scrapeAfterALife()
  const scraped = readScrape(page)
  expect(queries().length).toBeGreaterThan(35)
  expect(queries().flatMap((query) => missingIn(scraped, query))).toEqual([])

  const explained = readRoot('docs/operations.md')
  const ours = [...page.matchAll(/^# TYPE (tillgate_\w+)/gm)].map(([, name]) => name ?? '')
  expect(ours.length).toBeGreaterThan(12)
  expect(ours.filter((name) => !explained.includes(`\`${name}`))).toEqual([])
})

test('what is not there is noticed, and so is what is no PromQL', () => {
  const scraped = readScrape('# TYPE payments counter\npayments{outcome="paid"} 1\nready 1\n')
  const missing = (expr: string) => missingIn(scraped, { where: 'here', expr })
  expect(missing('sum by (job, outcome) (rate(payments{outcome="paid"}[5m])) > ready or up')).toEqual([])
  expect(missing('rate(payment[5m])')).toEqual(['here: payment'])
  expect(missing('sum by (reason) (rate(payments[5m]))')).toEqual(['here: payments of reason'])
  expect(missing('rate(payments{outcome=~"paid|failed"}[5m])')).toEqual(['here: payments of failed'])
  expect(missing('rate(payments{reason="paid"}[5m])')).toEqual(['here: payments of paid'])
  expect(() => missing('sum(rate(payments[5m])')).toThrow('No PromQL')
})
