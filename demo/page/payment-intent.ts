import type { Payment, PaymentRequest } from './payments-api-types.ts'

/** What the shopper is shown of a payment, kept so that a reload shows it again. */
export interface Receipt {
  readonly payment: Payment
  readonly paidWith: string
}

interface Intent {
  /** The Idempotency-Key of one intent to pay; every retry of it sends the same. */
  readonly key: string
  /** A digest of what was to be sent, without anything secret: another one is another intent. */
  readonly fingerprint: string
  readonly paidWith: string
}

interface Kept {
  readonly intent?: Intent
  readonly receipt?: Receipt
}

export type PaymentIntents = ReturnType<typeof createPaymentIntents>

/** One order's intent to pay, kept for as long as the tab lives. No card number is ever kept. */
export function createPaymentIntents(storage: Pick<Storage, 'getItem' | 'setItem'>, orderId: number) {
  const place = `payment-of-order-${orderId}`
  const read = (): Kept => JSON.parse(storage.getItem(place) ?? '{}') as Kept
  const write = (kept: Kept): void => storage.setItem(place, JSON.stringify(kept))

  return {
    receipt: (): Receipt | undefined => read().receipt,
    open: (): Intent | undefined => read().intent,

    /** The key for this request: the one it was sent with before, or a new one, kept before anything is sent. */
    async keyFor(request: PaymentRequest, paidWith: string): Promise<string> {
      const fingerprint = await fingerprintOf(request)
      const { intent } = read()
      if (intent?.fingerprint === fingerprint) return intent.key
      const key = crypto.randomUUID()
      write({ intent: { key, fingerprint, paidWith } })
      return key
    },

    /** The intent has ended without a charge: the next payment is a new one. */
    end: (): void => write({}),
    settle: (receipt: Receipt): void => write({ receipt }),
  }
}

async function fingerprintOf({ payment, expected_amount }: PaymentRequest): Promise<string> {
  const { verification_value: _never, number, ...instrument } = payment.instrument
  const digits = String(number ?? '')
  const told = JSON.stringify({
    ...payment,
    instrument: { ...instrument, number: `${digits.slice(0, 6)}…${digits.slice(-4)}` },
    expected_amount,
  })
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(told))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
