import { opaqueAnswer, opaqueAttempt } from '../domain/opaque-decline.ts'
import type { ListPayments } from './list-payments.ts'
import type { PayOrder } from './pay-order.ts'

export interface TellingOfPayments {
  readonly payOrder: PayOrder
  readonly listPayments: ListPayments
}

/**
 * The same services, which keep a bank's reasons to themselves. What is kept in the ledger stays whole, for the merchant, so a
 * replay is told by the setting of today.
 */
export const withOpaqueDeclines = ({ payOrder, listPayments }: TellingOfPayments): TellingOfPayments => ({
  payOrder: async (command, context) => opaqueAnswer(await payOrder(command, context)),
  listPayments: async (caller, orderId, context) =>
    (await listPayments(caller, orderId, context)).map(opaqueAttempt),
})
