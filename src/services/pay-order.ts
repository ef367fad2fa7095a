import type { Permits, WaitingPayment } from '../allowance/permits.ts'
import type { Caller } from '../domain/caller.ts'
import type { Clock } from '../domain/clock.ts'
import { fingerprintOf, isFreeAgain, type KeyScope } from '../domain/idempotency-key.ts'
import type { PaymentAccessTokenClaims } from '../domain/payment-access-token.ts'
import { ASK_AGAIN_SECONDS, answerOf, keptAnswer, type PaymentAnswer } from '../domain/payment-answer.ts'
import {
  LostAttempt,
  type NewAttempt,
  type OrderAttempt,
  type PaymentAttempt,
} from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import { type InstrumentType, refuseTypeNotTaken } from '../domain/payment-instrument.ts'
import { type PaymentOutcome, settlementOf } from '../domain/payment-outcome.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { Claim } from '../stores/claim-attempt.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import { type AuthorizedPayment, type AuthorizePayment, maySeeAttempt } from './authorize-order.ts'
import type { VelocityGate } from './card-testing.ts'
import { fencedBy, heldByCheckout, type PaidOrder, replay, tellNotSaved } from './held-orders.ts'
import type { PreparedPayment, PreparePayment } from './prepare-payment.ts'
import { createSendAgain, type SendAgainDependencies } from './send-again.ts'

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

/** Resolves after so many milliseconds. */
export type Pause = (forMs: number) => Promise<void>

export interface PayOrderDependencies extends SendAgainDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByKey' | 'claim' | 'markSending' | 'settle'> &
    SendAgainDependencies['attempts']
  readonly velocityGate: VelocityGate
  readonly authorizePayment: AuthorizePayment
  readonly preparePayment: PreparePayment
  readonly permits: Pick<Permits, 'arrive'>
  readonly now: Clock
  readonly newId: () => string
  readonly pause: Pause
  /** Does work that no request waits for, and that must end before the process may. */
  readonly inBackground: (work: () => Promise<void>) => void
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

interface ClaimedPayment {
  readonly attempt: OrderAttempt
  readonly command: PaymentCommand
  readonly authorized: AuthorizedPayment
  readonly waiting: WaitingPayment
  readonly context: RequestContext
}

