import type { Registry } from 'prom-client'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { PaymentsApi } from '../clients/bigcommerce/payments-api.ts'
import type { PaymentOutcome } from '../domain/payment-outcome.ts'
import { Problem } from '../domain/problem.ts'
import { createDurations } from './durations.ts'

/** Times the calls on BigCommerce's two hosts. Each function gives back what it is given, timed. */
export interface UpstreamMetrics {
  /** With what the tries and pauses of a read take together; the result is `answered` or the problem's code. */
  timeManagement(api: ManagementApi): ManagementApi
  /** The result is what the charge came to, or why that is not known. */
  timePayments(api: PaymentsApi): PaymentsApi
}

const reads = ['getOrder', 'listPaymentMethods', 'listTransactions', 'createPaymentAccessToken']
/**
 * What an alert waits for is there from the start, at 0: Prometheus sees no rise in a series that begins with its first
 * event, and would be silent until the second.
 */
const alarming = [
  ...reads.flatMap((operation) =>
    ['upstream_refused', 'upstream_busy'].map((result) => ({ operation, result })),
  ),
  { operation: 'processPayment', result: 'rate_limited' },
]

export function createUpstreamMetrics(registry: Registry): UpstreamMetrics {
  const durations = createDurations(registry, {
    name: 'tillgate_upstream_call_duration_seconds',
    help: "Calls on BigCommerce, by operation and what came of them; a read's tries count as one.",
    labelNames: ['operation', 'result'],
  })

  for (const labels of alarming) durations.zero(labels)

  async function timed<T>(operation: string, work: Promise<T>, resultOf: (value: T) => string): Promise<T> {
    const stop = durations.startTimer({ operation })
    try {
      const value = await work
      stop({ result: resultOf(value) })
      return value
    } catch (error) {
      stop({ result: error instanceof Problem ? error.code : 'internal_error' })
      throw error
    }
  }
  const answered = () => 'answered'

  return {
    timeManagement: (api) => ({
      getOrder: (...args) => timed('getOrder', api.getOrder(...args), answered),
      listPaymentMethods: (...args) => timed('listPaymentMethods', api.listPaymentMethods(...args), answered),
      listTransactions: (...args) => timed('listTransactions', api.listTransactions(...args), answered),
      createPaymentAccessToken: (...args) =>
        timed('createPaymentAccessToken', api.createPaymentAccessToken(...args), answered),
    }),
    timePayments: (api) => ({
      processPayment: (...args) => timed('processPayment', api.processPayment(...args), resultOfCharge),
    }),
  }
}

const resultOfCharge = (outcome: PaymentOutcome) => ('reason' in outcome ? outcome.reason : outcome.kind)
