import { expect, test } from 'vitest'
import { PROBLEMS } from '../../src/domain/problems.ts'
import { selectorsOf } from '../../tools/promql.ts'
import { type Query, queries, readRoot } from '../support/observability-files.ts'
import { readScrape, type Scraped } from '../support/scraped.ts'
import { startLife } from './life.ts'

/** Put on every series by Prometheus itself. */
const labelsOfPrometheus = ['job', 'instance']

/** What an instance says of itself to Prometheus when it has seen a bit of everything. */
async function scrapeAfterALife(): Promise<string> {
  const { live, scrape } = await startLife()
  await live()
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
