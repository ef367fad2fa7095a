import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { Run } from '../engine/run.ts'
import { shownAfterLag } from './shown.ts'
import {
  type Charge,
  CURRENCY,
  type OrderChange,
  type Sale,
  STATUS,
  type StoreOrder,
  trueState,
} from './store-order.ts'

/** What BigCommerce writes down of payments, and shows sooner or later. */
export interface Books {
  charged(order: StoreOrder, charge: Charge): void
  /** @returns its id, for the one that ends it. */
  addTransaction(
    sale: Sale,
    event: string,
    status: 'ok' | 'error',
    amountMinor: number,
    ends?: number | null,
  ): number | null
  payOrder(sale: Sale, amountMinor: number, isReserved: boolean, isHeld: boolean): void
  pendOrder(order: StoreOrder): void
  declineOrder(order: StoreOrder): void
}

export interface BooksOptions {
  readonly onCharge: (order: StoreOrder, charge: Charge) => void
  /** Called when the order has something new to show. */
  readonly onNews: (order: StoreOrder) => void
}

export function createBooks(run: Run, { onCharge, onNews }: BooksOptions): Books {
  const traits = run.scenario.upstream
  let lastTransactionId = 0

  function change(order: StoreOrder, fields: Partial<Omit<OrderChange, 'shown'>>): void {
    const { statusId, paymentStatus, partsMinor } = trueState(order)
    order.changes.push({ statusId, paymentStatus, partsMinor, ...fields, shown: shownAfterLag(run) })
    onNews(order)
  }

  return {
    charged: onCharge,

    addTransaction({ order, paymentMethodId }, event, status, amountMinor, ends = null) {
      if (traits.isBlind) return null
      const money = { amount: amountMinor, currency: CURRENCY }
      const method = traits.leavesMethodOut ? null : paymentMethodId
      const id = ++lastTransactionId
      const referenceId = traits.leavesReferenceOut ? null : ends
      const transaction = {
        id,
        event,
        status,
        method: '',
        gatewayTransactionId: '',
        money,
        paymentMethodId: method,
        referenceId,
        createdAtMs: traits.leavesDateOut ? null : run.scheduler.now(),
      }
      order.transactions.push({ transaction, shown: shownAfterLag(run) })
      return id
    },

    payOrder({ order, instrumentType, dueMinor }, amountMinor, isReserved, isHeld) {
      const isPart = paysAPart(instrumentType)
      const partsMinor = trueState(order).partsMinor + (isPart ? amountMinor : 0)
      if (isPart && amountMinor < dueMinor) {
        return change(order, { statusId: STATUS.pending, paymentStatus: 'pending', partsMinor })
      }
      if (isHeld) return change(order, { statusId: STATUS.verify, paymentStatus: 'held for review' })
      if (isReserved) return change(order, { statusId: STATUS.awaitingPayment, paymentStatus: 'authorized' })
      const paymentStatus = isPart ? 'paid' : 'captured'
      change(order, { statusId: STATUS.fulfil, paymentStatus, partsMinor })
    },

    pendOrder(order) {
      change(order, { statusId: STATUS.awaitingPayment, paymentStatus: 'pending' })
    },

    declineOrder(order) {
      change(order, { statusId: traits.lateDeclineStatusId, paymentStatus: 'declined' })
    },
  }
}
