import type { Gateway } from '../data/gateways.ts'
import { refusal } from '../refusal.ts'
import type { Order } from '../state/order.ts'
import type { World } from '../world.ts'
import { fundByCard } from './fund-by-card.ts'
import { fundByStored } from './fund-by-stored.ts'
import type { FundingResult } from './funding.ts'
import type { InstrumentOf, PaymentInput } from './payment-input.ts'

export type Claim = {
  readonly world: World
  readonly order: Order
  readonly gateway: Gateway
  readonly payment: PaymentInput
  /** The remaining balance, in minor units. */
  readonly due: number
}

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

function fundByGiftCertificate(
  { world, due }: Claim,
  { gift_certificate_code: code }: InstrumentOf<'gift_certificate'>,
): FundingResult {
  const balance = world.giftCertificates.balanceOf(code)
  if (balance === undefined) {
    const errors = { 'payment.instrument.gift_certificate_code': 'is not a gift certificate of this store' }
    return { refused: refusal(10001, { errors }) }
  }
  if (balance === 0) return { refused: refusal(30106, { detail: 'The gift certificate is used up.' }) }
  const amount = Math.min(balance, due)
  return { funding: { method: 'gift_certificate', amount, giftCertificateCode: code } }
}

function fundByStoreCredit({ world, order, due }: Claim): FundingResult {
  const amount = Math.min(world.customers.creditOf(order.customerId), due)
  return { funding: { method: 'store_credit', amount } }
}
