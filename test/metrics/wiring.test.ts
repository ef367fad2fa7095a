import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createManagementApi } from '../../src/clients/bigcommerce/management-api.ts'
import { Problem } from '../../src/domain/problem.ts'
import { createMetrics } from '../../src/metrics/create-metrics.ts'

const linesOf = async (metrics: ReturnType<typeof createMetrics>) => (await metrics.scrape()).split('\n')

/** A management API with one call more, of which no other line of the service knows. */
function withOneMore() {
  const plain = createManagementApi({
    call: async () => ({ status: 404, headers: {}, json: null }),
    close: async () => {},
  })
  return { ...plain, addedYesterday: async (orderId: number) => orderId + 1 }
}

test('a call that is added to the management API is timed, and its alarming results are there from the start', async () => {
  const metrics = createMetrics()
  const api = metrics.management(withOneMore())
  expect(await api.addedYesterday(1)).toBe(2)
  expect(await linesOf(metrics)).toEqual(
    expect.arrayContaining([
      'tillgate_upstream_call_duration_seconds_count{operation="addedYesterday",result="answered"} 1',
      'tillgate_upstream_call_duration_seconds_count{operation="addedYesterday",result="upstream_refused"} 0',
      'tillgate_upstream_call_duration_seconds_count{operation="addedYesterday",result="upstream_busy"} 0',
    ]),
  )
})

test('a method or a subject that is added to the ledger is timed, however its calls end', async () => {
  const metrics = createMetrics()
  const ledger = metrics.ledger({
    attempts: {
      addedYesterday: async (word: string) => `${word}!`,
      addedToday: async () => {
        throw new Problem('store_unavailable')
      },
    },
    refunds: { addedLast: async () => 1 },
  })
  expect(await ledger.attempts.addedYesterday('done')).toBe('done!')
  await expect(ledger.attempts.addedToday()).rejects.toMatchObject({ code: 'store_unavailable' })
  await ledger.refunds.addedLast()
  expect(await linesOf(metrics)).toEqual(
    expect.arrayContaining([
      'tillgate_ledger_call_duration_seconds_count{operation="addedYesterday",result="done"} 1',
      'tillgate_ledger_call_duration_seconds_count{operation="addedToday",result="store_unavailable"} 1',
      'tillgate_ledger_call_duration_seconds_count{operation="addedLast",result="done"} 1',
      'tillgate_payment_phase_duration_seconds_count{phase="store"} 3',
    ]),
  )
})

test('what the background loop asks the ledger is timed too, but is no step of a payment', async () => {
  const metrics = createMetrics()
  const ledger = metrics.ledger({ unsettled: { lease: async () => [] } })
  await ledger.unsettled.lease()
  const lines = await linesOf(metrics)
  expect(lines).toContain('tillgate_ledger_call_duration_seconds_count{operation="lease",result="done"} 1')
  expect(lines.join()).not.toContain('phase="store"')
})

test('the composition measures the ledger and both hosts where it makes them, so that nothing gets them unmeasured', () => {
  const compose = readFileSync(join(import.meta.dirname, '../../src/compose.ts'), 'utf8')
  const made = [
    ...compose.matchAll(/^import \{([^}]*)\} from '\.\/(?:stores|clients\/bigcommerce)\/[^']*'/gm),
  ]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => /^create(PaymentAttempts|UnsettledAttempts|VelocityHolds|Ledger|\w+Api)$/.test(name))
  expect(made.length).toBeGreaterThan(2)
  for (const name of made) {
    const calls = [...compose.matchAll(new RegExp(`\\b${name}\\(`, 'g'))]
    expect([name, calls.length]).toEqual([name, 1])
    const [statement = ''] = compose
      .slice(0, calls[0]?.index)
      .split(/^ {2}(?=const )/m)
      .slice(-1)
    expect([name, statement]).toEqual([
      name,
      expect.stringMatching(/ = metrics\.(ledger|management|charges)\(\s*$|metrics\.ledger\(\{/),
    ])
  }
})
