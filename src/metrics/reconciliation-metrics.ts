import { Counter, type Registry } from 'prom-client'
import type { ReconcileAttempt, ReconciliationEvent } from '../services/reconcile-attempt.ts'
import { measured } from './calls.ts'

/** The same function, whose events are counted. */
export type MeasureReconciliation = (reconcileAttempt: ReconcileAttempt) => ReconcileAttempt

/** Counts what reconciliation does. A counter that wakes a person begins at 0, or Prometheus would not see its first rise. */
export function createReconciliationMetrics(registry: Registry): MeasureReconciliation {
  const registers = [registry]
  const looks = new Counter({
    name: 'tillgate_reconciliation_looks_total',
    help: 'Looks at BigCommerce for lost payments, by what they proved.',
    labelNames: ['verdict'],
    registers,
  })
  looks.inc({ verdict: 'failed' }, 0)
  const settled = new Counter({
    name: 'tillgate_reconciled_payments_total',
    help: 'Payments whose end was found later, by status before and after.',
    labelNames: ['from', 'to'],
    registers,
  })
  const needsReview = new Counter({
    name: 'tillgate_needs_review_total',
    help: 'Payments that a person must look at.',
    registers,
  })
  const duplicates = new Counter({
    name: 'tillgate_duplicate_charge_detected_total',
    help: 'Orders with more charges than payments.',
    registers,
  })
  const late = new Counter({
    name: 'tillgate_late_charge_detected_total',
    help: 'Charges that showed after another end had been told.',
    registers,
  })

  function count(event: ReconciliationEvent) {
    switch (event.kind) {
      case 'looked':
        return looks.inc({ verdict: event.found })
      case 'look_failed':
        return looks.inc({ verdict: 'failed' })
      case 'look_put_off':
        return looks.inc({ verdict: 'put_off' })
      case 'settled':
        return settled.inc({ from: event.from, to: event.to })
      case 'needs_review':
        return needsReview.inc()
      case 'duplicate_charge':
        return duplicates.inc()
      case 'late_charge':
        return late.inc()
      default:
        return event satisfies never
    }
  }

  return (reconcileAttempt) =>
    measured(reconcileAttempt, ({ result }) => {
      if (result.status === 'fulfilled') result.value.forEach(count)
    })
}
