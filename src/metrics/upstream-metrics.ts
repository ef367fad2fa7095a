import { Counter, Gauge, type Registry } from 'prom-client'
import type { CheckoutsApi } from '../clients/bigcommerce/checkouts-api.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { GateStanding } from '../clients/bigcommerce/management-gate.ts'
import type { PaymentsApi } from '../clients/bigcommerce/payments-api.ts'
import type { PaymentOutcome } from '../domain/payment-outcome.ts'
import { PURPOSES } from '../request-context.ts'
import { createDurations, measuredPart, type ObservePhase, resultOf } from './calls.ts'

export interface UpstreamMetrics {
  /** The same calls, timed with their tries and pauses; the result is `answered` or the problem's code. */
  management<Api extends ManagementApi | CheckoutsApi>(api: Api): Api
  /** The same call, timed; the result is what the charge came to, or why that is not known. */
  charges<Api extends PaymentsApi>(api: Api): Api
}

export interface UpstreamMetricsOptions {
  readonly observePhase: ObservePhase
  /** Is told which payment methods BigCommerce names. */
  readonly methods: KnownMethods
}

/** Results that an alert waits for. */
const alarming = { management: ['upstream_refused', 'upstream_busy'], charges: ['rate_limited'] }

/** Times the calls on BigCommerce's two hosts, each under the name of its method. */
export function createUpstreamMetrics(registry: Registry, options: UpstreamMetricsOptions): UpstreamMetrics {
  const { observePhase, methods } = options
  const durations = createDurations(registry, {
    name: 'tillgate_upstream_call_duration_seconds',
    help: 'Calls on BigCommerce, by operation and result. All tries of a call count as one.',
    labelNames: ['operation', 'result'],
  })
  const leftOut = new Counter({
    name: 'tillgate_payment_methods_left_out_total',
    help: 'Payment methods and instruments that BigCommerce listed in a form that could not be understood.',
    registers: [registry],
  })
  /** These series begin at 0: Prometheus sees no rise in one that begins with its first event. */
  function beginAtZero(api: object, results: readonly string[]): void {
    for (const operation of Object.keys(api)) {
      for (const result of results) durations.zero({ operation, result })
    }
  }

  return {
    management(api) {
      beginAtZero(api, alarming.management)
      // Whichever of the two it is, its calls are among those of both.
      const either = api as unknown as ManagementApi & CheckoutsApi
      return measuredPart(either, (call) => {
        const { operation, seconds, result } = call
        durations.observe({ operation, result: resultOf(result, 'answered') }, seconds)
        if (operation === 'createPaymentAccessToken') observePhase('pat', seconds)
        const isList = call.operation === 'listPaymentMethods' || call.operation === 'listCheckoutMethods'
        if (!isList || call.result.status !== 'fulfilled' || !call.result.value) return
        const { methods: listed, leftOut: count } = call.result.value
        methods.learn(listed.map(({ id }) => id))
        leftOut.inc(count)
      }) as unknown as typeof api
    },
    charges(api) {
      const { processPayment } = api
      beginAtZero({ processPayment }, alarming.charges)
      const measured = measuredPart({ processPayment }, ({ operation, seconds, result }) => {
        const done = result.status === 'fulfilled' ? wordOf(result.value) : ''
        durations.observe({ operation, result: resultOf(result, done) }, seconds)
        observePhase('charge', seconds)
      })
      return { ...api, ...measured }
    },
  }
}

const wordOf = (outcome: PaymentOutcome) => ('reason' in outcome ? outcome.reason : outcome.kind)

/** More payment methods than any store has. */
const methodsMax = 30

/** Turns the payment methods that callers name into labels. What a caller makes up never becomes one. */
export interface KnownMethods {
  /** BigCommerce has named these methods itself, or has taken a payment by them. */
  learn(paymentMethodIds: readonly string[]): void
  /** @returns the method, or `other` for one that BigCommerce has not named yet. */
  labelOf(paymentMethodId: string): string
}

export function createKnownMethods(): KnownMethods {
  const known = new Set<string>()
  return {
    learn(paymentMethodIds) {
      for (const id of paymentMethodIds) if (known.size < methodsMax) known.add(id)
    },
    labelOf: (paymentMethodId) => (known.has(paymentMethodId) ? paymentMethodId : 'other'),
  }
}

/** Shows at each scrape how the quota of management calls stands. */
export function showGate(registry: Registry, standing: () => GateStanding): void {
  const registers = [registry]
  new Gauge({
    name: 'tillgate_management_quota_left',
    help: 'Calls of the management quota that remain in this window, as this instance last heard.',
    registers,
    collect() {
      const { remaining } = standing()
      if (remaining === null) this.remove()
      else this.set(remaining)
    },
  })
  new Gauge({
    name: 'tillgate_management_calls_waiting',
    help: 'Calls on the management host that wait at this instance, by what they are for.',
    labelNames: ['purpose'],
    registers,
    collect() {
      const { waiting } = standing()
      for (const purpose of PURPOSES) this.set({ purpose }, waiting[purpose])
    },
  })
}
