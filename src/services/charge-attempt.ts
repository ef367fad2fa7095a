import type { WaitingPayment } from '../allowance/permits.ts'
import type { Clock } from '../domain/clock.ts'
import type { KeyScope } from '../domain/idempotency-key.ts'
import type { PaymentAccessTokenClaims } from '../domain/payment-access-token.ts'
import { ASK_AGAIN_SECONDS, answerOf, keptAnswer, type PaymentAnswer } from '../domain/payment-answer.ts'
import { LostAttempt, type OrderAttempt, type PaymentAttempt } from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import { type PaymentOutcome, settlementOf } from '../domain/payment-outcome.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { AuthorizedPayment } from './authorize-order.ts'
import { heldByCheckout } from './held-orders.ts'
import type { PreparedPayment, PreparePayment } from './prepare-payment.ts'
import { createSendAgain, type SendAgainDependencies } from './send-again.ts'

/** Resolves after so many milliseconds. */
export type Pause = (forMs: number) => Promise<void>

export interface ChargeAttemptDependencies extends SendAgainDependencies {
  readonly attempts: Pick<PaymentAttempts, 'findByKey' | 'markSending' | 'settle'> &
    SendAgainDependencies['attempts']
  readonly preparePayment: PreparePayment
  readonly now: Clock
  readonly pause: Pause
  /** Does work that no request waits for, and that must end before the process may. */
  readonly inBackground: (work: () => Promise<void>) => void
}

/** An attempt that holds its order: no other one can pay it now. */
export interface ClaimedPayment {
  readonly attempt: OrderAttempt
  readonly command: PaymentCommand
  readonly authorized: AuthorizedPayment
  readonly waiting: WaitingPayment
  readonly context: RequestContext
}

export interface ChargeAttempt {
  /** Prepares the charge, sends it once, and settles it. Write, call, write; no transaction is open during a call. @throws Problem */
  pay(payment: ClaimedPayment): Promise<PaymentAnswer>
  /** Ends an attempt that failed before its charge could be sent: key and order are free again. @throws the error it is given. */
  endUnsent(payment: UnsentPayment, error: unknown): Promise<never>
  /** If the answer to a claim was lost, the ledger may have written it. Frees key and order, which no request would work on. */
  freeLostClaim(scope: KeyScope, id: string, error: unknown): never
}

interface UnsentPayment {
  readonly attempt: PaymentAttempt
  readonly context: RequestContext
}

export function createChargeAttempt(dependencies: ChargeAttemptDependencies): ChargeAttempt {
  const { attempts, preparePayment, paymentsApi, pause, inBackground, now } = dependencies
  const sendAgain = createSendAgain(dependencies)

  return { pay, endUnsent, freeLostClaim }

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
    const { paymentAccessToken, claims, orderTotal } = prepared
    const permit = await waiting.takePermit().catch((error) => endUnsent(payment, error))
    try {
      // If we cannot know whether this was written, we send nothing. So the attempt may end as not sent.
      const marked = await attempts
        .markSending(attempt.id, {
          due: claims.due,
          patIssuedAtMs: claims.issuedAtMs,
          patExpiresAtMs: expiryOf(claims),
          orderTotal,
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

  async function endUnsent({ attempt, context }: UnsentPayment, error: unknown): Promise<never> {
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
      // We know the outcome, so we keep it and write it as soon as the ledger works again.
      inBackground(() => keepWriting(write))
      return { ...attempt, status: 'unknown' as const }
    }
  }

  function freeLostClaim(scope: KeyScope, id: string, error: unknown): never {
    inBackground(() =>
      keepWriting(async () => {
        const known = await attempts.findByKey(scope)
        if (known?.attempt.id === id) await attempts.settle(id, { status: 'not_sent' }, () => null)
      }),
    )
    throw error
  }

  async function keepWriting(write: () => Promise<unknown>): Promise<void> {
    for (let pauseMs = writeAgainMsMin; ; pauseMs = Math.min(2 * pauseMs, writeAgainMsMax)) {
      await pause(pauseMs)
      const isOver = await write().then(() => true, isLost)
      if (isOver) return
    }
  }
}

/** The row is gone, so further tries cannot succeed and would only keep the process from ending. */
const isLost = (error: unknown): boolean => error instanceof Problem && error.cause instanceof LostAttempt

/** A ledger that restarts is back within seconds. One that stays away is not asked more often than this. */
const writeAgainMsMin = 250
const writeAgainMsMax = 5_000

/** On the clock of BigCommerce's answers, as far as it is told; else by the clock that wrote `exp`. */
const expiryOf = ({ issuedAtMs, lifeMs, expiresAtMs }: PaymentAccessTokenClaims): number =>
  issuedAtMs !== null && lifeMs !== null ? issuedAtMs + lifeMs : expiresAtMs
