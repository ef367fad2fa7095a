import { paysAPart } from '../../../src/domain/payment-instrument.ts'
import type { Run } from '../engine/run.ts'
import { type Lag, shownAfterLag } from './shown.ts'
import {
  type Charge,
  CURRENCY,
  type OrderChange,
  type Sale,
  STATUS,
  type StoreOrder,
  trueState,
} from './store-order.ts'

export interface NewTransaction {
  readonly order: StoreOrder
  readonly paymentMethodId: string
  readonly event: string
  /** The kind of instrument; empty where the gateway leaves it out. */
  readonly method?: string
  readonly status: 'ok' | 'error'
  readonly amountMinor: number
  /** The one that it ends or follows. */
  readonly ends?: number | null
  readonly charge?: Charge
  readonly lag?: Lag
}

export interface Payment {
  readonly amountMinor: number
  readonly isReserved?: boolean
  readonly isHeld?: boolean
  readonly lag?: Lag
}

/** What BigCommerce writes down of payments, and shows sooner or later. */
export interface Books {
  charged(order: StoreOrder, charge: Charge): void
  /** @returns its id, for the one that ends it; null where the gateway records nothing. */
  addTransaction(transaction: NewTransaction): number | null
  payOrder(sale: Pick<Sale, 'order' | 'instrumentType' | 'dueMinor'>, payment: Payment): void
  change(order: StoreOrder, fields: Partial<Omit<OrderChange, 'shown'>>, lag?: Lag): void
}

export interface BooksOptions {
  readonly onCharge: (order: StoreOrder, charge: Charge) => void
  /** Called when the order has something new to show. */
  readonly onNews: (order: StoreOrder, made?: 'made') => void
  /** BigCommerce's clock. */
  readonly clock: () => number
}

export function createBooks(run: Run, { onCharge, onNews, clock }: BooksOptions): Books {
  const traits = run.scenario.upstream
  let lastTransactionId = 0

  function change(order: StoreOrder, fields: Partial<Omit<OrderChange, 'shown'>>, lag?: Lag): void {
    const { shown: _shown, ...before } = trueState(order)
    order.changes.push({ ...before, ...fields, shown: shownAfterLag(run, lag) })
    onNews(order)
  }

  return {
    charged: onCharge,
    change,

    addTransaction({
      order,
      paymentMethodId,
      method = '',
      event,
      status,
      amountMinor,
      ends = null,
      charge,
      lag,
    }) {
      if (traits.isBlind) return null
      const id = ++lastTransactionId
      const transaction = {
        id,
        event,
        status,
        money: { amount: amountMinor, currency: CURRENCY },
        paymentMethodId: traits.leavesMethodOut ? null : paymentMethodId,
        referenceId: traits.leavesReferenceOut ? null : ends,
        createdAtMs: traits.leavesDateOut ? null : clock(),
        method,
        gatewayTransactionId: '',
      }
      order.transactions.push({ transaction, shown: shownAfterLag(run, lag), charge: charge ?? null })
      return id
    },

    payOrder({ order, instrumentType, dueMinor }, { amountMinor, isReserved = false, isHeld = false, lag }) {
      const isPart = paysAPart(instrumentType)
      const partsMinor = trueState(order).partsMinor + (isPart ? amountMinor : 0)
      if (isPart && amountMinor < dueMinor) {
        return change(order, { statusId: STATUS.pending, paymentStatus: 'pending', partsMinor }, lag)
      }
      if (isHeld) return change(order, { statusId: STATUS.verify, paymentStatus: 'held for review' }, lag)
      if (isReserved)
        return change(order, { statusId: STATUS.awaitingPayment, paymentStatus: 'authorized' }, lag)
      const paymentStatus = isPart ? 'paid' : 'captured'
      change(order, { statusId: STATUS.fulfil, paymentStatus, partsMinor }, lag)
    },
  }
}
