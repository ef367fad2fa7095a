import { brandOf, passesLuhn } from '../data/card-brands.ts'
import { outcomeOfCard } from '../data/card-outcomes.ts'
import { refusal } from '../refusal.ts'
import type { Claim } from './fund-payment.ts'
import type { FundingResult } from './funding.ts'
import { isExpired } from './is-expired.ts'
import type { InstrumentOf } from './payment-input.ts'

export function fundByCard({ world, due }: Claim, card: InstrumentOf<'card'>): FundingResult {
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
