import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { InvalidInput } from '../checked-input.ts'
import { findGateway, type InstrumentType } from '../data/gateways.ts'
import type { Charge } from '../state/charges.ts'
import { standingOf } from '../state/order-standing.ts'
import type { World } from '../world.ts'
import { commitCharge } from './commit-charge.ts'

export const ElsewhereSchema = z.strictObject({
  payment_method_id: z.string().default('stripe.card'),
  /** Minor units; all that is due unless given. */
  amount: z.int().min(1).optional(),
  /** How long the charge stays invisible, on its order and among its transactions. */
  shows_after_ms: z.int().min(0).optional(),
})

export type ElsewhereInput = z.input<typeof ElsewhereSchema>

/** Another application, or BigCommerce's own checkout, pays the order: with a PAT that we never saw. */
export function payElsewhere(
  world: World,
  orderId: number,
  { payment_method_id: methodId, amount, shows_after_ms: showsAfterMs }: z.output<typeof ElsewhereSchema>,
): Charge {
  const order = world.orders.find(orderId)
  if (!order) throw new InvalidInput(`There is no order ${orderId}.`)
  const gateway = findGateway(methodId)
  if (!gateway) throw new InvalidInput(`There is no payment method ${methodId}.`)
  const due = amount ?? standingOf(order, world.now()).remaining
  const type: InstrumentType = gateway.accepts[0] ?? 'card'
  return commitCharge(world, {
    order,
    gateway,
    instrumentType: type,
    saves: false,
    funding: { method: 'credit_card', amount: due },
    patId: `elsewhere_${randomUUID()}`,
    ...(showsAfterMs === undefined ? {} : { showsAfterMs }),
  })
}
