export const TRANSACTION_EVENTS = [
  'purchase',
  'authorization',
  'capture',
  'refund',
  'void',
  'pending',
  'settled',
] as const
export type TransactionEvent = (typeof TRANSACTION_EVENTS)[number]

export type Transaction = {
  readonly id: number
  readonly orderId: number
  readonly at: number
  readonly event: TransactionEvent
  readonly status: 'ok' | 'error'
  readonly method: string
  /** Integer minor units of `currency`. */
  readonly amount: number
  readonly currency: string
  readonly paymentMethodId: string
  readonly providerId: string
  readonly isUnderReview: boolean
  readonly referenceId: number | null
  /** How long it stays invisible, if the store's lag is shorter. */
  readonly hiddenMs?: number
  readonly card?: TransactionCard
  readonly instrumentToken?: string
  readonly giftCertificate?: { readonly code: string; readonly before: number; readonly after: number }
  readonly storeCreditAfter?: number
}

export type TransactionCard = {
  readonly brand: string
  readonly iin: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

export type Transactions = ReturnType<typeof createTransactions>

const FIRST_TRANSACTION_ID = 1001

export function createTransactions({ now }: { now: () => number }) {
  const byOrder = new Map<number, Transaction[]>()
  let nextId = FIRST_TRANSACTION_ID
  let shifts = 0

  return {
    add(transaction: Omit<Transaction, 'id'>): Transaction {
      const added = { ...transaction, id: nextId++ }
      byOrder.set(added.orderId, [...(byOrder.get(added.orderId) ?? []), added])
      return added
    },
    /** All of them, those that do not show yet included. */
    of: (orderId: number): readonly Transaction[] => byOrder.get(orderId) ?? [],
    /** Only transactions that are at least `lagMs` old: the platform is eventually consistent. */
    visibleOf(orderId: number, lagMs: number): Transaction[] {
      return (byOrder.get(orderId) ?? []).filter(
        (each) => each.at + Math.max(lagMs, each.hiddenMs ?? 0) <= now(),
      )
    },
    /** A list that moves on by one row with each read of a page: a reader of several pages may miss a row. */
    shifted(rows: readonly Transaction[]): Transaction[] {
      const first = shifts++ % Math.max(1, rows.length)
      return [...rows.slice(first), ...rows.slice(0, first)]
    },
  }
}
