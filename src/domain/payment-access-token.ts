import type { Money } from './money.ts'
import { reveal, type Sealed } from './sealed.ts'

/** A payment access token as BigCommerce gave it. */
export interface MintedToken {
  readonly token: Sealed<string>
  /** When BigCommerce answered with it, by its own clock, in milliseconds since the epoch; null where the answer has no `Date`. */
  readonly mintedAtMs: number | null
}

/** The claims of a PAT. We can read but not verify them: BigCommerce keeps the HS256 key. */
export interface PaymentAccessTokenClaims {
  readonly storeHash: string
  /** As text, since BigCommerce has sent both numbers and strings. */
  readonly orderId: string
  /** What the payment will charge. */
  readonly due: Money
  /** After this moment the PAT can start no payment, by the clock that wrote `exp`. Reconciliation relies on it. */
  readonly expiresAtMs: number
  /** When it was made, by the clock of BigCommerce's answers: the `Date` of the one that brought it. null where that has none. */
  readonly issuedAtMs: number | null
  /** How long it can start a payment from then on (`exp` - `iat`), in milliseconds; null where it does not say. */
  readonly lifeMs: number | null
}

/**
 * Reads the claims of a payment access token.
 *
 * @returns null when one of them is missing or has another shape. Such a PAT must not be used.
 */
export function readPaymentAccessToken({ token, mintedAtMs }: MintedToken): PaymentAccessTokenClaims | null {
  const claims = decodedClaims(reveal(token))
  const { sub, exp, iat, data } = claims ?? {}
  if (typeof sub !== 'string' || typeof exp !== 'number' || typeof data !== 'object' || data === null)
    return null
  const { order_id: orderId, amount, currency } = data as Record<string, unknown>
  if (typeof orderId !== 'string' && typeof orderId !== 'number') return null
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0) return null
  if (typeof currency !== 'string') return null
  return {
    storeHash: sub,
    orderId: String(orderId),
    due: { amount, currency: currency.toUpperCase() },
    expiresAtMs: Math.floor(exp * 1000),
    issuedAtMs: mintedAtMs,
    lifeMs: typeof iat === 'number' && exp > iat ? Math.floor((exp - iat) * 1000) : null,
  }
}

function decodedClaims(token: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null
  } catch {
    return null
  }
}
