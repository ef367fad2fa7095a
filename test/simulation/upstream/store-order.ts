import type { Order } from '../../../src/domain/order.ts'
import type { InstrumentType } from '../../../src/domain/payment-instrument.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { isShown, type Shown } from './shown.ts'

export const CURRENCY = 'USD'

/** BigCommerce's fixed numbers. */
export const STATUS = { incomplete: 0, pending: 1, declined: 6, awaitingPayment: 7, fulfil: 11, verify: 12 }

/** One change of an order, each field as it is from then on. */
export interface OrderChange {
  readonly shown: Shown
  readonly statusId: number
  readonly paymentStatus: string
  /** What gift certificates and store credit have paid so far. */
  readonly partsMinor: number
}

/** Money that was taken, or may be taken yet: the truth with which all answers are compared. */
export interface Charge {
  readonly requestId: string
  readonly amountMinor: number
  readonly paysAPart: boolean
  state: 'pending' | 'charged' | 'declined'
  /** How a pending one will end. Only the witness may read this. */
  readonly becomes: 'charged' | 'declined'
}

/** An order in BigCommerce's own books. */
export interface StoreOrder {
  readonly id: number
  readonly totalMinor: number
  readonly customerId: number
  balanceMinor: number
  readonly changes: OrderChange[]
  readonly transactions: { readonly transaction: Transaction; readonly shown: Shown }[]
  readonly charges: Charge[]
}

/** One payment that has passed BigCommerce's checks. */
export interface Sale {
  readonly order: StoreOrder
  /** By the PAT. */
  readonly dueMinor: number
  readonly requestId: string
  readonly instrumentType: InstrumentType
  readonly paymentMethodId: string
}

export const NEW_ORDER = { statusId: STATUS.incomplete, paymentStatus: '', partsMinor: 0 }

/** How the order looks from outside now. */
export function shownState({ changes }: StoreOrder, nowMs: number) {
  return changes.findLast(({ shown }) => isShown(shown, nowMs)) ?? NEW_ORDER
}

/** How it really stands. */
export const trueState = ({ changes }: StoreOrder) => changes.at(-1) ?? NEW_ORDER

export function readOrder(order: StoreOrder, nowMs: number): Order {
  const { statusId, paymentStatus, partsMinor } = shownState(order, nowMs)
  return {
    id: order.id,
    statusId,
    paymentProviderId: '',
    cartId: null,
    paymentStatus,
    customerId: order.customerId,
    total: { amount: order.totalMinor, currency: CURRENCY },
    due: { amount: order.totalMinor - partsMinor, currency: CURRENCY },
    isArchived: false,
    answeredAtMs: nowMs,
  }
}

export const readTransactions = ({ transactions }: StoreOrder, nowMs: number): Transaction[] =>
  transactions.filter(({ shown }) => isShown(shown, nowMs)).map(({ transaction }) => transaction)
