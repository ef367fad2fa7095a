import { CURRENCY } from './store-order.ts'

/** A PAT as BigCommerce remembers it. */
export interface AccessToken {
  readonly text: string
  readonly orderId: number
  readonly amountMinor: number
  /** By BigCommerce's clock. */
  readonly expiresAtMs: number
  isSpent: boolean
}

export const STORE_HASH = 'abc123'
export const PAT_LIFE_MS = 60 * 60 * 1_000

const encoded = (json: string) => Buffer.from(json).toString('base64url')
const header = encoded('{"alg":"HS256"}')

/** Bound to one order and one amount, good for an hour and one use. */
export function mintAccessToken(
  id: number,
  orderId: number,
  amountMinor: number,
  nowMs: number,
): AccessToken {
  const expiresAtMs = Math.floor((nowMs + PAT_LIFE_MS) / 1_000) * 1_000
  const claims = `{"jti":"${id}","sub":"${STORE_HASH}","exp":${expiresAtMs / 1_000},"data":{"order_id":"${orderId}","amount":${amountMinor},"currency":"${CURRENCY}"}}`
  return { text: `${header}.${encoded(claims)}.x`, orderId, amountMinor, expiresAtMs, isSpent: false }
}
