import { createHmac, randomUUID } from 'node:crypto'
import { authEnvironment } from '../../test/support/caller-token.ts'
import { cardPayment } from '../../test/support/payments.ts'
import { customerId } from './canned-answers.ts'

/**
 * How a caller token says which orders are the caller's. A token is verified once and then remembered for a minute. Of the
 * first kind each names a hundred orders, so that verifying is not what is measured; of the last kind each order has its own.
 */
export type TokenKind = 'order_ids' | 'customer_id' | 'orders:any' | 'order_ids, one each'
const ordersPerToken = 100

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const head = base64url({ alg: 'HS256', typ: 'JWT' })
/** Longer than the longest run, a soak of an hour. */
const lifeSeconds = 2 * 3_600
const readAndWrite = 'payments:read payments:write'

const signed = new Map<string, string>()

/** The token of a shopper, or of a trusted server for `orders:any`. */
export function tokenFor(kind: TokenKind, orderId: number): string {
  if (kind === 'order_ids, one each') return sign({ sub: `shopper-${orderId}`, order_ids: [orderId] })
  const first = orderId - (orderId % ordersPerToken)
  const claims = {
    order_ids: {
      sub: `shopper-${first}`,
      order_ids: Array.from({ length: ordersPerToken }, (_, each) => first + each),
    },
    customer_id: { sub: kind, customer_id: customerId },
    'orders:any': { sub: kind, scope: `${readAndWrite} orders:any` },
  }[kind]
  const token = signed.get(claims.sub) ?? sign(claims)
  signed.set(claims.sub, token)
  return token
}

function sign(claims: object): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const all = {
    iss: authEnvironment.AUTH_ISSUER,
    aud: authEnvironment.AUTH_AUDIENCE,
    scope: readAndWrite,
    iat: nowSeconds,
    exp: nowSeconds + lifeSeconds,
    ...claims,
  }
  const unsigned = `${head}.${base64url(all)}`
  const signature = createHmac('sha256', authEnvironment.AUTH_HMAC_SECRET)
    .update(unsigned)
    .digest('base64url')
  return `${unsigned}.${signature}`
}

/** The bytes of a request to list the methods of an order. @param address of the shopper, for a service that trusts the bench as its proxy. */
export const listing = (orderId: number, kind: TokenKind, address?: string): string =>
  `GET /orders/${orderId}/payment-methods HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${tokenFor(kind, orderId)}\r\n${forwarded(address)}accept: application/json\r\n\r\n`

const forwarded = (address: string | undefined) =>
  address === undefined ? '' : `x-forwarded-for: ${address}\r\n`

/** The same of a proxy that passes on BigCommerce's own path. */
export const proxiedListing = (orderId: number): string =>
  `GET /v3/payments/methods?order_id=${orderId} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\n\r\n`

const payment = JSON.stringify(cardPayment())

/** The bytes of a request to pay an order with a card, each with a key of its own. */
export const paying = (orderId: number, address?: string): string =>
  `POST /orders/${orderId}/pay HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${tokenFor('order_ids, one each', orderId)}\r\nidempotency-key: ${randomUUID()}\r\n${forwarded(address)}content-type: application/json\r\ncontent-length: ${payment.length}\r\n\r\n${payment}`
