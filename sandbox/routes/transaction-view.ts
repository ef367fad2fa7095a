import { toMajorUnits } from '../money.ts'
import type { Transaction } from '../state/transactions.ts'

/** How amounts are written: as they are, as text, or off by the noise of a sum of floats. */
const AMOUNTS = {
  number: (amount: number) => amount,
  text: (amount: number) => String(amount),
  noisy: (amount: number) => amount * (1 + Number.EPSILON),
} as const

export function transactionView(transaction: Transaction, amounts: keyof typeof AMOUNTS) {
  return {
    id: transaction.id,
    order_id: String(transaction.orderId),
    event: transaction.event,
    method: transaction.method,
    amount: AMOUNTS[amounts](toMajorUnits(transaction.amount, transaction.currency)),
    currency: transaction.currency,
    gateway: transaction.paymentMethodId.split('.')[0] ?? '',
    gateway_transaction_id: transaction.providerId,
    payment_method_id: transaction.paymentMethodId,
    status: transaction.status,
    test: true,
    fraud_review: transaction.isUnderReview,
    reference_transaction_id: transaction.referenceId,
    date_created: new Date(transaction.at).toISOString(),
    payment_instrument_token: transaction.instrumentToken ?? null,
    ...cardView(transaction),
    ...balanceView(transaction),
  }
}

function cardView({ card }: Transaction) {
  if (!card) return {}
  return {
    credit_card: {
      card_type: card.brand.toLowerCase(),
      card_iin: card.iin,
      card_last4: card.last4,
      card_expiry_month: card.expiryMonth,
      card_expiry_year: card.expiryYear,
    },
    avs_result: { code: '', message: '', street_match: '', postal_match: '' },
    cvv_result: { code: '', message: '' },
  }
}

function balanceView({ giftCertificate, storeCreditAfter, currency }: Transaction) {
  const major = (amount: number) => toMajorUnits(amount, currency)
  if (giftCertificate) {
    const { code, before, after } = giftCertificate
    return {
      gift_certificate: {
        code,
        original_balance: major(before),
        starting_balance: major(before),
        remaining_balance: major(after),
        status: 'active',
      },
    }
  }
  return storeCreditAfter === undefined
    ? {}
    : { store_credit: { remaining_balance: major(storeCreditAfter) } }
}
