import { currencyIn, type Money } from './money.ts'
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
  const { sub, data } = claims ?? {}
  const exp = numberIn(claims?.exp)
  const iat = numberIn(claims?.iat)
  if (typeof sub !== 'string' || exp === null || typeof data !== 'object' || data === null) return null
  const { order_id: orderId, ...due } = data as Record<string, unknown>
  if (typeof orderId !== 'string' && typeof orderId !== 'number') return null
  const amount = minorUnitsIn(due.amount)
  const currency = currencyIn(due.currency)
  if (amount === null || currency === null) return null
  return {
    storeHash: sub,
    orderId: String(orderId),
    due: { amount, currency },
    expiresAtMs: Math.floor(exp * 1000),
    issuedAtMs: mintedAtMs,
    lifeMs: iat !== null && exp > iat ? Math.floor((exp - iat) * 1000) : null,
  }
}

/** More than a float's noise adds to an amount, and far less than anyone means by a fraction of a minor unit. */
const noiseMax = 1e-6

/**
 * An amount in minor units: a whole number, also as text, or with a float's noise. A decimal as text may be of the major unit, so it is none.
 */
function minorUnitsIn(claim: unknown): number | null {
  const value = numberIn(claim)
  if (value === null) return null
  const amount = Math.round(value)
  const isClear = Number.isSafeInteger(amount) && amount >= 0 && Math.abs(value - amount) <= noiseMax
  return isClear ? amount + 0 : null
}

/** A number, or a whole one as text. */
function numberIn(claim: unknown): number | null {
  if (typeof claim === 'number') return Number.isFinite(claim) ? claim : null
  return typeof claim === 'string' && /^\d{1,16}$/.test(claim) ? Number(claim) : null
}

function decodedClaims(token: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null
  } catch {
    return null
  }
}
