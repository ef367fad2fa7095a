import type { Payment } from '@tillgate/client'

/** What the shopper sees of a payment. Kept, so that a reload shows it again. */
export interface Receipt {
  readonly payment: Payment
  readonly paidWith: string
}

interface Kept {
  readonly begunWith?: string
  readonly receipt?: Receipt
}

/** What the page shows of the payment of an order or a cart, kept as long as the tab. The client keeps the key. */
export function createReceipts(storage: Pick<Storage, 'getItem' | 'setItem'>, id: number | string) {
  const place = `payment-of-${id}`
  const read = (): Kept => JSON.parse(storage.getItem(place) ?? '{}') as Kept
  const write = (kept: Kept): void => storage.setItem(place, JSON.stringify(kept))

  return {
    receipt: (): Receipt | null => read().receipt ?? null,
    /** What the unfinished payment of this tab is made with; null when there is none. */
    begunWith: (): string | null => read().begunWith ?? null,
    begin: (begunWith: string): void => write({ begunWith }),
    /** It ended without a charge. */
    end: (): void => write({}),
    settle: (receipt: Receipt): void => write({ receipt }),
  }
}
