import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import { mayBePayable, type Order } from '../domain/order.ts'
import { type PaymentAccessTokenClaims, readPaymentAccessToken } from '../domain/payment-access-token.ts'
import { ASK_AGAIN_SECONDS } from '../domain/payment-answer.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import type { PaymentCommand } from '../domain/payment-command.ts'
import { paysAPart } from '../domain/payment-instrument.ts'
import { Problem } from '../domain/problem.ts'
import type { Sealed } from '../domain/sealed.ts'
import type { RequestContext } from '../request-context.ts'
import type { PaymentAttempts } from '../stores/payment-attempts.ts'
import type { AuthorizedPayment } from './authorize-order.ts'

/** A payment access token that may be used: its claims are what the caller wants to pay. */
export interface PreparedPayment {
  readonly paymentAccessToken: Sealed<string>
  readonly claims: PaymentAccessTokenClaims
}

/**
 * Makes the payment access token, unless it is being made already. Compares its claims with the order and with what the caller
 * expects to pay.
 *
 * @throws Problem; nothing has been sent then.
 */
export type PreparePayment = (
  command: PaymentCommand,
  authorized: AuthorizedPayment,
  context: RequestContext,
) => Promise<PreparedPayment>

export interface PreparePaymentDependencies {
  readonly managementApi: Pick<ManagementApi, 'createPaymentAccessToken'>
  readonly attempts: Pick<PaymentAttempts, 'findByOrder'>
  readonly storeHash: string
}

export function createPreparePayment(dependencies: PreparePaymentDependencies): PreparePayment {
  const { managementApi, attempts, storeHash } = dependencies

  return async function preparePayment(command, { order, minting }, context) {
    if (order && !mayBePayable(order)) throw new Problem('order_not_payable')
    const minted = await (minting ?? managementApi.createPaymentAccessToken(command.orderId, context))
    const claims = readPaymentAccessToken(minted)
    if (claims?.storeHash !== storeHash || claims.orderId !== String(command.orderId)) {
      throw new Problem('upstream_unusable')
    }
    // What BigCommerce does with a payment of nothing is not documented.
    if (claims.due.amount === 0) throw new Problem('order_not_payable')
    refuseOtherAmount(claims, command, order)
    refuseStaleAmount(claims, await attempts.findByOrder(command.orderId))
    return { paymentAccessToken: minted.token, claims }
  }
}

/** The amount in the PAT is what will be charged. This is the last moment to notice that it is not what was agreed. */
function refuseOtherAmount(
  { due }: PaymentAccessTokenClaims,
  { expectedAmount }: PaymentCommand,
  order: Order | null,
) {
  if (expectedAmount !== null && due.amount !== expectedAmount) throw new Problem('amount_changed')
  const shown = order?.due
  if (shown && (due.amount !== shown.amount || due.currency !== shown.currency)) {
    throw new Problem('amount_changed')
  }
}

/**
 * After a part was paid, less must be due than before. Until BigCommerce shows that, the rest must not be charged: the part
 * would be charged again with it.
 */
function refuseStaleAmount({ due }: PaymentAccessTokenClaims, payments: readonly PaymentAttempt[]) {
  const isStale = payments.some(
    ({ status, instrumentType, amount }) =>
      status === 'succeeded' && paysAPart(instrumentType) && amount !== null && due.amount >= amount,
  )
  if (!isStale) return
  throw new Problem('upstream_busy', {
    detail:
      'BigCommerce does not show an earlier part payment yet. Wait, then try again. Nothing was charged.',
    retryAfterSeconds: ASK_AGAIN_SECONDS,
  })
}
