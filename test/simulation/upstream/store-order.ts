import type { Order } from '../../../src/domain/order.ts'
import type { InstrumentType } from '../../../src/domain/payment-instrument.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { isShown, type Shown } from './shown.ts'

export const CURRENCY = 'USD'

/** BigCommerce's fixed numbers. */
export const STATUS = {
  incomplete: 0,
  pending: 1,
  cancelled: 5,
  declined: 6,
  awaitingPayment: 7,
  fulfil: 11,
  verify: 12,
}

/** One change of an order, each field as it is from then on. */
export interface OrderChange {
  readonly shown: Shown
  readonly statusId: number
  readonly paymentStatus: string
  /** What gift certificates and store credit have paid so far. */
  readonly partsMinor: number
  readonly totalMinor: number
  readonly isArchived: boolean
}

/** Money that was taken, or may yet be: the truth that every answer is compared with. */
export interface Charge {
  readonly requestId: string
  readonly amountMinor: number
  readonly paysAPart: boolean
  /** Made by another application: none of our requests asked for it. */
  readonly isForeign: boolean
  /** Told as of a method or kind that no payment of ours has: no one may take it for ours. */
  readonly isOfAnotherKind: boolean
  /** Shows later than the service has to wait for. */
  readonly isVeryLate: boolean
  /** Its date is before that of its token: BigCommerce's clock was set back in between. */
  readonly isDatedEarly: boolean
  /** An authorization that was captured or voided. */
  isEnded: boolean
  state: 'pending' | 'charged' | 'declined' | 'voided'
  /** What a pending charge ends as, and a reserved one that is voided. Only the judge may look. */
  becomes: 'charged' | 'declined' | 'voided'
  /** Whether the service was shown it, and not that it was voided: then it may say that it was paid. */
  wasSeenOpen: boolean
}

export interface StoreTransaction {
  readonly transaction: Transaction
  readonly shown: Shown
  readonly charge: Charge | null
}

/** An order in BigCommerce's own books. */
export interface StoreOrder {
  readonly id: number
  /** Which of the scenario's orders it is. */
  readonly planIndex: number
  /** null for a guest's. */
  readonly customerId: number | null
  /** The checkout that it was made from; null for none. */
  readonly cartId: string | null
  /** Which kind of application made it. */
  readonly source: string
  /** By BigCommerce's clock. */
  readonly createdAtMs: number
  /** Only the judge may look. */
  readonly createdAtTrueMs: number
  /** From when on lists show it. */
  readonly listedFromMs: number
  balanceMinor: number
  /** How many payments it has taken up and not ended yet. */
  underWay: number
  /** Why the order cannot be read any more; null while it can. */
  unreadable: 'deleted' | 'refused' | null
  /** The first one is how it was made. */
  readonly changes: [OrderChange, ...OrderChange[]]
  readonly transactions: StoreTransaction[]
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
  /** How much of the PAT's life is left when the gateway answers. */
  readonly patLifeMs: number
  /** When the PAT was made, by BigCommerce's clock. */
  readonly patIssuedAtMs: number
  /** Everything of it shows within so much; null for the usual lag. */
  readonly showsWithinMs: number | null
}

/** How the order looks from outside now. */
export const shownState = ({ changes }: StoreOrder, nowMs: number): OrderChange =>
  changes.findLast(({ shown }) => isShown(shown, nowMs)) ?? changes[0]

/** How it really stands. */
export const trueState = ({ changes }: StoreOrder): OrderChange => changes.at(-1) ?? changes[0]

/** The most that was ever due: no more may be charged. */
export const totalMinorMax = ({ changes }: StoreOrder): number =>
  Math.max(...changes.map(({ totalMinor }) => totalMinor))

/** @param answeredAtMs by BigCommerce's clock. */
export function readOrder(order: StoreOrder, nowMs: number, answeredAtMs: number): Order {
  const { statusId, paymentStatus, partsMinor, totalMinor, isArchived } = shownState(order, nowMs)
  if (paymentStatus !== '' && paymentStatus !== 'void')
    for (const charge of order.charges) charge.wasSeenOpen = true
  return {
    id: order.id,
    statusId,
    cartId: order.cartId,
    paymentStatus,
    customerId: order.customerId,
    due: { amount: Math.max(0, totalMinor - partsMinor), currency: CURRENCY },
    isArchived,
    paymentProviderId: '',
    source: order.source,
    createdAtMs: Math.floor(order.createdAtMs / 1_000) * 1_000,
    total: { amount: totalMinor, currency: CURRENCY },
    answeredAtMs,
  }
}

export function readTransactions({ transactions }: StoreOrder, nowMs: number): Transaction[] {
  const visible = transactions.filter(({ shown }) => isShown(shown, nowMs))
  const isVoided = (charge: Charge) =>
    visible.some((each) => each.charge === charge && each.transaction.event === 'void')
  for (const { charge } of visible) if (charge && !isVoided(charge)) charge.wasSeenOpen = true
  return visible.map(({ transaction }) => transaction)
}

/** What a payment of the whole makes of an order. */
export const isPaidState = ({
  statusId,
  paymentStatus,
}: Pick<OrderChange, 'statusId' | 'paymentStatus'>): boolean =>
  statusId === STATUS.fulfil ||
  statusId === STATUS.verify ||
  (statusId === STATUS.awaitingPayment && paymentStatus !== '')
