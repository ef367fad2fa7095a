import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Clock } from '../domain/clock.ts'
import type { Verdict } from '../domain/evidence.ts'
import type { OrderReading } from '../domain/order.ts'
import { keptAnswer } from '../domain/payment-answer.ts'
import type { AttemptStatus, OrderAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { Log } from '../logging/log-entry.ts'
import type { Concluded } from '../stores/conclude-look.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import { lookAtOrder, lookContext } from './look-at-order.ts'
import { weighLook } from './weigh-look.ts'

/**
 * What reconciliation does, for what counts it.
 *
 * - `looked`: BigCommerce was read, and this is what it proves.
 * - `look_failed`: nothing could be read or written; the attempt is looked at again later.
 * - `look_put_off`: BigCommerce's quota was needed for shoppers; the attempt is looked at when there is room.
 * - `needs_review`: the service has looked for long enough; now a person must decide.
 * - `duplicate_charge`: an order shows more charges than it should. `late_charge`: one that shows after another end was told.
 *   Both are told at least once for each payment.
 */
export type ReconciliationEvent =
  | { readonly kind: 'looked'; readonly found: Verdict['kind'] }
  | {
      readonly kind: 'look_failed' | 'look_put_off' | 'needs_review' | 'duplicate_charge' | 'late_charge'
    }
  | { readonly kind: 'settled'; readonly from: AttemptStatus; readonly to: AttemptStatus }

/**
 * Looks at BigCommerce for what became of an attempt, and writes what the evidence says. Only reads: it never tests a charge
 * by sending it again. Never throws; if something cannot be read now, it looks again later.
 *
 * @returns what happened, so that it can be counted.
 */
export type ReconcileAttempt = (attempt: OrderAttempt) => Promise<Events>

type Events = readonly ReconciliationEvent[]

export interface ReconcileAttemptDependencies {
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listTransactions'>
  readonly unsettled: Pick<UnsettledAttempts, 'putOff' | 'conclude'>
  readonly now: Clock
  readonly log: Log
}

/** Where BigCommerce is busy and does not say for how long. */
const putOffSecondsMin = 1

export function createReconcileAttempt(dependencies: ReconcileAttemptDependencies): ReconcileAttempt {
  const { managementApi, unsettled, now, log } = dependencies

  return async function reconcileAttempt(attempt) {
    const lookedFromMs = now()
    try {
      const reading = await read(attempt)
      if (reading === 'busy') return [{ kind: 'look_put_off' }]
      const concluded = await unsettled.conclude(
        attempt.id,
        (present, others) => weighLook({ attempt: present, reading, others, lookedFromMs, nowMs: now() }),
        keptAnswer,
        lookedFromMs,
      )
      return [seen(concluded.weighed.verdict, reading), ...tell(concluded)]
    } catch (err) {
      // The lease ends, and the attempt is due again.
      log.warn({ paymentId: attempt.id, orderId: attempt.orderId, err }, 'reconciliation look failed')
      return [{ kind: 'look_failed' }]
    }
  }

  /** @returns null if nothing could be read; `busy` if the look was put off for shoppers, which does not count as a look. */
  async function read(attempt: OrderAttempt): Promise<OrderReading | null | 'busy'> {
    const { id: paymentId, orderId } = attempt
    try {
      const reading = await lookAtOrder(
        managementApi,
        orderId,
        lookContext(attempt, { caller: 'reconciliation', purpose: 'reconciling', log }),
      )
      for (const err of reading.failures) log.warn({ paymentId, orderId, err }, 'reconciliation look failed')
      return reading.failures.length === 2 ? null : reading
    } catch (err) {
      if (err instanceof Problem && err.code === 'upstream_busy') {
        const forMs = 1000 * (err.options.retryAfterSeconds ?? putOffSecondsMin)
        await unsettled.putOff(paymentId, now() + forMs)
        return 'busy'
      }
      log.warn({ paymentId, orderId, err }, 'reconciliation look failed')
      return null
    }
  }

  function tell({ before, after, weighed, isNewlyUnaccounted }: Concluded): ReconciliationEvent[] {
    const { id: paymentId, orderId } = after
    const { verdict, alert } = weighed
    const events: ReconciliationEvent[] = []
    if (alert) {
      events.push({ kind: alert })
      const charges = verdict?.kind === 'charged' ? verdict.charges : 1
      const said = alert === 'duplicate_charge' ? 'duplicate charge detected' : 'late charge detected'
      log.error({ paymentId, orderId, charges }, said)
    }
    // If there are too many charges, the line above has said so.
    if (isNewlyUnaccounted && alert === null) log.error({ paymentId, orderId }, 'unaccounted charge detected')
    if (after.status === before.status) return events
    if (after.status === 'needs_review') {
      events.push({ kind: 'needs_review' })
      log.error({ paymentId, orderId }, 'payment needs review')
    }
    const to = { to: after.status, code: after.problemCode }
    log.info({ paymentId, orderId, from: before.status, ...to }, 'payment reconciled')
    return [...events, { kind: 'settled', from: before.status, to: after.status }]
  }
}

/** A partial reading without a sign of a charge does not count as a look. */
const seen = (verdict: Verdict | null, reading: OrderReading | null): ReconciliationEvent =>
  verdict === null || (verdict.kind === 'unclear' && !reading?.isWhole)
    ? { kind: 'look_failed' }
    : { kind: 'looked', found: verdict.kind }
