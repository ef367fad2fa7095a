import type { MintedToken } from '../../src/domain/payment-access-token.ts'
import type { OrderAttempt } from '../../src/domain/payment-attempt.ts'
import type { PaymentCommand } from '../../src/domain/payment-command.ts'
import type { InstrumentType, PaymentInstrument } from '../../src/domain/payment-instrument.ts'
import { Sealed, sealInstrument } from '../../src/domain/sealed.ts'
import type { Transaction } from '../../src/domain/transaction.ts'

export const storedToken = 'a1'.repeat(32)

/** A valid body of every instrument type, all fields written out. */
export const validInstruments: { readonly [Type in InstrumentType]: PaymentInstrument & { type: Type } } = {
  card: {
    type: 'card',
    number: '4242424242424242',
    cardholder_name: 'Jane Doe',
    expiry_month: 12,
    expiry_year: 2030,
    verification_value: '422',
    issue_month: 3,
    issue_year: 2019,
    issue_number: 1,
  },
  stored_card: { type: 'stored_card', token: storedToken, verification_value: '424' },
  stored_paypal_account: { type: 'stored_paypal_account', token: storedToken },
  stored_bank_account: { type: 'stored_bank_account', token: storedToken },
  tokenized_card: {
    type: 'tokenized_card',
    token: 'bolt-a1b2c3d4e5',
    iin: '424242',
    last_four_digits: '4242',
    expiration_month: 12,
    expiration_year: 2030,
  },
  gift_certificate: { type: 'gift_certificate', gift_certificate_code: 'GIFT-25-OFF' },
  store_credit: { type: 'store_credit' },
}

export const commandOf = (
  instrument: PaymentInstrument,
  overrides: Partial<PaymentCommand> = {},
): PaymentCommand => ({
  orderId: 118,
  payment: {
    instrument: sealInstrument(instrument),
    payment_method_id: 'stripe.card',
    save_instrument: true,
  },
  expectedAmount: 6098,
  ...overrides,
})

export const attemptOf = (overrides: Partial<OrderAttempt> = {}): OrderAttempt => ({
  id: '5b1c7c1e-0000-4000-8000-000000000001',
  orderId: 118,
  customerId: 7,
  instrumentType: 'card',
  paymentMethodId: 'stripe.card',
  status: 'claimed',
  amount: null,
  currency: null,
  transactionType: null,
  bigcommercePaymentId: null,
  bigcommerceCode: null,
  problemCode: null,
  correlationId: '5b1c7c1e-0000-4000-8000-000000000002',
  requestId: 'request-of-the-attempt',
  sentAtMs: null,
  patIssuedAtMs: null,
  patExpiresAtMs: null,
  unsettledSinceMs: null,
  pendingSinceMs: null,
  answeredAs: null,
  answeredAtMs: null,
  orderTotal: null,
  cartId: null,
  endedAtMs: null,
  decidedAtMs: null,
  holdsOrder: false,
  nextLookAtMs: null,
  askedAtMs: null,
  looks: 0,
  quiet: null,
  createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  updatedAtMs: Date.UTC(2026, 0, 2, 3, 4, 6),
  ...overrides,
})

let lastTransactionId = 0
/** A purchase over the sample order, as BigCommerce records it. */
export const transactionOf = (change: Partial<Transaction> = {}): Transaction => ({
  id: ++lastTransactionId,
  event: 'purchase',
  status: 'ok',
  method: 'credit_card',
  gatewayTransactionId: '',
  money: { amount: 6098, currency: 'USD' },
  paymentMethodId: 'stripe.card',
  referenceId: null,
  createdAtMs: null,
  ...change,
})

/** A PAT as the client hands it on. */
export const mintedOf = (text: string, mintedAtMs: number | null = null): MintedToken => ({
  token: new Sealed(text),
  mintedAtMs,
})

/** A payment access token as BigCommerce makes it, signed with nothing: only BigCommerce can check. */
export function patOf(claims: unknown, header: unknown = { alg: 'HS256' }): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`
}
