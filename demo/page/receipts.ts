import type { Payment } from '@tillgate/client'

/** What the shopper is shown of a payment, kept so that a reload shows it again. */
export interface Receipt {
  readonly payment: Payment
  readonly paidWith: string
}

interface Kept {
  readonly begunWith?: string
  readonly receipt?: Receipt
}

/** What the page shows of an order's payment, for as long as the tab lives. Its key is kept by the client. */
export function createReceipts(storage: Pick<Storage, 'getItem' | 'setItem'>, orderId: number) {
  const place = `payment-of-order-${orderId}`
  const read = (): Kept => JSON.parse(storage.getItem(place) ?? '{}') as Kept
  const write = (kept: Kept): void => storage.setItem(place, JSON.stringify(kept))

  return {
    receipt: (): Receipt | null => read().receipt ?? null,
    /** How the payment is made that this tab has begun and not seen the end of. */
    begunWith: (): string | null => read().begunWith ?? null,
    begin: (begunWith: string): void => write({ begunWith }),
    /** It has ended without a charge. */
    end: (): void => write({}),
    settle: (receipt: Receipt): void => write({ receipt }),
  }
}
