import type { ManagementApi } from '../clients/bigcommerce/management-api.ts'
import { earliest } from '../domain/clock.ts'
import type { OrderReading } from '../domain/order.ts'
import type { PaymentAttempt } from '../domain/payment-attempt.ts'
import { Problem } from '../domain/problem.ts'
import type { RequestContext } from '../request-context.ts'

/**
 * One look at BigCommerce: reads the order and its transactions. Each is a witness by itself, so if one cannot be read, the
 * other still counts.
 *
 * @throws Problem when both are away, and `upstream_busy` where BigCommerce has no room for a look now.
 */
export async function lookAtOrder(
  managementApi: Pick<ManagementApi, 'getOrder' | 'listTransactions'>,
  orderId: number,
  context: RequestContext,
): Promise<OrderReading> {
  const witnesses = await Promise.allSettled([
    managementApi.getOrder(orderId, context),
    managementApi.listTransactions(orderId, context),
  ])
  const [order, transactions] = witnesses
  const failures = witnesses.flatMap((witness) => (witness.status === 'rejected' ? [witness.reason] : []))
  const [fatal] = failures.length === witnesses.length ? failures : failures.filter((why) => !isAway(why))
  if (fatal !== undefined) throw fatal
  const shown = order.status === 'fulfilled' ? order.value : null
  const recorded = transactions.status === 'fulfilled' ? transactions.value : null
  return {
    order: shown,
    transactions: recorded?.transactions ?? [],
    isWhole: shown !== null && recorded?.isWhole === true,
    showsAllVoids: recorded?.showsAllVoids === true,
    answeredAtMs: earliest([shown, recorded].flatMap((witness) => (witness ? [witness.answeredAtMs] : []))),
    failures,
  }
}

/** A look sends BigCommerce the correlation id of the payment that it is about. */
export const lookContext = (
  { requestId, correlationId, orderId, id }: PaymentAttempt,
  { caller, purpose, log }: Pick<RequestContext, 'caller' | 'purpose' | 'log'>,
): RequestContext => ({
  requestId,
  correlationId,
  shopperAddress: null,
  caller,
  purpose,
  log: log.child({ orderId, paymentId: id }),
})

/** BigCommerce has no such order, refuses to show it, or cannot be read. If it is busy, that is no such case: there is room later. */
const isAway = (reason: unknown) => reason instanceof Problem && reason.code !== 'upstream_busy'
