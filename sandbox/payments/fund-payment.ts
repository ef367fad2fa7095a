import type { Answer } from '../answer.ts'
import { brandOf, passesLuhn } from '../data/card-brands.ts'
import { type GatewayOutcome, outcomeOfCard } from '../data/card-outcomes.ts'
import type { Gateway } from '../data/gateways.ts'
import type { StoredInstrument } from '../data/stored-instruments.ts'
import { refusal } from '../refusal.ts'
import type { Order } from '../state/order.ts'
import type { TransactionCard } from '../state/transactions.ts'
import type { World } from '../world.ts'
import type { InstrumentOf, PaymentInput } from './payment-input.ts'

type Claim = {
  readonly world: World
  readonly order: Order
  readonly gateway: Gateway
  readonly payment: PaymentInput
  /** What is still to be paid, in minor units. */
  readonly due: number
  /** Without the shopper, so without a verification value. */
  readonly isRecurring: boolean
}

/** Where the money of one payment comes from, once its instrument was accepted. */
export type Funding = {
  readonly method: 'credit_card' | 'electronic_wallet' | 'token' | 'gift_certificate' | 'store_credit'
  /** Less than what is due only for gift certificates and store credit. */
  readonly amount: number
  readonly card?: TransactionCard
  readonly instrumentToken?: string
  readonly outcome?: GatewayOutcome
  readonly giftCertificateCode?: string
}

type FundingResult = { readonly funding: Funding } | { readonly refused: Answer }

/** Checks the instrument and says how much it pays. Nothing is taken yet. */
export function fundPayment(claim: Claim): FundingResult {
  const { instrument } = claim.payment
  switch (instrument.type) {
    case 'card':
      return fundByCard(claim, instrument)
    case 'stored_card':
    case 'stored_paypal_account':
    case 'stored_bank_account':
      return fundByStored(claim, instrument)
    case 'tokenized_card':
      return { funding: { method: 'token', amount: claim.due } }
    case 'gift_certificate':
      return fundByGiftCertificate(claim, instrument)
    case 'store_credit':
      return fundByStoreCredit(claim)
    default:
      return instrument satisfies never
  }
}

function fundByCard({ world, due }: Claim, card: InstrumentOf<'card'>): FundingResult {
  const { number, expiry_month: expiryMonth, expiry_year: expiryYear } = card
  const brand = brandOf(number)
  if (brand === undefined || !passesLuhn(number)) {
    return { refused: refusal(10001, { errors: { 'payment.instrument.number': 'is not a card number' } }) }
  }
  if (isExpired({ expiryMonth, expiryYear }, world.now())) return { refused: refusal(30103) }
  const outcome = outcomeOfCard(number)
  return {
    funding: {
      method: 'credit_card',
      amount: due,
      card: { brand, iin: number.slice(0, 6), last4: number.slice(-4), expiryMonth, expiryYear },
      ...(outcome === undefined ? {} : { outcome }),
    },
  }
}

type StoredInput = InstrumentOf<'stored_card' | 'stored_paypal_account' | 'stored_bank_account'>

/** Another shopper's token, another gateway's, and one that does not exist get the same refusal. */
function fundByStored(claim: Claim, given: StoredInput): FundingResult {
  const { world, order, gateway, due } = claim
  const stored = world.shoppers
    .instrumentsOf(order.customerId)
    .find((each) => each.token === given.token && each.type === given.type && each.gatewayId === gateway.id)
  if (!stored) return { refused: refusal(30051) }
  if (lacksVerification(claim, given)) {
    const errors = { 'payment.instrument.verification_value': 'is required for a stored card' }
    return { refused: refusal(10001, { errors }) }
  }
  if (stored.type === 'stored_card' && isExpired(stored, world.now())) return { refused: refusal(30103) }
  return { funding: { ...fundingOf(stored), amount: due } }
}

function lacksVerification({ gateway, isRecurring }: Claim, given: StoredInput): boolean {
  if (given.type !== 'stored_card' || isRecurring) return false
  return gateway.storedCardNeedsVerification && given.verification_value === undefined
}

function fundingOf(stored: StoredInstrument): Omit<Funding, 'amount'> {
  const common = {
    instrumentToken: stored.token,
    ...(stored.outcome === undefined ? {} : { outcome: stored.outcome }),
  }
  if (stored.type !== 'stored_card') {
    const method = stored.type === 'stored_paypal_account' ? 'electronic_wallet' : 'token'
    return { ...common, method }
  }
  const { brand, iin, last4, expiryMonth, expiryYear } = stored
  return { ...common, method: 'credit_card', card: { brand, iin, last4, expiryMonth, expiryYear } }
}

function fundByGiftCertificate(
  { world, due }: Claim,
  { gift_certificate_code: code }: InstrumentOf<'gift_certificate'>,
): FundingResult {
  const balance = world.shoppers.certificateBalanceOf(code)
  if (balance === undefined) {
    const errors = { 'payment.instrument.gift_certificate_code': 'is not a gift certificate of this store' }
    return { refused: refusal(10001, { errors }) }
  }
  if (balance === 0) return { refused: refusal(30106, { detail: 'The gift certificate is used up.' }) }
  const amount = Math.min(balance, due)
  return { funding: { method: 'gift_certificate', amount, giftCertificateCode: code } }
}

function fundByStoreCredit({ world, order, due }: Claim): FundingResult {
  const amount = Math.min(world.shoppers.creditOf(order.customerId), due)
  return { funding: { method: 'store_credit', amount } }
}

/** A card is good to the end of its month. */
function isExpired(card: { expiryMonth: number; expiryYear: number }, now: number): boolean {
  return now >= Date.UTC(card.expiryYear, card.expiryMonth)
}