export function createPayOrder(dependencies: PayOrderDependencies): PayOrder {
  const { attempts, velocityGate, authorizePayment, preparePayment, permits, paymentsApi } = dependencies
  const { newId, instruments, pause, inBackground, now } = dependencies
  const sendAgain = createSendAgain(dependencies)

  return async function payOrder(asked, context) {
    refuseTypeNotTaken(asked.payment.instrument.type, instruments)
    if (maySave(asked)) return payAtMostOnce(asked, asked, context)
    const { save_instrument: _notDone, ...payment } = asked.payment
    return tellNotSaved(await payAtMostOnce(asked, { ...asked, payment }, context))
  }

  /** @param asked what the key stands for. @param command what is paid. */
  async function payAtMostOnce(
    asked: PayOrderCommand,
    command: PayOrderCommand,
    context: RequestContext,
  ): Promise<PaidOrder> {
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
    if (claim.kind === 'fenced') throw fencedBy(claim.by)
    if (claim.kind === 'charged_otherwise') throw new Problem('order_already_paid')
    if (claim.kind === 'checkout') throw heldByCheckout(claim.standing)
    if (claim.kind === 'blocked') {
      context.log.warn({}, 'payment refused after too many failed attempts')
      throw new Problem('velocity_blocked', { retryAfterSeconds: claim.retryAfterSeconds })
    }

    const { attempt } = claim
    const log = context.log.child({ orderId: attempt.orderId, paymentId: attempt.id })
    const answer = await pay({ attempt, command, authorized, waiting, context: { ...context, log } })
    return { ...answer, isReplay: false }
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
    await velocityGate.reserve(id, command.caller, context)
    let isClaimed = false
    try {
      const authorized = await authorizePayment(command, isNew, context)
      const claim = await attempts
        .claim(scope, fingerprint, newAttempt(command, id, authorized, context))
        .catch((error) => freeLostClaim(scope, id, error))
      isClaimed = claim.kind === 'claimed'
      return { authorized, claim }
    } finally {
      if (!isClaimed) await velocityGate.release(id, context)
    }
  }

  /** The ledger may have written a claim whose answer was lost: then key and order would be taken, and no request goes on. */
  function freeLostClaim(scope: KeyScope, id: string, error: unknown): never {
    inBackground(() =>
      keepWriting(async () => {
        const known = await attempts.findByKey(scope)
        if (known?.attempt.id === id) await attempts.settle(id, { status: 'not_sent' }, () => null)
      }),
    )
    throw error
  }

  /** No other attempt can pay the order now. Write, call, write; no transaction is open during a call. */
  async function pay(payment: ClaimedPayment): Promise<PaymentAnswer> {
    const { attempt, command, authorized, context } = payment
    const prepared = await preparePayment({ ...command, attemptId: attempt.id }, authorized, context).catch(
      (error) => endUnsent(payment, error),
    )
    const sending = { ...attempt, ...prepared.claims.due }
    const first = await send(payment, prepared)
    const outcome =
      first.kind === 'turned_away'
        ? await sendAgain({ ...payment, attempt: sending }, prepared, first)
        : first
    const settled = await settle(sending, outcome, context)
    if (outcome.kind === 'not_sent') throw new Problem('upstream_unavailable')
    return answerOf(settled, now())
  }

  /** Waits for the payment's turn, writes down that it is being sent, and sends it. */
  async function send(payment: ClaimedPayment, prepared: PreparedPayment): Promise<PaymentOutcome> {
    const { attempt, command, waiting, context } = payment
    const { paymentAccessToken, claims } = prepared
    const permit = await waiting.takePermit().catch((error) => endUnsent(payment, error))
    try {
      // If it is in doubt whether this was written, nothing is sent. So the attempt may end as not sent.
      const marked = await attempts
        .markSending(attempt.id, {
          due: claims.due,
          patIssuedAtMs: claims.issuedAtMs,
          patExpiresAtMs: expiryOf(claims),
          orderTotal: payment.authorized.order?.total?.amount ?? null,
        })
        .catch((error) => endUnsent(payment, error))
      if (marked === 'not_ours')
        throw new Problem('request_in_progress', { retryAfterSeconds: ASK_AGAIN_SECONDS })
      if (marked !== 'sending')
        return endUnsent(payment, heldByCheckout(marked === 'checkout_paid' ? 'paid' : 'busy'))
      return await paymentsApi.processPayment(paymentAccessToken, command.payment, context, permit)
    } finally {
      permit.giveBack()
    }
  }

  /** Ends an attempt that failed before its charge could leave: key and order are free again. */
  async function endUnsent({ attempt, context }: ClaimedPayment, error: unknown): Promise<never> {
    const problemCode = error instanceof Problem ? error.code : 'internal_error'
    context.log.info({ code: problemCode }, 'payment not sent')
    const unsent = { status: 'not_sent', problemCode, isProvenUnsent: true } as const
    const write = () => attempts.settle(attempt.id, unsent, () => null)
    await write().catch(() => inBackground(() => keepWriting(write)))
    throw error
  }

  async function settle(attempt: PaymentAttempt, outcome: PaymentOutcome, context: RequestContext) {
    const settlement = settlementOf(outcome)
    context.log.info({ outcome: outcome.kind, code: settlement.problemCode }, 'charge answered')
    const write = () => attempts.settle(attempt.id, settlement, keptAnswer)
    try {
      return await write()
    } catch (error) {
      context.log.error({ err: error }, 'outcome not recorded')
      // What is known is not thrown away: it is written as soon as the ledger is there again.
      inBackground(() => keepWriting(write))
      return { ...attempt, status: 'unknown' as const }
    }
  }

  async function keepWriting(write: () => Promise<unknown>): Promise<void> {
    for (let pauseMs = writeAgainMsMin; ; pauseMs = Math.min(2 * pauseMs, writeAgainMsMax)) {
      await pause(pauseMs)
      const isOver = await write().then(() => true, isLost)
      if (isOver) return
    }
  }
}

/** There is nothing left to write to: trying for ever would only keep the process from ending. */
const isLost = (error: unknown): boolean => error instanceof Problem && error.cause instanceof LostAttempt

/** A ledger that restarts is back within seconds; and one that stays away is asked no more often than this. */
const writeAgainMsMin = 250
const writeAgainMsMax = 5_000

/** A card is stored for the customer whom the token names; a trusted server answers for its own shoppers. */
const maySave = ({ caller, payment }: PayOrderCommand): boolean =>
  !payment.save_instrument || caller.customerId !== null || caller.access.kind === 'any'

/** On the clock of BigCommerce's answers, as far as it is told; else by the clock that wrote `exp`. */
const expiryOf = ({ issuedAtMs, lifeMs, expiresAtMs }: PaymentAccessTokenClaims): number =>
  issuedAtMs !== null && lifeMs !== null ? issuedAtMs + lifeMs : expiresAtMs

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
