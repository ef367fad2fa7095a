import type { Permits } from '../allowance/permits.ts'
import type { Caller } from '../domain/caller.ts'
import type { Clock } from '../domain/clock.ts'
import { fingerprintOf, isFreeAgain, type KeyScope } from '../domain/idempotency-key.ts'
import type { NewAttempt } from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../domain/payment-instrument.ts'
import type { RequestContext } from '../request-context.ts'
import type { Claim } from '../stores/claim-attempt.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { type AuthorizedPayment, type AuthorizePayment, maySeeAttempt } from './authorize-order.ts'
import type { VelocityGate } from './card-testing.ts'
import type { ChargeAttempt } from './charge-attempt.ts'
import { type PaidBy, type PaidOrder, refuseClaim, replay, savingWhereAllowed } from './held-orders.ts'

export interface PayOrderCommand extends PaymentCommand {
  readonly caller: Caller
  readonly idempotencyKey: string
}

/**
 * Pays an order at most once, and says truly what became of it.
 *
 * @throws Problem where it ends before a charge is on its way.
 */
export type PayOrder = (command: PayOrderCommand, context: RequestContext) => Promise<PaidOrder>

export interface PayOrderDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByKey' | 'claim'>
  readonly velocityGate: VelocityGate
  readonly authorizePayment: AuthorizePayment
  readonly charging: ChargeAttempt
  readonly permits: Pick<Permits, 'arrive'>
  readonly now: Clock
  readonly newId: () => string
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

interface WantedPayment {
  readonly command: PayOrderCommand
  readonly scope: KeyScope
  readonly fingerprint: string
  /** Whether the ledger knows nothing of this key. */
  readonly isNew: boolean
}

export function createPayOrder(dependencies: PayOrderDependencies): PayOrder {
  const { attempts, velocityGate, authorizePayment, charging, permits, newId, instruments, now } =
    dependencies

  return async function payOrder(asked, context) {
    refuseTypeNotTaken(asked.payment.instrument.type, instruments)
    return savingWhereAllowed(asked, (command) => payAtMostOnce(asked, command, context))
  }

  /** @param asked what the key stands for. @param command what is paid. */
  async function payAtMostOnce(
    asked: PayOrderCommand,
    command: PayOrderCommand,
    context: RequestContext,
  ): Promise<PaidBy> {
    const scope = keyScopeOf(command)
    const fingerprint = fingerprintOf(asked)

    const known = await attempts.findByKey(scope)
    if (known && !isFreeAgain(known, fingerprint) && maySeeAttempt(command.caller, known.attempt)) {
      return replay(known, fingerprint, now())
    }
    const waiting = permits.arrive(command.caller.principal)
    const wanted = { command, scope, fingerprint, isNew: known === null }
    const { authorized, claim } = await claimOrder(wanted, context)
    if (claim.kind === 'known') return replay(claim.known, fingerprint, now())
    if (claim.kind !== 'claimed') return refuseClaim(claim, context)

    const { attempt } = claim
    const log = context.log.child({ orderId: attempt.orderId, paymentId: attempt.id })
    const answer = await charging.pay({ attempt, command, authorized, waiting, context: { ...context, log } })
    return { ...answer, isReplay: false, customerId: attempt.customerId }
  }

  /**
   * Takes a place in the limits against card testing, learns whose the order is, and claims it. Once it is claimed, the
   * ledger gives the place back when the attempt ends; until then we do.
   */
  async function claimOrder(
    { command, scope, fingerprint, isNew }: WantedPayment,
    context: RequestContext,
  ): Promise<{ authorized: AuthorizedPayment; claim: Claim }> {
    const id = newId()
    // No shopper tries cards here. What fails counts for the order all the same.
    if (!command.isRecurring) await velocityGate.reserve(id, command.caller, context)
    let isClaimed = false
    try {
      const authorized = await authorizePayment(command, isNew, context)
      const claim = await attempts
        .claim(scope, fingerprint, newAttempt(command, id, authorized, context))
        .catch((error) => charging.freeLostClaim(scope, id, error))
      isClaimed = claim.kind === 'claimed'
      return { authorized, claim }
    } finally {
      if (!isClaimed) await velocityGate.release(id, context)
    }
  }
}

const keyScopeOf = ({ caller, idempotencyKey }: PayOrderCommand): KeyScope => ({
  principal: caller.principal,
  operation: 'payOrder',
  idempotencyKey,
})

const newAttempt = (
  command: PayOrderCommand,
  id: string,
  { order }: AuthorizedPayment,
  context: RequestContext,
): NewAttempt => ({
  id,
  orderId: command.orderId,
  customerId: command.caller.customerId,
  cartId: order?.cartId ?? null,
  instrumentType: command.payment.instrument.type,
  paymentMethodId: command.payment.payment_method_id,
  correlationId: context.correlationId,
  requestId: context.requestId,
})
