import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { alerts, panels, queries, readRoot } from '../support/observability-files.ts'
import { createOrder } from '../support/orders.ts'
import { cardPayment } from '../support/payments.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startLife } from './life.ts'
import { hasPrometheus, ownPrometheus } from './own-prometheus.ts'

if (!hasPrometheus) {
  process.stderr.write(
    'No Prometheus found, so alerts and panels are not tried on a real one: install one.\n',
  )
}

const root = join(import.meta.dirname, '../..')
const panelTitles = new Set(panels().map(({ title }) => title))
describe.runIf(hasPrometheus)('a real Prometheus', () => {
  test('takes the rules and the configuration that compose mounts', () => {
    const mounted = temporaryFolder()
    const config = readRoot('ops/prometheus/prometheus.yml').replace('/etc/prometheus/', `${mounted}/`)
    writeFileSync(join(mounted, 'prometheus.yml'), config)
    writeFileSync(join(mounted, 'alerts.yml'), readRoot('ops/prometheus/alerts.yml'))
    const said = execFileSync('promtool', ['check', 'config', join(mounted, 'prometheus.yml')], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(said).toContain(`SUCCESS: ${alerts().length} rules found`)
  })

  test('has an answer for every panel, and nothing to say against a rule', { timeout: 120_000 }, async () => {
    const { live, service } = await startLife()
    const prometheus = await ownPrometheus(await service.adminUrl)
    await live()
    await prometheus.twoLooks()
    await live()
    await prometheus.twoLooks()
    const asked = queries().filter(({ where }) => panelTitles.has(where))
    expect(asked.length).toBeGreaterThan(25)
    for (const { where, expr } of asked) {
      const series = await prometheus.query(expr)
      expect([where, expr, series.length > 0]).toEqual([where, expr, true])
    }
    expect(await prometheus.ruleErrors()).toEqual([])
  })

  test('alarms at the first event, not at the second', { timeout: 120_000 }, async () => {
    const { sandbox, service, path, pay } = await startLife()
    const prometheus = await ownPrometheus(await service.adminUrl)
    await prometheus.twoLooks()
    expect(await prometheus.firing()).toEqual([])
    const ledger = new DatabaseSync(path, { timeout: 5_000 })

    await sandbox.faults.add({ operation: 'access_tokens', kind: 'status', status: 401, times: 1 })
    expect((await pay(cardPayment())).body.code).toBe('upstream_refused')
    await sandbox.faults.add({ operation: 'pay', kind: 'rate_limited', times: 1 })
    await pay(cardPayment())
    await sandbox.faults.add({ operation: 'pay', kind: 'reset_before_charge', times: 1 })
    const lost = createOrder(sandbox)
    expect((await pay(cardPayment(), lost)).status).toBe(202)
    ledger.exec(`UPDATE payment_attempts SET status = 'needs_review' WHERE order_id = ${lost}`)
    ledger.exec('ALTER TABLE idempotency_keys RENAME TO elsewhere')
    expect((await pay(cardPayment())).body.code).toBe('store_unavailable')
    ledger.exec('ALTER TABLE elsewhere RENAME TO idempotency_keys')
    ledger.close()
    const wanted = [
      'TillgateCredentialsRefused',
      'TillgateLedgerUnavailable',
      'TillgatePaymentNeedsReview',
      'TillgateUpstreamRateLimited',
    ]
    const firing = () => prometheus.firing()
    await expect.poll(firing, { timeout: 30_000, interval: 500 }).toEqual(expect.arrayContaining(wanted))

    service.child.kill('SIGTERM')
    await expect.poll(firing, { timeout: 30_000, interval: 500 }).toContain('TillgateDown')
  })
})
