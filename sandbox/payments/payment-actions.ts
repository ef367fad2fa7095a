import { randomUUID } from 'node:crypto'
import type { Answer } from '../answer.ts'
import { toMajorUnits, toMinorUnits } from '../money.ts'
import { platformError } from '../platform-error.ts'
import type { Order } from '../state/order.ts'
import type { Transaction, TransactionEvent } from '../state/transactions.ts'
import type { World } from '../world.ts'

const REFUNDED = 4
const AWAITING_FULFILLMENT = 11
const PARTIALLY_REFUNDED = 14

const refused = (message: string): Answer => platformError('/v3/', 422, message)

/** Takes money that was only reserved. Done after `payment_action_ms`; until then it is "capture pending". */
export function capture(world: World, order: Order): Answer {
  const reserved = openAuthorization(world, order)
  if (!reserved) return refused('There is no authorization to capture.')
  // Read once: where a millisecond passes in between, it would be pending after it was done.
  const beganAt = world.now()
  const doneAt = beganAt + world.settings.payment_action_ms
  recordAction(world, reserved, 'capture', { at: doneAt })
  world.orders.change(order.id, [
    { at: beganAt, paymentStatus: 'capture pending' },
    { at: doneAt, paymentStatus: 'captured', statusId: AWAITING_FULFILLMENT },
  ])
  return { status: 201, body: {} }
}

/** Lets go of money that was only reserved. Done after `payment_action_ms`; until then it is "void pending". */
export function voidAuthorization(world: World, order: Order): Answer {
  const reserved = openAuthorization(world, order)
  if (!reserved) return refused('There is no authorization to void.')
  const beganAt = world.now()
  const doneAt = beganAt + world.settings.payment_action_ms
  const statusId = world.settings.voided_order_status_id
  recordAction(world, reserved, 'void', { at: doneAt })
  world.charges.voidOf(order.id, doneAt)
  world.orders.endPayments(order.id, doneAt)
  world.orders.change(order.id, [
    { at: beganAt, paymentStatus: 'void pending' },
    { at: doneAt, paymentStatus: 'void', ...(statusId === null ? {} : { statusId }) },
  ])
  return { status: 201, body: {} }
}

/** What could be given back. A refund must not ask for more. */
export function refundQuote(world: World, order: Order): Answer {
  const left = refundable(world, order)
  const paid = paidTransaction(world, order)
  const amount = toMajorUnits(left, order.currency)
  const method = { provider_id: paid?.paymentMethodId.split('.')[0] ?? '', amount, offline: false }
  const data = { order_id: order.id, total_refund_amount: amount, refund_methods: paid ? [[method]] : [] }
  return { status: 201, body: { data, meta: {} } }
}

/** Gives money back at once. @param major the sum of the request's payments. */
export function refund(world: World, order: Order, major: number): Answer {
  const amount = toMinorUnits(major, order.currency)
  const paid = paidTransaction(world, order)
  const left = refundable(world, order)
  if (!paid || amount <= 0 || amount > left) return refused('The refund does not match a quote.')
  const at = world.now()
  const { id } = recordAction(world, paid, 'refund', { at, amount })
  world.charges.refundOf(order.id, amount)
  world.orders.change(order.id, [
    amount === left
      ? { at, paymentStatus: 'refunded', statusId: REFUNDED }
      : { at, paymentStatus: 'partially refunded', statusId: PARTIALLY_REFUNDED },
  ])
  const payments = [{ id, provider_id: paid.paymentMethodId.split('.')[0], amount: major, offline: false }]
  return { status: 201, body: { data: { id, order_id: order.id, payments }, meta: {} } }
}

function openAuthorization({ transactions }: World, order: Order): Transaction | undefined {
  const all = transactions.of(order.id)
  return all.findLast(
    ({ id, event, status }) =>
      event === 'authorization' && status === 'ok' && !all.some(({ referenceId }) => referenceId === id),
  )
}

const paidTransaction = ({ transactions }: World, order: Order) =>
  transactions
    .of(order.id)
    .findLast(({ event, status }) => status === 'ok' && (event === 'purchase' || event === 'capture'))

function refundable(world: World, order: Order): number {
  const given = world.transactions.of(order.id).filter(({ event }) => event === 'refund')
  const back = given.reduce((total, { amount }) => total + amount, 0)
  return Math.max(0, (paidTransaction(world, order)?.amount ?? 0) - back)
}

function recordAction(
  { transactions }: World,
  about: Transaction,
  event: TransactionEvent,
  { at, amount = about.amount }: { at: number; amount?: number },
): Transaction {
  const { id: referenceId, ...same } = about
  return transactions.add({ ...same, at, event, amount, referenceId, providerId: `sandbox_${randomUUID()}` })
}
