import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import type { Clock } from '../domain/clock.ts'
import { judge } from '../domain/evidence.ts'
import { foreignCharge } from '../domain/foreign-charge.ts'
import { isSameMoney, type Money } from '../domain/money.ts'
import { mayBePayable, type Order, type OrderReading } from '../domain/order.ts'
import { type PaymentAccessTokenClaims, readPaymentAccessToken } from '../domain/payment-access-token.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import { hasPaidAPart, mayBeCorrected, type PaymentAttempt } from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import { Problem } from '../domain/problem.ts'
import type { Sealed } from '../domain/sealed.ts'
import { showsAnyPart, showsParts } from '../domain/shown-parts.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { UnsettledAttempts } from '../stores/unsettled-attempts.ts'
import type { AuthorizedPayment } from './authorize-order.ts'
import { lookAtOrder } from './look-at-order.ts'

/** A payment access token that may be used: its claims are what the caller wants to pay. */
export interface PreparedPayment {
  readonly paymentAccessToken: Sealed<string>
  readonly claims: PaymentAccessTokenClaims
  /** What the order costs, in minor units; null: not known. */
  readonly orderTotal: number | null
}

/**
 * Makes the payment access token, unless it is being made already. Compares its claims with the order and with what the caller
 * expects to pay.
 *
 * @throws Problem; nothing has been sent then.
 */
export type PreparePayment = (
  command: PaymentCommand & { readonly attemptId: string },
  authorized: AuthorizedPayment,
  context: RequestContext,
) => Promise<PreparedPayment>

export interface PreparePaymentDependencies {
  readonly managementApi: Pick<ManagementApi, 'createPaymentAccessToken' | 'getOrder' | 'listTransactions'>
  readonly unsettled: Pick<UnsettledAttempts, 'wake'>
  readonly now: Clock
  readonly attempts: Pick<PaymentAttempts, 'findByOrder'>
  readonly storeHash: string
}

export function createPreparePayment(dependencies: PreparePaymentDependencies): PreparePayment {
  const { managementApi, attempts, unsettled, now, storeHash } = dependencies

  return async function preparePayment(command, { order, minting, wasThereBefore = false }, context) {
    if (order && !mayBePayable(order)) throw new Problem('order_not_payable')
    const payments = (await attempts.findByOrder(command.orderId)).filter(
      ({ id }) => id !== command.attemptId,
    )
    await lookFirst(command.orderId, payments, wasThereBefore, context)
    const mint = () => managementApi.createPaymentAccessToken(command.orderId, context, command.isRecurring)
    const minted = await (minting ?? mint()).catch((error) => wakeIfPaid(command.orderId, error))
    const claims = readPaymentAccessToken(minted)
    if (claims?.storeHash !== storeHash || claims.orderId !== String(command.orderId)) {
      throw new Problem('upstream_unusable')
    }
    // What BigCommerce does with a payment of nothing is not documented.
    if (claims.due.amount === 0) throw new Problem('order_not_payable')
    // Once a part is paid, the order's own sum may not show it; the PAT's does.
    refuseOtherAmount(claims, command, payments.some(hasPaidAPart) ? null : order)
    // If the two differ, one is older than an edit or a part. Unread, we cannot know whether they do.
    const isAgreed = !payments.some(hasPaidAPart) || isSameMoney(order?.due ?? null, claims.due)
    const now = isAgreed ? order : await managementApi.getOrder(command.orderId, context)
    if (staleParts(claims, [order, now], payments).length > 0)
      await refuseUnlessShown(claims, command.orderId, [order, now], payments, context)
    return { paymentAccessToken: minted.token, claims, orderTotal: totalOf(now, claims) }
  }

  /**
   * If an earlier attempt ended in doubt, its charge may show by now, so we make a complete look before the next charge. We do the same if
   * another application may have paid the order. In both cases a charge that no payment accounts for stops the next one.
   *
   * @throws Problem; it has asked for a look, which corrects the earlier attempt.
   */
  async function lookFirst(
    orderId: number,
    payments: readonly PaymentAttempt[],
    wasThereBefore: boolean,
    context: RequestContext,
  ): Promise<void> {
    const doubtful = payments.filter(mayBeCorrected)
    if (doubtful.length === 0 && !wasThereBefore) return
    const reading = await lookAtOrder(managementApi, orderId, context)
    for (const earlier of doubtful) {
      const others = payments.filter(({ id }) => id !== earlier.id)
      const { kind } = judge(earlier, reading, others)
      if (kind !== 'charged' && kind !== 'pending') continue
      await unsettled.wake(orderId, true)
      throw new Problem('order_payment_in_progress', { retryAfterSeconds: ASK_AGAIN_SECONDS })
    }
    await refuseForeignCharge(orderId, reading, payments)
    if (!reading.isWhole) throw new Problem('upstream_unavailable')
  }

  /** @throws Problem if the order shows a charge that is not ours, or may not be; it has asked for a look, which reports the charge. */
  async function refuseForeignCharge(
    orderId: number,
    reading: OrderReading,
    payments: readonly PaymentAttempt[],
  ): Promise<void> {
    const shown = foreignCharge(reading, payments)
    if (shown === 'none') return
    await unsettled.wake(orderId, true)
    throw shown === 'charged'
      ? new Problem('order_already_paid')
      : new Problem('order_payment_in_progress', { retryAfterSeconds: ASK_AGAIN_SECONDS })
  }

  /**
   * Until BigCommerce shows a part that was paid, the rest must not be charged, or we would charge the part again. A complete look may
   * show that the part was given back, or that the order has become dearer by as much.
   *
   * @throws Problem where it does not.
   */
  async function refuseUnlessShown(
    claims: PaymentAccessTokenClaims,
    orderId: number,
    earlier: readonly (Order | null)[],
    payments: readonly PaymentAttempt[],
    context: RequestContext,
  ): Promise<void> {
    const reading = await lookAtOrder(managementApi, orderId, context)
    // An older page may answer last, and does not take back what another one showed.
    const read = [...earlier, reading.order].filter((order) => order !== null)
    const stale = staleParts(claims, read, payments)
    if (showsParts(reading, claims.due, stale, payments)) return
    // The total has changed and the gateway records nothing. By now the amount due would show the part.
    const isEdited = (part: PaymentAttempt) =>
      part.orderTotal === null
        ? isSameMoney(reading.order?.due ?? null, claims.due) && showsAPart(reading.order)
        : dearerBy(part, reading.order) !== 0
    const isOld = (part: PaymentAttempt) =>
      isEdited(part) && now() - (part.endedAtMs ?? 0) >= partShowsWithinMs
    if (stale.length > 0 && stale.every(isOld) && !showsAnyPart(reading, stale, payments)) return
    throw new Problem('upstream_busy', {
      detail:
        'BigCommerce does not show an earlier part payment yet. Wait, then try again. Nothing was charged by this request.',
      retryAfterSeconds: ASK_AGAIN_SECONDS,
    })
  }

  /** BigCommerce says that the order cannot be paid (30101), perhaps because an earlier attempt has paid it. */
  async function wakeIfPaid(orderId: number, error: unknown): Promise<never> {
    if (error instanceof Problem && error.code === 'order_not_payable') {
      await unsettled.wake(orderId, true).catch(() => {})
    }
    throw error
  }
}

