import { randomUUID } from 'node:crypto'
import type { Settlement } from '../state/charges.ts'
import type { Transaction } from '../state/transactions.ts'
import type { World } from '../world.ts'
import type { Sale } from './judge-payment.ts'

type ChargeRecord = {
  readonly providerId: string
  readonly settles?: Settlement
  readonly balance: { readonly before: number; readonly after: number } | undefined
}

/** A pending charge leaves two transactions: one now, and one at the moment when it settles. */
export function recordCharge(world: World, sale: Sale, { providerId, settles, balance }: ChargeRecord): void {
  const common = { ...transactionOf(world, sale, providerId), ...balanceOf(sale, balance) }
  if (!settles) {
    world.transactions.add(common)
    return
  }
  const first = world.transactions.add({ ...common, event: 'pending' })
  world.transactions.add({
    ...common,
    at: settles.at,
    status: settles.to === 'success' ? 'ok' : 'error',
    referenceId: first.id,
  })
}

export function recordDecline(world: World, sale: Sale): void {
  world.transactions.add({ ...transactionOf(world, sale, `sandbox_${randomUUID()}`), status: 'error' })
}

function transactionOf(world: World, sale: Sale, providerId: string): Omit<Transaction, 'id'> {
  const { order, gateway, funding } = sale
  return {
    orderId: order.id,
    at: world.now(),
    event: gateway.transactionType,
    status: 'ok',
    method: funding.method,
    amount: funding.amount,
    currency: order.currency,
    paymentMethodId: gateway.id,
    providerId,
    isUnderReview: funding.outcome?.kind === 'held-for-review',
    referenceId: null,
    hiddenMs: sale.showsAfterMs ?? 0,
    ...(funding.card ? { card: funding.card } : {}),
    ...(funding.instrumentToken === undefined ? {} : { instrumentToken: funding.instrumentToken }),
  }
}

function balanceOf({ funding }: Sale, balance: ChargeRecord['balance']): Partial<Transaction> {
  if (!balance) return {}
  const code = funding.giftCertificateCode
  return code === undefined ? { storeCreditAfter: balance.after } : { giftCertificate: { code, ...balance } }
}
