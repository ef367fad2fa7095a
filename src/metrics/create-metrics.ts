import { Registry } from 'prom-client'
import type { ObserveReconciliation } from '../services/reconciliation-events.ts'
import { createReconciliationMetrics } from './reconciliation-metrics.ts'

/** Everything that is counted, and the one page on which it is read. */
export interface Metrics {
  readonly observeReconciliation: ObserveReconciliation
  /** All metrics in Prometheus' text format. */
  scrape(): Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  return {
    observeReconciliation: createReconciliationMetrics(registry),
    scrape: () => registry.metrics(),
  }
}