/** The amount in the PAT is what will be charged. This is the last moment to notice that it is not what was agreed. */
function refuseOtherAmount(
  { due }: PaymentAccessTokenClaims,
  { expectedAmount }: PaymentCommand,
  order: Order | null,
) {
  if (expectedAmount !== null && due.amount !== expectedAmount)
    throw new Problem('amount_changed', { money: due })
  if (order?.due && !isSameMoney(due, order.due)) throw new Problem('amount_changed', { money: due })
}

/**
 * The order's total, if the order and the PAT agree on what is due. If they do not, one of the two is older than an edit or a part
 * payment, and we would compute a part from two amounts that were never true at the same time.
 */
const totalOf = (order: Order | null, { due }: PaymentAccessTokenClaims): number | null =>
  order && isSameMoney(order.due, due) ? (order.total?.amount ?? null) : null

/** The parts that the PAT's amount does not show, by any of these readings of the order; null: it was not read. */
const staleParts = (
  { due }: PaymentAccessTokenClaims,
  orders: readonly (Order | null)[],
  payments: readonly PaymentAttempt[],
) => payments.filter(hasPaidAPart).filter((part) => orders.some((order) => isStale(part, due, order)))

/**
 * After a part was paid, less must be due than before, unless the order has become dearer: then as much may be due as before. More than
 * the order says is never due: one of the two is out of date.
 */
const isStale = (part: PaymentAttempt, due: Money, order: Order | null): boolean =>
  part.amount !== null &&
  (due.amount >= part.amount + dearerBy(part, order) || due.amount > (order?.due?.amount ?? due.amount))

const showsAPart = (order: Order | null): boolean => (order?.total?.amount ?? 0) > (order?.due?.amount ?? 0)

/** By how much an order costs more than when a payment was prepared; 0 where that is not known. */
function dearerBy({ orderTotal }: PaymentAttempt, order: Order | null): number {
  const total = order?.total?.amount ?? null
  return total !== null && orderTotal !== null ? total - orderTotal : 0
}

/** If the order's total changed after a part was paid, it may take this long until anything shows the part. */
const partShowsWithinMs = 60_000
