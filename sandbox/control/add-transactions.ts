import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { InvalidInput } from '../checked-input.ts'
import { TRANSACTION_EVENTS, type Transaction } from '../state/transactions.ts'
import type { World } from '../world.ts'

export const TransactionsInputSchema = z.strictObject({
  order_id: z.int().min(1),
  /** So many alike. */
  count: z.int().min(1).max(1000).default(1),
  event: z.enum(TRANSACTION_EVENTS).default('purchase'),
  status: z.enum(['ok', 'error']).default('ok'),
  method: z.string().default('credit_card'),
  payment_method_id: z.string().default('stripe.card'),
  /** Minor units; the order's total unless given. */
  amount: z.int().min(0).optional(),
  currency: z.string().optional(),
  reference_transaction_id: z.int().nullable().default(null),
  /** How long ago it was made; a negative age is the future. */
  age_ms: z.int().default(0),
})

export type TransactionsInput = z.input<typeof TransactionsInputSchema>

/** Writes transactions into an order that no payment of ours made. They move no money and change no order. */
export function addTransactions(
  world: World,
  input: z.output<typeof TransactionsInputSchema>,
): Transaction[] {
  const order = world.orders.find(input.order_id)
  if (!order) throw new InvalidInput(`There is no order ${input.order_id}.`)
  return Array.from({ length: input.count }, () =>
    world.transactions.add({
      orderId: order.id,
      at: world.now() - input.age_ms,
      event: input.event,
      status: input.status,
      method: input.method,
      amount: input.amount ?? order.total.incTax,
      currency: input.currency ?? order.currency,
      paymentMethodId: input.payment_method_id,
      providerId: `sandbox_${randomUUID()}`,
      isUnderReview: false,
      referenceId: input.reference_transaction_id,
    }),
  )
}
