import type { Permits, WaitingPayment } from '../allowance/permits.ts'
import type { Clock } from '../domain/clock.ts'
import { fingerprintOf, isFreeAgain, type KeyScope } from '../domain/idempotency-key.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../domain/payment-instrument.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { maySeeAttempt } from './authorize-order.ts'
import type { ChargeAttempt } from './charge-attempt.ts'
import type { ClaimCheckout, PayCheckoutCommand } from './claim-checkout.ts'
import { type PaidBy, type PaidOrder, replay, savingWhereAllowed } from './held-orders.ts'
import { notItsOrder } from './read-checkout.ts'

/**
 * Pays a checkout at most once: the order that it has become, or one that is made of it.
 *
 * @throws Problem where it ends before a charge is on its way.
 */
export type PayCheckout = (command: PayCheckoutCommand, context: RequestContext) => Promise<PaidOrder>

export interface PayCheckoutDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByKey'>
  readonly claimCheckout: ClaimCheckout
  readonly charging: ChargeAttempt
  readonly permits: Pick<Permits, 'arrive'>
  readonly now: Clock
  readonly newId: () => string
  /** The instrument types that this service takes at all. */
  readonly instruments: ReadonlySet<InstrumentType>
}

export function createPayCheckout(dependencies: PayCheckoutDependencies): PayCheckout {
  const { attempts, claimCheckout, charging, permits, now, newId, instruments } = dependencies

  return async function payCheckout(asked, context) {
    refuseTypeNotTaken(asked.payment.instrument.type, instruments)
    return savingWhereAllowed(asked, (command) => payAtMostOnce(asked, command, context)).catch(notItsOrder)
  }

  /** @param asked what the key stands for. @param command what is paid. */
  async function payAtMostOnce(
    asked: PayCheckoutCommand,
    command: PayCheckoutCommand,
    context: RequestContext,
  ): Promise<PaidBy> {
    const { caller, payment, expectedAmount } = command
    const scope = keyScopeOf(command)
    const fingerprint = fingerprintOf({ ...asked, orderId: asked.checkoutId })
    const known = await attempts.findByKey(scope)
    if (known && !isFreeAgain(known, fingerprint) && maySeeAttempt(caller, known.attempt)) {
      return replay(known, fingerprint, now())
    }
    const step = await claimCheckout({ command, scope, fingerprint, id: newId() }, context)
    if (step.kind === 'known') return replay(step.known, fingerprint, now())

    const { attempt, authorized } = step
    const log = context.log.child({ orderId: attempt.orderId, paymentId: attempt.id })
    let waiting: WaitingPayment
    try {
      // Only now: patience in the line for a permit does not begin while the order is made.
      waiting = permits.arrive(caller.principal)
    } catch (error) {
      return charging.endUnsent({ attempt, context }, error)
    }
    const toPay = { orderId: attempt.orderId, payment, expectedAmount }
    const answer = await charging.pay({
      attempt,
      command: toPay,
      authorized,
      waiting,
      context: { ...context, log },
    })
    return { ...answer, isReplay: false, customerId: attempt.customerId }
  }
}

const keyScopeOf = ({ caller, idempotencyKey }: PayCheckoutCommand): KeyScope => ({
  principal: caller.principal,
  operation: 'payCheckout',
  idempotencyKey,
})
