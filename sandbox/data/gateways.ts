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
  /** Whether the store has it unless told otherwise. No real store has them all. */
  readonly isUsual: boolean
}

const usual = (id: string, name: string, given: Partial<Gateway> = {}): Gateway => ({
  id,
  name,
  type: 'card',
  accepts: ['card', 'stored_card'],
  transactionType: 'purchase',
  storedCardNeedsVerification: false,
  isUsual: true,
  ...given,
})

/** Offered only where the store is told to have it. Most of these take raw cards and store none. */
const other = (id: string, name: string, accepts: readonly InstrumentType[] = ['card']): Gateway =>
  usual(id, name, { accepts, isUsual: false })

const both: readonly InstrumentType[] = ['card', 'stored_card']

/**
 * Every gateway of the Payments API's two documented lists, each with the instruments of its lists, and BigCommerce's own
 * two methods. Alphabetical by id, like the live list.
 */
export const GATEWAYS: readonly Gateway[] = [
  usual('adyenv2.scheme', 'Adyen', { accepts: ['stored_card'] }),
  usual('authorizenet.card', 'Authorize.net'),
  usual('bigcommerce.gift_certificate', 'Gift Certificate', {
    type: 'gift_certificate',
    accepts: ['gift_certificate'],
  }),
  usual('bigcommerce.store_credit', 'Store Credit', { type: 'store_credit', accepts: ['store_credit'] }),
  usual('bolt.card', 'Bolt', { accepts: ['stored_card', 'tokenized_card'] }),
  usual('braintree.ach', 'Braintree (ACH)', { type: 'ach', accepts: ['stored_bank_account'] }),
  usual('braintree.card', 'Braintree'),
  usual('braintree.paypal', 'PayPal', { type: 'paypal', accepts: ['stored_paypal_account'] }),
  usual('cardconnect.card', 'CardConnect', { accepts: ['card'] }),
  other('chaseintegratedpayments.card', 'Chase Integrated Payments'),
  other('chasemerchantservices.card', 'Chase Merchant Services'),
  usual('checkoutcom.card', 'Checkout.com'),
  usual('cybersource.card', 'CyberSource', { transactionType: 'authorization' }),
  other('ewayrapid.card', 'eWAY Rapid'),
  other('firstdatagge4.card', 'First Data Payeezy Gateway'),
  other('hps.card', 'Heartland Payment Systems'),
  other('migs.card', 'MIGS'),
  other('myvirtualmerchant.card', 'MyVirtualMerchant', both),
  other('nmi.card', 'NMI'),
  other('paymetric.card', 'Paymetric', both),
  other('paypalpaymentsprouk.card', 'PayPal Payments Pro (Payflow Edition) UK'),
  other('paypalpaymentsprous.card', 'PayPal Payments Pro (Payflow Edition) US'),
  other('qbmsv2.card', 'QuickBooks Payments'),
  other('sagepay.card', 'Sage Pay/Protx VSP Direct'),
  other('securenet.card', 'SecureNet'),
  usual('stripe.card', 'Stripe', { storedCardNeedsVerification: true }),
  other('stripev3.card', 'Stripe V3', both),
  other('usaepay.card', 'USA ePay'),
  other('worldpay.card', 'WorldPay'),
  other('worldpaycore.card', 'Worldpay Core'),
]

export function findGateway(id: string): Gateway | undefined {
  return GATEWAYS.find((gateway) => gateway.id === id)
}

/** Gift certificates and store credit: no gateway is involved, and they may pay a part of an order. */
export function isInternal(gateway: Gateway): boolean {
  return gateway.id.startsWith('bigcommerce.')
}
