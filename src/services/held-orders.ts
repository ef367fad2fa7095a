import type { Caller } from '../domain/caller.ts'
import type { KnownKey } from '../domain/idempotency-key.ts'
import { ASK_AGAIN_SECONDS, answerOf, locationOf, type PaymentAnswer } from '../domain/payment-answer.ts'
import { isRunning, type PaymentAttempt } from '../domain/payment-attempt.ts'
import type { PaymentRequest } from '../domain/payment-command.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Claim } from '../stores/claim-attempt.ts'

export interface PaidOrder extends PaymentAnswer {
  /** Whether this is the answer that an earlier request with the same key was given. */
  readonly isReplay: boolean
}

/** Pays what a command names: an order or a checkout. */
export type Pay<Command> = (command: Command, context: RequestContext) => Promise<PaidOrder>

/** Paid, and by whom. */
export interface PaidBy extends PaidOrder {
  /** The customer named by the token of the key's first request; null for none. */
  readonly customerId: number | null
}

/**
 * The answer to a key that is in use: a final one as it was given, else how the payment stands now.
 *
 * @throws Problem `idempotency_key_reused` for another request, `request_in_progress` while the first one runs.
 */
export function replay({ fingerprint, attempt, answer }: KnownKey, wanted: string, nowMs: number): PaidBy {
  if (fingerprint !== wanted) throw new Problem('idempotency_key_reused')
  const { customerId } = attempt
  if (answer) return { ...answer, isReplay: true, customerId }
  if (isRunning(attempt.status)) throw new Problem('request_in_progress', askAgainAt(attempt))
  return { ...answerOf(attempt, nowMs), isReplay: false, customerId }
}

interface Asked {
  readonly caller: Caller
  readonly payment: PaymentRequest
}

/**
 * Pays, and stores the card only for the customer whom the token names; a trusted server is responsible for its own shoppers. If the
 * request asked to store the card and it was not stored, the answer says so.
 *
 * @param pay takes the command as it is to be paid.
 */
export async function savingWhereAllowed<Command extends Asked>(
  asked: Command,
  pay: (command: Command) => Promise<PaidBy>,
): Promise<PaidOrder> {
  const { caller } = asked
  const { save_instrument: isAsked, ...payment } = asked.payment
  const isSavedByServer = caller.access.kind === 'any'
  const mayAsk = isSavedByServer || caller.customerId !== null
  const { customerId, ...paid } = await pay(isAsked && !mayAsk ? { ...asked, payment } : asked)
  // The token of a replay may name a customer although that of the payment named none.
  return isAsked && !isSavedByServer && customerId === null ? tellNotSaved(paid) : paid
}

function tellNotSaved(paid: PaidOrder): PaidOrder {
  if (!('data' in paid.body)) return paid
  const meta = { ...paid.body.meta, instrument_saved: false, instrument_saved_detail: notSaved } as const
  return { ...paid, body: { ...paid.body, meta } }
}

const notSaved =
  'The instrument was not stored: the caller token names no customer to store it for (customer_id). The payment does not depend on that.'

/** @throws Problem why an order cannot be claimed now. */
export function refuseClaim(
  claim: Exclude<Claim, { readonly kind: 'claimed' | 'known' }>,
  context: RequestContext,
): never {
  switch (claim.kind) {
    case 'fenced':
      throw fencedBy(claim.by)
    case 'charged_otherwise':
      throw new Problem('order_already_paid')
    case 'checkout':
      throw heldByCheckout(claim.standing)
    case 'blocked':
      context.log.warn({}, 'payment refused after too many failed attempts')
      throw new Problem('velocity_blocked', { retryAfterSeconds: claim.retryAfterSeconds })
    default:
      return claim satisfies never
  }
}

/** Why the order cannot be paid now: another attempt holds it. */
export const fencedBy = (attempt: PaymentAttempt): Problem =>
  attempt.status === 'succeeded'
    ? new Problem('order_already_paid', whereItStands(attempt))
    : new Problem('order_payment_in_progress', askAgainAt(attempt))

/** The order is paid: by a payment of ours, which is told, or elsewhere. */
export function alreadyPaid(orderId: number, payments: readonly PaymentAttempt[]): Problem {
  const paid = payments.find((payment) => payment.orderId === orderId && payment.status === 'succeeded')
  return paid ? fencedBy(paid) : new Problem('order_already_paid')
}

/** Says nothing about the other order, which the caller may not be allowed to see. */
export const heldByCheckout = (standing: 'busy' | 'paid'): Problem =>
  standing === 'paid'
    ? new Problem('order_not_payable', {
        detail: 'Another order of the same checkout has been paid, so this one is not charged.',
      })
    : new Problem('order_payment_in_progress', {
        detail: 'Another order of the same checkout is being paid. Do not pay again.',
        retryAfterSeconds: ASK_AGAIN_SECONDS,
      })

const askAgainAt = (attempt: PaymentAttempt) => ({
  ...whereItStands(attempt),
  retryAfterSeconds: ASK_AGAIN_SECONDS,
})

/** Told only to callers who may pay the order, and so may see every attempt on it. */
const whereItStands = ({ id }: PaymentAttempt) => ({ paymentId: id, location: locationOf(id) })
