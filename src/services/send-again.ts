import type { WaitingPayment } from '../allowance/permits.ts'
import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { PaymentsApi } from '../clients/bigcommerce/payments-api.ts'
import { judge } from '../domain/evidence.ts'
import { showsUnaccounted } from '../domain/foreign-charge.ts'
import type { OrderAttempt } from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import type { PaymentOutcome, TurnedAway } from '../domain/payment-outcome.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { lookAtOrder } from './look-at-order.ts'
import type { PreparedPayment } from './prepare-payment.ts'

export interface SendAgainDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByOrder' | 'markSendingAgain'>
  readonly managementApi: Pick<ManagementApi, 'getOrder' | 'listTransactions'>
  readonly paymentsApi: PaymentsApi
}

/** A payment whose charge was turned away. */
export interface TurnedAwayPayment {
  /** As it is on record: being sent, with the amount of its PAT. */
  readonly attempt: OrderAttempt
  readonly command: PaymentCommand
  readonly waiting: WaitingPayment
  readonly context: RequestContext
}

/**
 * Sends a charge that BigCommerce refused with 429 once more, with the same PAT, if the payment may still wait. A proxy may have
 * made a copy of the charge that BigCommerce took, so we first make a complete look and go on only if it shows nothing.
 *
 * @returns the first answer where it cannot be sent again: looks over the next minute settle it then.
 */
export type SendAgain = (
  payment: TurnedAwayPayment,
  prepared: PreparedPayment,
  first: TurnedAway,
) => Promise<PaymentOutcome>

export function createSendAgain({ attempts, managementApi, paymentsApi }: SendAgainDependencies): SendAgain {
  /** Whether a complete look at BigCommerce shows no sign of this attempt, and no charge of anyone else. What cannot be read may hide one. */
  async function showsNothing(attempt: OrderAttempt, context: RequestContext): Promise<boolean> {
    try {
      const reading = await lookAtOrder(managementApi, attempt.orderId, context)
      // Read after the look, so that payments which were found to be paid meanwhile count.
      const all = await attempts.findByOrder(attempt.orderId)
      const own = all.find(({ id }) => id === attempt.id)
      if (!own) return false
      const others = all.filter((each) => each !== own)
      const sinceMs = own.sentAtMs ?? own.createdAtMs
      const isPaid = ({ status, endedAtMs }: OrderAttempt) =>
        status === 'succeeded' && (endedAtMs ?? sinceMs) >= sinceMs
      const verdict = judge(own, reading, others)
      return (
        verdict.kind === 'absent' &&
        !verdict.isPaidOtherwise &&
        !others.some(isPaid) &&
        !showsUnaccounted(reading, all)
      )
    } catch {
      return false
    }
  }

  return async function sendAgain(payment, prepared, first) {
    const { attempt, command, waiting, context } = payment
    const { id: paymentId, orderId } = attempt
    const forMs = first.retryAfterSeconds * 1000
    context.log.warn({ paymentId, orderId, forMs }, 'charge refused with 429')
    if (!(await waiting.turnedAway(forMs))) return first
    const permit = await waiting.takePermit().catch(() => null)
    if (!permit) return first
    try {
      if (!(await attempts.markSendingAgain(paymentId).catch(() => false))) return first
      if (!(await showsNothing(attempt, context))) return first
      return afterSecond(
        first,
        await paymentsApi.processPayment(prepared.paymentAccessToken, command.payment, context, permit),
      )
    } finally {
      permit.giveBack()
    }
  }
}

/** The answer to the second sending counts only if it says what happened. Otherwise we know as little as after the first. */
function afterSecond(first: TurnedAway, second: PaymentOutcome): PaymentOutcome {
  switch (second.kind) {
    case 'succeeded':
    case 'pending':
    case 'turned_away':
      return second
    case 'not_sent':
      return first
    case 'declined':
      return {
        kind: 'unknown',
        reason: 'unrecognised_answer',
        bigcommerceCode: second.refusal.by === 'code' ? second.refusal.bigcommerceCode : null,
      }
    case 'unknown': {
      const { kind, reason, bigcommerceCode } = second
      return { kind, reason, bigcommerceCode }
    }
    default:
      return second satisfies never
  }
}
