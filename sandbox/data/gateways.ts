export type InstrumentType =
  | 'card'
  | 'stored_card'
  | 'stored_paypal_account'
  | 'stored_bank_account'
  | 'tokenized_card'
  | 'gift_certificate'
  | 'store_credit'

export type Gateway = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly accepts: readonly InstrumentType[]
  readonly transactionType: 'purchase' | 'authorization'
  /** Whether a stored card must be sent with its verification value. */
  readonly storedCardNeedsVerification: boolean
}

const cardGateway = (id: string, name: string, given: Partial<Gateway> = {}): Gateway => ({
  id,
  name,
  type: 'card',
  accepts: ['card', 'stored_card'],
  transactionType: 'purchase',
  storedCardNeedsVerification: false,
  ...given,
})

/** Alphabetical by id, like the live list. */
export const GATEWAYS: readonly Gateway[] = [
  cardGateway('adyenv2.scheme', 'Adyen', { accepts: ['stored_card'] }),
  cardGateway('authorizenet.card', 'Authorize.net'),
  cardGateway('bigcommerce.gift_certificate', 'Gift Certificate', {
    type: 'gift_certificate',
    accepts: ['gift_certificate'],
  }),
  cardGateway('bigcommerce.store_credit', 'Store Credit', {
    type: 'store_credit',
    accepts: ['store_credit'],
  }),
  cardGateway('bolt.card', 'Bolt', { accepts: ['card', 'tokenized_card'] }),
  cardGateway('braintree.ach', 'Braintree (ACH)', { type: 'ach', accepts: ['stored_bank_account'] }),
  cardGateway('braintree.card', 'Braintree'),
  cardGateway('braintree.paypal', 'PayPal', { type: 'paypal', accepts: ['stored_paypal_account'] }),
  cardGateway('cardconnect.card', 'CardConnect', { accepts: ['card'] }),
  cardGateway('checkoutcom.card', 'Checkout.com'),
  cardGateway('cybersource.card', 'CyberSource', { transactionType: 'authorization' }),
  cardGateway('stripe.card', 'Stripe', { storedCardNeedsVerification: true }),
]

export function findGateway(id: string): Gateway | undefined {
  return GATEWAYS.find((gateway) => gateway.id === id)
}

/** Gift certificates and store credit: no gateway is involved, and they may pay a part of an order. */
export function isInternal(gateway: Gateway): boolean {
  return gateway.id.startsWith('bigcommerce.')
}
