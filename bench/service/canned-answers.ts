/*
 * What the canned BigCommerce of this bench answers, by the number of an order. It is made of bytes of real stores' shape
 * and size, and costs so little that it never limits what is measured.
 */

/** Orders of these numbers have answers that differ, every other one with stored instruments. */
export interface Orders {
  readonly first: number
  readonly count: number
}

/** Answers of 1.1 kB, of four gateways, as real stores send. */
export const smallOrders: Orders = { first: 1_000_000, count: 1_000 }
/** Answers of 6.2 kB, of twelve gateways. */
export const bigOrders: Orders = { first: 2_000_000, count: 1_000 }
/** Orders of guests, whose methods are the same bytes. They are many, so that no call for one is shared with another. */
export const smallGuestOrders: Orders = { first: 1_900_000, count: 1_000 }
export const bigGuestOrders: Orders = { first: 2_900_000, count: 1_000 }
/** From here on each order is paid once. */
export const firstOrderToPay = 100_000_000

/** Of every order that is not a guest's. */
export const customerId = 7

const isBig = (orderId: number) => orderId >= 2_000_000 && orderId < 3_000_000
const isGuests = (orderId: number) => orderId < 3_000_000 && orderId % 1_000_000 >= 900_000
const hasStored = (orderId: number) => !isGuests(orderId) && orderId % 2 === 0

const cards = ['VISA', 'MASTERCARD', 'AMEX', 'DISCOVER', 'DINERS_CLUB', 'JCB']
const smallGateways = ['stripe.card', 'braintree.card']
const smallCards = cards.slice(0, 3)
const bigGateways = [
  'adyenv2.scheme',
  'authorizenet.card',
  'bluesnapdirect.card',
  'braintree.card',
  'braintree.paypal',
  'checkoutcom.card',
  'cybersource.card',
  'nmi.card',
  'stripe.card',
  'worldpay.card',
]

/** `GET /v3/payments/methods`. The name of the first gateway differs with the order, as a store's own names do. */
export function methodsOf(orderId: number): string {
  const gateways = isBig(orderId) ? bigGateways : smallGateways
  const brands = isBig(orderId) ? cards : smallCards
  const data = gateways.map((id, index) => ({
    id,
    name: index === 0 ? `Card ${isGuests(orderId) ? 0 : orderId}` : id,
    test_mode: false,
    type: 'card',
    supported_instruments: [...brands, 'STORED_CARD'].map((instrument_type) => ({
      instrument_type,
      verification_value_required: instrument_type !== 'STORED_CARD',
    })),
    stored_instruments: index === 0 && hasStored(orderId) ? [storedCard(orderId)] : [],
  }))
  return JSON.stringify({ data: [...data, ...ownMethods], meta: {} })
}

const ownMethods = ['gift_certificate', 'store_credit'].map((type) => ({
  id: `bigcommerce.${type}`,
  name: type,
  test_mode: false,
  type,
  supported_instruments: [],
  stored_instruments: [],
}))

const storedCard = (orderId: number) => ({
  type: 'stored_card',
  token: orderId.toString(16).padStart(64, 'a'),
  is_default: true,
  brand: 'VISA',
  expiry_month: 9,
  expiry_year: new Date().getFullYear() + 3,
  issuer_identification_number: '424242',
  last_4: '4242',
})

/** `GET /v2/orders/{id}`, of 98.00 USD. */
export const orderOf = (orderId: number, isPaid: boolean): string =>
  JSON.stringify({
    id: orderId,
    customer_id: isGuests(orderId) ? 0 : customerId,
    date_created: 'Wed, 14 Nov 2012 19:26:23 +0000',
    date_modified: 'Wed, 14 Nov 2012 19:26:23 +0000',
    status_id: isPaid ? 11 : 0,
    status: isPaid ? 'Awaiting Fulfillment' : 'Incomplete',
    cart_id: `00000000-0000-4000-8000-${String(orderId).padStart(12, '0')}`,
    subtotal_ex_tax: '98.0000',
    subtotal_inc_tax: '98.0000',
    total_inc_tax: '98.0000',
    total_ex_tax: '98.0000',
    store_credit_amount: '0.0000',
    gift_certificate_amount: '0.0000',
    refunded_amount: '0.0000',
    currency_code: 'USD',
    default_currency_code: 'USD',
    payment_method: '',
    payment_provider_id: null,
    payment_status: isPaid ? 'captured' : '',
    is_deleted: false,
    ip_address: '198.51.100.7',
    order_source: 'checkout_api',
    channel_id: 1,
    items_total: 2,
    billing_address: {
      first_name: 'Jane',
      last_name: 'Doe',
      company: '',
      street_1: '123 Main Street',
      street_2: '',
      city: 'Austin',
      state: 'Texas',
      zip: '78751',
      country: 'United States',
      country_iso2: 'US',
      email: 'jane@example.com',
    },
    products: {
      url: `https://api.example/v2/orders/${orderId}/products`,
      resource: `/orders/${orderId}/products`,
    },
  })

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenHead = base64url({ typ: 'JWT', alg: 'HS256' })

/** `POST /v3/payments/access_tokens`: a token with an order's claims. No one here checks its signature. */
export function accessTokenOf(orderId: number): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const claims = {
    exp: nowSeconds + 3_600,
    nbf: nowSeconds,
    iss: 'payments.bigcommerce.com',
    sub: 'bench',
    jti: `${orderId}-${performance.now()}`,
    iat: nowSeconds,
    data: { store_id: '1', order_id: String(orderId), amount: 9_800, currency: 'USD' },
  }
  return JSON.stringify({ data: { id: `${tokenHead}.${base64url(claims)}.${'s'.repeat(43)}` }, meta: {} })
}

/** The order of an access token. */
export function orderOfToken(token: string): number {
  const claims: { data: { order_id: string } } = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  )
  return Number(claims.data.order_id)
}

const chargeId = (orderId: number) => `00000000-0000-4000-9000-${String(orderId).padStart(12, '0')}`

export const chargeOf = (orderId: number): string =>
  JSON.stringify({ data: { id: chargeId(orderId), status: 'success', transaction_type: 'purchase' } })

export const declined: string = JSON.stringify({
  status: 422,
  code: 30104,
  title: 'The payment was declined. Please contact card issuer for more information.',
  type: 'https://developer.bigcommerce.com/api-docs/getting-started/api-status-codes',
})

/** `GET /v3/orders/{id}/transactions` of an order that was charged. */
export const transactionsOf = (orderId: number, chargedAtMs: number): string =>
  JSON.stringify({
    data: [
      {
        id: orderId,
        order_id: String(orderId),
        event: 'purchase',
        method: 'credit_card',
        amount: 98,
        currency: 'USD',
        gateway: 'stripe',
        gateway_transaction_id: chargeId(orderId),
        payment_method_id: 'stripe.card',
        status: 'ok',
        test: false,
        fraud_review: false,
        date_created: new Date(chargedAtMs).toISOString(),
      },
    ],
    meta: { pagination: { total: 1, count: 1, per_page: 50, current_page: 1, total_pages: 1, links: {} } },
  })
