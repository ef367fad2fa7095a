import { Registry } from 'prom-client'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { GateStanding } from '../clients/bigcommerce/management-gate.ts'
import type { PaymentsApi } from '../clients/bigcommerce/payments-api.ts'
import type { WatchConnections } from '../domain/connection-counts.ts'
import type { ObserveReconciliation } from '../services/reconciliation-events.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { createConnectionMetrics } from './connection-metrics.ts'
import { createGateMetrics } from './gate-metrics.ts'
import { createHttpMetrics, type ObserveRequest } from './http-metrics.ts'
import { createLedgerMetrics, type LedgerMetricsOptions } from './ledger-metrics.ts'
import { createPaymentMetrics, type PaymentMetrics } from './payment-metrics.ts'
import { createPermitMetrics, type PermitMetrics } from './permit-metrics.ts'
import { createPhaseMetrics } from './phase-metrics.ts'
import { createProcessMetrics } from './process-metrics.ts'
import { createReconciliationMetrics } from './reconciliation-metrics.ts'
import { createUpstreamMetrics } from './upstream-metrics.ts'

/**
 * Everything that is counted, and the one page on which it is read. Parts are counted by putting a wrapper of the same
 * shape around them (decision 0015), so that none of them knows.
 */
export interface Metrics extends Pick<PaymentMetrics, 'countAnswers' | 'countEnds'>, PermitMetrics {
  watchManagement(api: ManagementApi): ManagementApi
  watchCharges(api: PaymentsApi): PaymentsApi
  watchStore(attempts: PaymentAttempts): PaymentAttempts
  watchConnections(pool: 'database' | 'management'): WatchConnections
  watchGate(standing: () => GateStanding): void
  watchLedger(options: LedgerMetricsOptions): void
  /** Once for a process: these are its own, whatever else it does. */
  watchProcess(version: string): void
  readonly observeReconciliation: ObserveReconciliation
  readonly observeRequest: ObserveRequest
  readonly contentType: string
  /** All metrics in Prometheus' text format. */
  scrape(): Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const { countAnswers, countEnds, learnMethods } = createPaymentMetrics(registry)
  const phases = createPhaseMetrics(registry)
  const { timed } = phases
  const upstream = createUpstreamMetrics(registry)

  return {
    countAnswers,
    countEnds,
    ...createPermitMetrics(registry, phases),
    watchManagement(plain) {
      const api = learnMethods(upstream.timeManagement(plain))
      return { ...api, createPaymentAccessToken: timed('pat', api.createPaymentAccessToken) }
    },
    watchCharges: (api) => ({ processPayment: timed('charge', upstream.timePayments(api).processPayment) }),
    watchStore: (attempts) => ({
      ...attempts,
      findByKey: timed('store', attempts.findByKey),
      findByOrder: timed('store', attempts.findByOrder),
      claim: timed('store', attempts.claim),
      markSending: timed('store', attempts.markSending),
      settle: timed('store', attempts.settle),
    }),
    watchConnections: createConnectionMetrics(registry),
    watchGate: (standing) => createGateMetrics(registry, standing),
    watchLedger: (options) => createLedgerMetrics(registry, options),
    watchProcess: (version) => createProcessMetrics(registry, version),
    observeReconciliation: createReconciliationMetrics(registry),
    observeRequest: createHttpMetrics(registry),
    contentType: registry.contentType,
    scrape: () => registry.metrics(),
  }
}
