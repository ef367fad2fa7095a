import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Clock } from '../domain/clock.ts'
import { judge, type Verdict } from '../domain/evidence.ts'
import { keptAnswer } from '../domain/payment-answer.ts'
import {
  type AttemptStatus,
  mayBecome,
  type PaymentAttempt,
  type Settlement,
} from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { Log } from '../logging/log-entry.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import { lookAtOrder } from './look-at-order.ts'
import { isDueForReview, isPastStarting, nextLookAtMs, quietForMs, quietLooksMin } from './look-schedule.ts'

/**
 * Looks up at BigCommerce what became of an attempt, and settles it if the evidence is good enough. It only reads: it never sends
 * a charge again to find out. Never throws; what cannot be read now is read later.
 *
 * @returns what happened, so that it can be counted.
 */
export type ReconcileAttempt = (attempt: PaymentAttempt) => Promise<Events>

type Events = readonly ReconciliationEvent[]

/**
 * What one call of `reconcileAttempt` did, to be counted.
 *
 * - `looked`: the order and its transactions were read, and this is what they prove; `no_order` when there is none.
 * - `look_failed`: something could not be read or written; the attempt is looked at again later.
 * - `look_put_off`: BigCommerce's quota was needed for shoppers; the attempt is looked at when there is room.
 * - `needs_review`: the service has looked long enough, and a person must. At least once for each payment.
 * - `duplicate_charge`: an order shows more charges than its payments account for. At least once for each payment.
 */
export type ReconciliationEvent =
  | { readonly kind: 'looked'; readonly found: Verdict['kind'] | 'no_order' }
  | { readonly kind: 'look_failed' | 'look_put_off' | 'needs_review' | 'duplicate_charge' }
  | { readonly kind: 'settled'; readonly from: AttemptStatus; readonly to: AttemptStatus }

export interface ReconcileAttemptDependencies {
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listTransactions'>
  readonly attempts: Pick<PaymentAttempts, 'settle'>
  readonly unsettled: Pick<UnsettledAttempts, 'postpone' | 'putOff' | 'priorOutcomes'>
  readonly now: Clock
  readonly log: Log
}

/** When BigCommerce is busy and does not say for how long. */
const putOffSecondsMin = 1

export function createReconcileAttempt(dependencies: ReconcileAttemptDependencies): ReconcileAttempt {
  const { managementApi, attempts, unsettled, now, log } = dependencies

  return async function reconcileAttempt(attempt) {
    try {
      const verdict = await look(attempt)
      const after = await (verdict === null ? postpone(attempt) : conclude(attempt, verdict))
      return [{ kind: 'looked', found: verdict?.kind ?? 'no_order' }, ...after]
    } catch (err) {
      if (err instanceof Problem && err.code === 'upstream_busy') return putOff(attempt, err)
      log.warn({ paymentId: attempt.id, err }, 'reconciliation look failed')
      // If this fails as well, the lease ends and the attempt is due again.
      await unsettled.postpone(attempt.id, nextLookAtMs(attempt, now()), attempt.quiet).catch(() => {})
      return [{ kind: 'look_failed' }]
    }
  }

  async function look(attempt: PaymentAttempt): Promise<Verdict | null> {
    const context = contextOf(attempt, log)
    const [reading, prior] = await Promise.all([
      lookAtOrder(managementApi, attempt.orderId, context),
      unsettled.priorOutcomes(attempt),
    ])
    const verdict = judge(attempt, { ...reading, prior })
    if (verdict.kind !== 'unclear' || reading.isWhole) return verdict
    // A partial reading without a sign of a charge is no look at all.
    if (reading.order === null && reading.failures.length === 0) return null
    throw reading.failures[0] ?? new Problem('upstream_unusable')
  }

  /** Gives way to shoppers' calls. There was no look, so none is counted, and the pauses do not grow. */
  async function putOff(attempt: PaymentAttempt, { options }: Problem): Promise<Events> {
    const forMs = 1000 * (options.retryAfterSeconds ?? putOffSecondsMin)
    await unsettled.putOff(attempt.id, now() + forMs).catch(() => {})
    return [{ kind: 'look_put_off' }]
  }

  async function conclude(attempt: PaymentAttempt, verdict: Verdict): Promise<Events> {
    switch (verdict.kind) {
      case 'charged': {
        const isDuplicate = verdict.charges > 1
        if (isDuplicate) {
          log.error({ paymentId: attempt.id, charges: verdict.charges }, 'duplicate charge detected')
        }
        const settled = await settle(attempt, {
          status: 'succeeded',
          transactionType: verdict.transactionType,
        })
        return isDuplicate ? [{ kind: 'duplicate_charge' }, ...settled] : settled
      }
      case 'declined':
        return settle(attempt, { status: 'declined', problemCode: 'payment_declined' })
      case 'pending':
        return attempt.status === 'unknown'
          ? settle(attempt, { status: 'pending' })
          : postpone({ ...attempt, quiet: null })
      case 'seems_declined':
        return countQuietLook(attempt, { status: 'declined', problemCode: 'payment_declined' })
      case 'untouched':
        return countQuietLook(attempt, { status: 'not_charged', problemCode: 'payment_not_charged' })
      case 'unclear':
        return postpone({ ...attempt, quiet: null })
      default:
        return verdict satisfies never
    }
  }

  /** Settles only when no charge can begin any more, and none has shown for long enough. */
  async function countQuietLook(attempt: PaymentAttempt, end: Settlement): Promise<Events> {
    const nowMs = now()
    if (!isPastStarting(attempt, nowMs)) return postpone(attempt)
    const quiet = { looks: (attempt.quiet?.looks ?? 0) + 1, sinceMs: attempt.quiet?.sinceMs ?? nowMs }
    const isProven = quiet.looks >= quietLooksMin && nowMs - quiet.sinceMs >= quietForMs
    return isProven && mayBecome(attempt.status, end.status)
      ? settle(attempt, end)
      : postpone({ ...attempt, quiet })
  }

  /** Time alone never turns an unknown payment into a failed one. After a week a person must look. */
  async function postpone(attempt: PaymentAttempt): Promise<Events> {
    const nowMs = now()
    if (attempt.status !== 'needs_review' && isDueForReview(attempt, nowMs)) {
      log.error({ paymentId: attempt.id, orderId: attempt.orderId }, 'payment needs review')
      return [{ kind: 'needs_review' }, ...(await settle(attempt, { status: 'needs_review' }))]
    }
    const next = attempt.status === 'needs_review' ? null : nextLookAtMs(attempt, nowMs)
    await unsettled.postpone(attempt.id, next, attempt.quiet)
    return []
  }

  async function settle(attempt: PaymentAttempt, settlement: Settlement): Promise<Events> {
    const settled = await attempts.settle(attempt.id, settlement, keptAnswer)
    log.info({ paymentId: attempt.id, from: attempt.status, to: settled.status }, 'payment reconciled')
    return [{ kind: 'settled', from: attempt.status, to: settled.status }]
  }
}

/** BigCommerce sees the look under the correlation id of the payment. */
const contextOf = (attempt: PaymentAttempt, log: Log): RequestContext => ({
  requestId: attempt.requestId,
  correlationId: attempt.correlationId,
  shopperAddress: null,
  purpose: 'reconciling',
  log,
})
