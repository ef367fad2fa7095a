import type { StoredInstrument } from '../data/stored-instruments.ts'
import { refusal } from '../refusal.ts'
import type { Claim } from './fund-payment.ts'
import type { Funding, FundingResult } from './funding.ts'
import { isExpired } from './is-expired.ts'
import type { InstrumentOf } from './payment-input.ts'

type StoredInput = InstrumentOf<'stored_card' | 'stored_paypal_account' | 'stored_bank_account'>

/** Another shopper's token, another gateway's and one that never was are refused alike. */
export function fundByStored(claim: Claim, given: StoredInput): FundingResult {
  const { world, order, gateway, due } = claim
  const stored = world.customers
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

function lacksVerification({ gateway }: Claim, given: StoredInput): boolean {
  if (given.type !== 'stored_card') return false
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
